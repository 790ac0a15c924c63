"""The verbs of this feature. Pages, API, jobs and other features call these; there is no second rule set."""

from features.payments.services.entitlements import end_entitlements, entitle, entitled, entitled_to
from features.payments.services.orders import (
    Fulfilment,
    Line,
    OrderRefused,
    fulfilments,
    is_set_up,
    open_order,
    release,
    settle,
)

__all__ = [
    "Fulfilment",
    "Line",
    "OrderRefused",
    "end_entitlements",
    "entitle",
    "entitled",
    "entitled_to",
    "fulfilments",
    "is_set_up",
    "open_order",
    "release",
    "settle",
]
