"""What a host can begin a new session with: an outline of a kind that works, to be overwritten."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Outline:
    label: str
    about: str
    values: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    preparation: str = ""

    def initial(self) -> dict[str, Any]:
        return self.values | {"description": str(self.description), "preparation": str(self.preparation)}


OUTLINES = {
    "workshop": Outline(
        gettext_lazy("Workshop"),
        gettext_lazy("90 minutes, twelve people, everybody tries it"),
        {"kind": "workshop", "minutes": 90, "capacity": 12, "least_seats": 3},
        gettext_lazy(
            "- 10 minutes: who is here, and what for\n- 20 minutes: one example, from beginning to end\n"
            "- 40 minutes: you try it, in pairs\n- 20 minutes: what went wrong, and what to do on Monday"
        ),
        gettext_lazy("Bring a case of your own: one page is enough."),
    ),
    "talk": Outline(
        gettext_lazy("Talk with questions"),
        gettext_lazy("An hour for many: half of it is theirs"),
        {"kind": "webinar", "minutes": 60, "capacity": 100},
        gettext_lazy(
            "- 25 minutes: what I wish I had known\n- 30 minutes: your questions, best voted first. Ask them in "
            "advance on this page.\n- 5 minutes: where to read on"
        ),
    ),
    "clinic": Outline(
        gettext_lazy("Open clinic"),
        gettext_lazy("An hour, six people, each with a problem of their own"),
        {"kind": "skill_sharing", "minutes": 60, "capacity": 6},
        gettext_lazy("Six problems, ten minutes each. Everybody hears all of them, and everybody may help."),
        gettext_lazy("Write your problem in two sentences when you take a seat."),
    ),
}
