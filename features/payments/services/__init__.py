"""The verbs of this feature. Pages, API, jobs and other features call these; there is no second rule set."""

from features.payments.policies import Preset, Quote, policy, policy_words
from features.payments.services.books import balances, book
from features.payments.services.checkout import CheckoutRefused, checkout_url, end_hold, end_holds, leave
from features.payments.services.entitlements import end_entitlements, entitle, entitled, entitled_to
from features.payments.services.events import Handler, forget_events, handlers, pull_events, receive
from features.payments.services.incidents import report, resolve
from features.payments.services.orders import (
    Fulfilment,
    Line,
    OrderRefused,
    fulfilments,
    is_set_up,
    lock_order,
    open_order,
    order_of,
    release,
    settle,
)
from features.payments.services.reconciling import reconcile, since_of
from features.payments.services.refunds import ask_refund, refund_quote, refund_thing, send_refund
from features.payments.services.taking import sync_checkout

__all__ = [
    "CheckoutRefused",
    "Fulfilment",
    "Handler",
    "Line",
    "OrderRefused",
    "Preset",
    "Quote",
    "ask_refund",
    "balances",
    "book",
    "checkout_url",
    "end_entitlements",
    "end_hold",
    "end_holds",
    "entitle",
    "entitled",
    "entitled_to",
    "forget_events",
    "fulfilments",
    "handlers",
    "is_set_up",
    "leave",
    "lock_order",
    "open_order",
    "order_of",
    "policy",
    "policy_words",
    "pull_events",
    "receive",
    "reconcile",
    "refund_quote",
    "refund_thing",
    "release",
    "report",
    "resolve",
    "send_refund",
    "settle",
    "since_of",
    "sync_checkout",
]
