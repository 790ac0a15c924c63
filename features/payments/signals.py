"""Facts that features above listen for."""

from django.dispatch import Signal

access_given = Signal()  # entitlement: in the transaction that gave it
