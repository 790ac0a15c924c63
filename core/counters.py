"""Django numbers its fields and managers in a class attribute, so that each new one changes its class.

With every change Python drops all it has remembered of a class and of its subclasses, and from 3.13 on it remembers
nothing of a class that has changed a thousand times. A site of this size is there before its first request:
a `Value("…")` in a query makes a field, each `person.registrations` a manager. From then on every attribute of a field
or a manager is looked for through all its bases. Here the numbers stand beside the classes.
"""

from itertools import count
from types import FunctionType, SimpleNamespace

from django.db.models import Field
from django.db.models.manager import BaseManager


def stand_beside() -> None:
    """Before the first model is made; what was numbered already keeps its number."""
    numbers = SimpleNamespace(
        creation_counter=Field.creation_counter, auto_creation_counter=Field.auto_creation_counter
    )
    made = Field.__init__
    Field.__init__ = FunctionType(
        made.__code__, {**made.__globals__, "Field": numbers}, argdefs=made.__defaults__, closure=made.__closure__
    )

    managers = count(BaseManager.creation_counter)

    def _set_creation_counter(self):
        self.creation_counter = next(managers)

    BaseManager._set_creation_counter = _set_creation_counter
