"""Facts about the taxonomy, told within the transaction that makes them true."""

from django.dispatch import Signal

# `skills`: the ids of those that are new, gone, or called otherwise than before.
skills_changed = Signal()

# `people`: the ids of those who have more or fewer causes than before.
levels_changed = Signal()
