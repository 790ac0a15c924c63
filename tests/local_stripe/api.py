"""The routes of Stripe's API that the site calls: what they take, what they do, what they answer."""

import copy
import re
from dataclasses import dataclass
from typing import Any

from tests.local_stripe import money
from tests.local_stripe.parameters import checked
from tests.local_stripe.state import State


@dataclass
class Call:
    state: State
    params: dict
    url: str
    names: tuple[str, ...]
    account: str = ""  # whose: Stripe-Account, or nobody's but the platform's


ROUTES: list[tuple[str, re.Pattern, str, Any]] = []


def route(method: str, path: str, params: str):
    """`params` is the type in stripe.params that the SDK itself documents for this call, where it documents it."""

    def decorate(function):
        ROUTES.append((method, re.compile(f"^/v1/{path}$"), params, function))
        return function

    return decorate


def answer(state: State, method: str, path: str, params: dict, url: str, account: str = "") -> dict:
    for known, pattern, kind, function in ROUTES:
        if known == method and (match := pattern.match(path)):
            params = checked(params, kind) if kind else params
            call = Call(state, params, url, match.groups(), account)
            return expanded(state, copy.deepcopy(function(call)), params.get("expand", []))
    raise money.Refused("url_invalid", f"Unrecognized request URL ({method}: {path}).", 404)


def expanded(state: State, thing: dict, wishes) -> dict:
    for wish in wishes:
        _expand(state, thing, wish.split("."))
    return thing


def _expand(state, thing, path):
    if isinstance(thing, list):
        for one in thing:
            _expand(state, one, path)
        return
    if not path or not isinstance(thing, dict) or path[0] not in thing:
        return
    held = thing[path[0]]
    if isinstance(held, str) and held in state.objects:
        held = thing[path[0]] = copy.deepcopy(state.objects[held])
    _expand(state, held, path[1:])


def listed(call: Call, things: list[dict]) -> dict:
    params = call.params
    created = params.get("created")
    if isinstance(created, dict):
        things = [t for t in things if int(created.get("gte", 0)) <= t["created"] <= int(created.get("lte", 1 << 62))]
    for name in ("payment_intent", "charge", "destination", "transfer_group", "customer", "invoice", "status"):
        if name in params:
            things = [thing for thing in things if thing.get(name) == params[name]]
    if after := params.get("starting_after"):
        ids = [thing["id"] for thing in things]
        things = things[ids.index(after) + 1 :] if after in ids else []
    limit = params.get("limit", 10)
    return {"object": "list", "data": things[:limit], "has_more": len(things) > limit, "url": ""}


def _reads(path: str, kind: str, one: str, many: str):
    @route("GET", f"{path}/([^/]+)", one)
    def retrieve(call):
        money.expire_due(call.state)
        return money.get(call.state, call.names[0], kind)

    @route("GET", path, many)
    def list_(call):
        money.expire_due(call.state)
        return listed(call, call.state.of_kind(kind))


_reads("checkout/sessions", "checkout.session", "checkout.SessionRetrieveParams", "checkout.SessionListParams")
_reads("payment_intents", "payment_intent", "PaymentIntentRetrieveParams", "PaymentIntentListParams")
_reads("charges", "charge", "ChargeRetrieveParams", "ChargeListParams")
_reads("refunds", "refund", "RefundRetrieveParams", "RefundListParams")
_reads("disputes", "dispute", "DisputeRetrieveParams", "DisputeListParams")


@route("GET", "balance_transactions", "BalanceTransactionListParams")
def balance_transactions(call):
    lines = money.books(call.state, call.account)
    if payout := call.params.get("payout"):
        lines = [line for line in lines if line["id"] in call.state.objects[f"{payout}/lines"]["ids"]]
    return listed(call, lines)


@route("POST", "checkout/sessions", "checkout.SessionCreateParams")
def create_session(call):
    return money.create_session(call.state, call.params, call.url)


@route("POST", "checkout/sessions/([^/]+)/expire", "checkout.SessionExpireParams")
def expire_session(call):
    return money.expire_session(call.state, call.names[0])


@route("POST", "refunds", "RefundCreateParams")
def create_refund(call):
    return money.refund(call.state, call.params)


@route("GET", "balance", "BalanceRetrieveParams")
def balance(call):
    return money.balance(call.state, call.account)


@route("GET", "events", "EventListParams")
def events(call):
    money.expire_due(call.state)
    of_account = [event for event in call.state.events if event.get("account", "") == call.account]
    return listed(call, of_account[::-1])
