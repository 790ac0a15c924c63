"""What was sent, read as Stripe reads it: nested form fields, held against the SDK's own parameter types."""

import builtins
import functools
import importlib
import sys
import types
import typing
from urllib.parse import parse_qsl

import typing_extensions

OLD = {"payment_method_types"}


class BadParameter(Exception):
    def __init__(self, code, words, param=""):
        super().__init__(words)
        self.code, self.param = code, param


def nested(query: str) -> dict:
    """a[b][0][c]=1 as dicts and lists."""
    found: dict = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        keys = name.replace("]", "").split("[")
        place = found
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        if keys[-1] == "":
            place.setdefault("", []).append(value)
        else:
            place[keys[-1]] = value
    return _lists(found)


def _lists(value):
    if not isinstance(value, dict):
        return value
    if list(value) == [""]:
        return value[""]
    value = {key: _lists(item) for key, item in value.items()}
    if value and all(key.isdecimal() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return value


def checked(params: dict, name: str) -> dict:
    """`params` with numbers and truths as such, if the type `name` of stripe.params allows them."""
    module, _, cls = f"stripe.params.{name}".rpartition(".")
    return _check(params, getattr(importlib.import_module(module), cls), "")


def _check(value, kind, at):
    kind = _unwrapped(kind)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        for one in inner:
            try:
                return _check(value, one, at)
            except BadParameter as error:
                last = error
        raise last
    if origin is typing.Literal:
        if value not in inner:
            raise BadParameter("parameter_invalid", f"Invalid {at}: must be one of {', '.join(map(str, inner))}", at)
        return value
    if origin is list:
        if not isinstance(value, list):
            raise BadParameter("parameter_invalid", f"Invalid array: {at}", at)
        return [_check(item, inner[0], f"{at}[{n}]") for n, item in enumerate(value)]
    if origin is dict or "UntypedStripeObject" in str(kind):
        if not isinstance(value, dict):
            raise BadParameter("parameter_invalid", f"Invalid hash: {at}", at)
        return value
    if typing_extensions.is_typeddict(kind):
        return _check_hash(value, kind, at)
    return _check_plain(value, kind, at)


def _check_hash(value, kind, at):
    if not isinstance(value, dict):
        raise BadParameter("parameter_invalid", f"Invalid hash: {at}", at)
    own = _annotations(kind)
    if not at:  # Stripe's CLI goes on naming what its newest API takes from the dashboard
        value = {key: item for key, item in value.items() if key in own or key not in OLD}
    for key in value:
        if key not in own or (not at and key in {"idempotency_key", "stripe_account", "api_key"}):
            raise BadParameter("parameter_unknown", f"Received unknown parameter: {at}{key}", f"{at}{key}")
    for name, note in own.items():
        if (
            at
            and typing.get_origin(note) not in (typing.NotRequired, typing_extensions.NotRequired)
            and name not in value
        ):
            raise BadParameter("parameter_missing", f"Missing required param: {at}[{name}].", f"{at}[{name}]")
    return {key: _check(item, own[key], f"{at}[{key}]" if at else key) for key, item in value.items()}


class Names(dict):
    """What a request's options need from elsewhere is no parameter, and never looked at."""

    def __missing__(self, name):
        return dict


@functools.cache
def _annotations(kind) -> dict:
    """Names in annotations are names of the module that the type stands in."""
    names = Names({**vars(builtins), **vars(typing), **vars(sys.modules[kind.__module__])})
    return typing_extensions.get_type_hints(kind, {}, names, include_extras=True)


def _unwrapped(kind):
    while typing.get_origin(kind) in (typing.NotRequired, typing_extensions.NotRequired):
        kind = typing.get_args(kind)[0]
    return kind


def _check_plain(value, kind, at):
    if isinstance(value, dict | list):
        raise BadParameter("parameter_invalid", f"Invalid {at}", at)
    if kind is int:
        if not str(value).removeprefix("-").isdecimal():
            raise BadParameter("parameter_invalid_integer", f"Invalid integer: {value}", at)
        return int(value)
    if kind is bool:
        if value not in ("true", "false"):
            raise BadParameter("parameter_invalid", f"Invalid boolean: {value}", at)
        return value == "true"
    return value
