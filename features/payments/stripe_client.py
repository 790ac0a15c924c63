"""The only file that talks to Stripe. The SDK takes a quarter of a second to load, so it is loaded when it is needed.

Every write carries an Idempotency-Key that names a committed row of ours; no transaction is open while Stripe thinks.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from threading import BoundedSemaphore
from time import monotonic, sleep

from django.conf import settings

from core.db import refuse_open_transaction
from core.logs import request_id
from core.text import number

API_VERSION = "2026-10-28.endive"  # of the SDK that is pinned; the webhook's endpoint is made with the same
PATIENCE = 10  # seconds for an answer, where nobody waits for a page
# While somebody does: of a process's four threads the others go on with what needs no Stripe. The rest is told that
# Stripe does not answer, which is true, and presses again: what makes or moves money goes on with the same key.
AT_ONCE, TURN = 2, 0.5  # calls; seconds for a turn to come
PATIENCE_OF_A_REQUEST = 1.7  # seconds for all that one request asks of Stripe, so that it is answered within two
PAUSE = 0.2  # seconds before a call that failed at once is made again
PAGE = 100  # objects of a list at a time: as many as Stripe gives
NEWEST = 300  # seconds that a signature is good for


class StripeDown(Exception):
    """No answer, or none that says whether it was done: ask again with the same key."""


class StripeRefused(Exception):
    """Stripe understood and said no. `code` is Stripe's."""

    def __init__(self, code: str, words: str):
        super().__init__(words)
        self.code = code


class KeyRefused(StripeRefused):
    """Stripe does not know our key, or not any more."""


class NotFromStripe(Exception):
    """The event is unsigned, signed by somebody else, too old, or not to be read."""


def is_test_mode() -> bool:
    return settings.STRIPE_SECRET_KEY.startswith(("sk_test_", "rk_test_"))


def webhook_secrets() -> list[str]:
    return [secret.strip() for secret in settings.STRIPE_WEBHOOK_SECRET.split(",") if secret.strip()]


_turns = BoundedSemaphore(AT_ONCE)
_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)
_until: ContextVar[tuple[str, float]] = ContextVar("until", default=("", 0))  # which request, and its last moment


@contextmanager
def out_of_turn():
    """For Stripe's own calls, each of which is to be answered, and comes again where it was not."""
    token = _has_turn.set(True)
    try:
        yield
    finally:
        _has_turn.reset(token)


def _left() -> float:
    """Seconds that an answer may take. What a request asks first begins its time, and all that follows shares it."""
    if not (request := request_id.get()):  # the worker
        return PATIENCE
    whose, until = _until.get()
    if whose != request:
        until = monotonic() + PATIENCE_OF_A_REQUEST
        _until.set((request, until))
    return until - monotonic()


@contextmanager
def _turn():
    if not request_id.get() or _has_turn.get():
        yield
        return
    if not _turns.acquire(timeout=max(0, min(TURN, _left()))):
        raise StripeDown
    try:
        yield
    finally:
        _turns.release()


@cache
def _client(key: str, url: str):
    import requests
    import stripe
    from urllib3 import Timeout

    class Session(requests.Session):
        """The SDK knows one time for all calls, and gives it to the connection and to the answer, each."""

        def request(self, *args, **kwargs):
            left = _left()
            if left <= 0:
                raise requests.Timeout
            return super().request(*args, **{**kwargs, "timeout": Timeout(total=left)})

    addresses = {"api": url, "connect": url, "files": url} if url else None
    return stripe.StripeClient(
        key,
        base_addresses=addresses,
        stripe_version=API_VERSION,
        max_network_retries=0,  # it would wait as long as Stripe says, a minute at most: see `call`
        http_client=stripe.RequestsClient(session=Session()),
    )


def call(act, *arguments, params=None, key: str = "", account: str = ""):
    """One call: `act` picks the method from the client. What comes back is a plain dict. `key` is the Idempotency-Key,
    which every write has, so that what failed is made once more. Raises StripeDown and StripeRefused."""
    refuse_open_transaction("Stripe")
    options = {"idempotency_key": key} if key else {}
    if account:
        options["stripe_account"] = account
    # Before any time begins: the first one in a process loads the SDK.
    asked = partial(act(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL).v1), *arguments)
    with _turn():
        try:
            return _answer(asked, params or {}, options)
        except StripeDown:
            if _left() <= PAUSE:
                raise
        sleep(PAUSE)
        return _answer(asked, params or {}, options)


def _answer(asked, params, options) -> dict:
    import stripe

    try:
        return asked(params=params, options=options).to_dict()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeDown from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status >= 500 or status == 409:
            raise StripeDown from error
        refused = KeyRefused if isinstance(error, stripe.AuthenticationError) else StripeRefused
        raise refused(error.code or type(error).__name__, error.user_message or "") from error


def pages(act, params, account: str = ""):
    """Every object of a list, page by page, the newest first."""
    after = ""
    while True:
        things, after = page(act, params, after, account)
        yield from things
        if not after:
            return


def page(act, params, after: str = "", account: str = "") -> tuple[list[dict], str]:
    """The objects of a list that come after the one of that name, and the name to go on from: none at the end."""
    listed = call(act, params={**params, "limit": PAGE} | ({"starting_after": after} if after else {}), account=account)
    return listed["data"], listed["data"][-1]["id"] if listed["has_more"] else ""


def read_event(body: bytes, signature: str) -> dict:
    """The event that was sent, once it is proved to be Stripe's. Raises NotFromStripe whatever is wrong with it."""
    import json

    import stripe

    try:
        text = body.decode()
        signature.encode("ascii")
    except UnicodeError as error:
        raise NotFromStripe from error
    for secret in webhook_secrets():
        try:
            stripe.WebhookSignature.verify_header(text, signature, secret, NEWEST)
            break
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            continue
    else:
        raise NotFromStripe
    try:
        event = json.loads(text)
    except ValueError as error:
        raise NotFromStripe from error
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict) or event.get("object") != "event":
        raise NotFromStripe
    _refuse_future(signature)
    return event


def _refuse_future(signature: str) -> None:
    """The SDK takes any time to come, and a signature for next year would be good until then."""
    import time

    sent = number(next((part[2:] for part in signature.split(",") if part.startswith("t=")), ""))
    if sent is None or sent > time.time() + NEWEST:
        raise NotFromStripe
