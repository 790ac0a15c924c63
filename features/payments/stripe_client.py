"""The only file that talks to Stripe. The SDK takes a quarter of a second to load, so it is loaded when it is needed.

Every write carries an Idempotency-Key that names a committed row of ours; no transaction is open while Stripe thinks.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import BoundedSemaphore

from django.conf import settings

from core.db import refuse_open_transaction
from core.logs import request_id
from core.text import number

API_VERSION = "2026-10-28.endive"  # of the SDK that is pinned; the webhook's endpoint is made with the same
PATIENCE = 10  # seconds
# While somebody waits for a page: of a process's four threads the others go on with what needs no Stripe. The rest is
# told that Stripe does not answer, which is true, and that nothing is lost.
AT_ONCE, TURN, PATIENCE_OF_A_PAGE = 2, 0.5, 3  # calls; seconds for a turn to come, and for an answer
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
_is_machine: ContextVar[bool] = ContextVar("is_machine", default=False)


@contextmanager
def unhurried():
    """For what asks by itself and would only come again: Stripe's own calls, each of which is answered."""
    token = _is_machine.set(True)
    try:
        yield
    finally:
        _is_machine.reset(token)


@contextmanager
def _turn():
    """How long to wait for an answer, in seconds."""
    if not request_id.get() or _is_machine.get():  # the worker, or Stripe itself
        yield PATIENCE
        return
    if not _turns.acquire(timeout=TURN):
        raise StripeDown
    try:
        yield PATIENCE_OF_A_PAGE
    finally:
        _turns.release()


@cache
def _client(key: str, url: str, patience: int):
    import stripe

    addresses = {"api": url, "connect": url, "files": url} if url else None
    return stripe.StripeClient(
        key,
        base_addresses=addresses,
        stripe_version=API_VERSION,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=patience),
    )


def call(act, *arguments, params=None, key: str = "", account: str = ""):
    """One call: `act` picks the method from the client. What comes back is a plain dict. `key` is the Idempotency-Key,
    which every write has. Raises StripeDown and StripeRefused."""
    import stripe

    refuse_open_transaction("Stripe")
    options = {"idempotency_key": key} if key else {}
    if account:
        options["stripe_account"] = account
    try:
        with _turn() as patience:
            client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL, patience)
            answer = act(client.v1)(*arguments, params=params or {}, options=options)
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeDown from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status >= 500 or status == 409:
            raise StripeDown from error
        refused = KeyRefused if isinstance(error, stripe.AuthenticationError) else StripeRefused
        raise refused(error.code or type(error).__name__, error.user_message or "") from error
    return answer.to_dict()


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
