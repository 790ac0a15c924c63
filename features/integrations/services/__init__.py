"""The verbs of this feature, and what others tell it: `events.register(name, label)` and `emit(…)`."""

from features.integrations.services.deliveries import deliver, emit, forget_old, replay, send_test
from features.integrations.services.endpoints import (
    EndpointRefused,
    add_endpoint,
    events,
    exchange_secret,
    mark_of,
    remove_endpoint,
    switch_on,
)
from features.integrations.services.tokens import (
    TokenRefused,
    caller_of,
    make_token,
    may_act_as,
    offered_scopes,
    revoke_token,
)

__all__ = [
    "EndpointRefused",
    "TokenRefused",
    "add_endpoint",
    "caller_of",
    "deliver",
    "emit",
    "events",
    "exchange_secret",
    "forget_old",
    "make_token",
    "mark_of",
    "may_act_as",
    "offered_scopes",
    "remove_endpoint",
    "replay",
    "revoke_token",
    "send_test",
    "switch_on",
]
