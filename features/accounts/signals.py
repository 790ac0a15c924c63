"""Facts about accounts, told within the transaction that makes them true."""

from django.dispatch import Signal

# `people`: the ids of those who were suspended, or are back. No save of the person says so.
people_came_or_went = Signal()
