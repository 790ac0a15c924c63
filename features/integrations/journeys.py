"""Whole journeys for the page about the API: what is called in which order, and what each answer is for. A test makes
them as they stand here."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Call:
    """A name in braces is what an earlier answer said, `keeps` what this one says: {its name here: where it stands}."""

    method: str
    path: str
    says: Any
    body: str = ""
    keeps: tuple[tuple[str, str], ...] = ()


SEAT = [
    Call("GET", "/skills/?q=postgre", _("What is it called here?"), keeps=(("skill", "items.0.slug"),)),
    Call("GET", "/sessions/?skill={skill}", _("What is on, the next first"), keeps=(("session", "items.0.id"),)),
    Call("GET", "/sessions/{session}/standing/", _("Can I join? If not, why, and what is the next step")),
    Call(
        "POST", "/sessions/{session}/registration/", _("A seat; 409 full leads to the waitlist"),
        '{"note": "A slow query"}',
    ),
    Call("GET", "/registrations/", _("All seats of mine")),
    Call("DELETE", "/sessions/{session}/registration/", _("Given back")),
]  # fmt: skip
MENTOR = [
    Call("GET", "/mentors/?skill={skill}", _("Who can help"), keeps=(("mentor", "items.0.handle"),)),
    Call("GET", "/mentors/{mentor}/offers/", _("What can be booked"), keeps=(("offer", "0.id"),)),
    Call(
        "GET", "/mentors/{mentor}/offers/{offer}/times/", _("When both are free"), keeps=(("start", "0.starts.at"),)
    ),
    Call(
        "POST", "/meetings/", _("Kept for five minutes"), '{"offer": {offer}, "starts_at": "{start}"}',
        keeps=(("meeting", "id"),),
    ),
    Call("POST", "/meetings/{meeting}/confirmation/", _("Booked"), '{"note": "A slow query"}'),
    Call("POST", "/meetings/{meeting}/cancellation/", _("Called off"), '{"reason": "I am ill"}'),
]  # fmt: skip
HOST = [
    Call(
        "POST", "/hosting/", _("A draft. Skills go by any of their names"),
        '{"title": "Reading locks", "outcome": "Find who blocks whom.", "skills": ["Postgres"], '
        '"time_zone": "Europe/Berlin", "starts_at": "{day}T18:00:00+01:00", "minutes": 60, "capacity": 10, '
        '"room_url": "https://meet.example.org/locks"}',
        keeps=(("hosted", "id"),),
    ),
    Call("PATCH", "/hosting/{hosted}/", _("Changed"), '{"capacity": 12}'),
    Call("POST", "/hosting/{hosted}/publication/", _("Everybody can find it and take a seat")),
    Call("GET", "/hosting/roster/{hosted}/", _("Who has one")),
    Call("POST", "/hosting/{hosted}/cancellation/", _("Called off, and everybody is told"), '{"reason": "I am ill"}'),
]  # fmt: skip
JOURNEYS = [
    (_("From a word to a seat, and back"), SEAT),
    (_("An hour with a mentor"), MENTOR),
    (_("To host, which takes the role of an expert"), HOST),
]
