"""Facts that features above listen for."""

from django.dispatch import Signal

access_given = Signal()  # entitlement: in the transaction that gave it
access_refunded = Signal()  # entitlement: in the transaction that ended it, as all that was paid for it went back
