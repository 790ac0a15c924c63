"""Sessions by the thousand, with seats, lines, attendance and what follows from them: the rows that the services would
leave, a table at a time. A test holds the counters and the search against them."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.text import slugify

from features.calendar.models import TimeClaim
from features.notifications.models import Notification
from features.payments.models import Order, OrderLine
from features.sessions.causes import ATTENDED, ATTENDED_STRENGTH, FULL_ROOM, HOSTED, HOSTED_STRENGTH
from features.sessions.models import Attendance, Kind, Registration, SessionSkill, SkillSession, WaitlistEntry
from features.skills.models import Skill, SkillEvidence

TITLES = (  # noqa: SIM905
    "{} without fear|{}, from first try to habit|Three cases of {}, live|What I would tell myself about {}|"
    "{} for a team of five|Mistakes with {}, read aloud|An hour of {}|{}: your own case"
).split("|")
OUTCOME = "Leave able to do one thing with {} that you could not do before."
WORDS = 90  # of a description
IS_OVER, IS_FULL, CAME = 0.6, 0.05, 0.85


@dataclass
class Made:
    """A session in the making, and who has to do with it."""

    pk: int
    host: int
    title: str
    slug: str
    level: int
    skills: list[int]
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    capacity: int
    seats: dict[int, int] = field(default_factory=dict)  # person: id of the registration
    waiting: list[int] = field(default_factory=list)
    present: list[int] = field(default_factory=list)

    @property
    def url(self):
        return f"/sessions/{self.pk}/{self.slug}/"


def sessions(scale) -> str:
    """One session for ten members, one seat a member on average; three of five are over, one of twenty is full."""
    names = dict(Skill.objects.filter(pk__in=scale.made["skills"]).values_list("pk", "name"))
    pick = scale.zipf(scale.made["skills"])
    made = [_session(scale, pk, names, pick) for pk in scale.ids(SkillSession, max(1, scale.members // 10))]
    seats = iter(scale.ids(Registration, sum(len(session.seats) for session in made)))
    for session in made:
        session.seats = {person: next(seats) for person in session.seats}
        if session.is_over:
            session.present = [person for person in session.seats if scale.chance.random() < CAME]
    _write_sessions(scale, made)
    _write_seats(scale, made)
    _write_orders(scale, made)
    _write_attendance(scale, made)
    total = sum(len(session.seats) for session in made)
    return f"{len(made):,} sessions, {total:,} seats with their orders, notices and evidence"


def _session(scale, pk, names, pick) -> Made:
    chance, people, experts = scale.chance, scale.made["people"], scale.made["experts"]
    host = experts[pk % len(experts)]
    skills = list(dict.fromkeys(pick() for _ in range(chance.randint(1, 2))))
    title = chance.choice(TITLES).format(names[skills[0]])[:120]
    is_over = chance.random() < IS_OVER
    starts_at = _free_evening(scale, host, range(-700, -1) if is_over else range(1, 120))
    capacity = chance.choice((8, 12, 20, 40))
    is_full = not is_over and chance.random() < IS_FULL
    wanted = capacity if is_full else min(capacity, chance.randint(2, 18))
    company = [person for person in chance.sample(people, min(len(people), wanted + 4)) if person != host]
    return Made(
        pk=pk,
        host=host,
        title=title,
        slug=slugify(title)[:130] or "session",
        level=chance.randint(1, 5),
        skills=skills,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=chance.choice((45, 60, 90))),
        is_over=is_over,
        capacity=capacity,
        seats=dict.fromkeys(company[:wanted]),
        waiting=company[wanted : wanted + 3] if is_full and len(company) > wanted else [],
    )


def _free_evening(scale, host, days) -> datetime:
    """One session a day and host: nobody is in two places."""
    taken = scale.made.setdefault("evenings", {}).setdefault(host, set())
    day = next(day for day in iter(lambda: scale.chance.choice(days), None) if day not in taken)
    taken.add(day)
    midnight = scale.now.replace(hour=0)
    return midnight + timedelta(days=day, minutes=30 * scale.chance.randint(16, 40))


def _write_sessions(scale, made):
    words, names = _corpus(), dict(Skill.objects.values_list("pk", "name"))
    scale.copy(SkillSession, (_row(scale, session, words, names) for session in made))
    scale.copy(
        SessionSkill,
        (
            {"session_id": session.pk, "skill_id": skill, "position": place}
            for session in made
            for place, skill in enumerate(session.skills)
        ),
    )
    scale.copy(
        TimeClaim,
        (
            {
                "person_id": session.host,
                "during": DateTimeTZRange(session.starts_at, session.ends_at),
                "kind": "session",
                "ref": str(session.pk),
            }
            for session in made
        ),
    )


def _corpus() -> list[str]:
    """Every word of the demo world as often as it stands there: what is drawn from it reads as nothing, and is spread
    as words are."""
    files = sorted(Path(__file__).with_name("demo_world").glob("*.toml"))
    said = [entry for file in files for entry in tomllib.loads(file.read_text("utf-8")).get("session", [])]
    return " ".join(f"{entry['outcome']} {entry.get('description', '')}" for entry in said).replace("*", "").split()


def _row(scale, session, words, names):
    text = " ".join(scale.chance.choices(words, k=WORDS))
    written_at = min(scale.now, session.starts_at) - timedelta(days=scale.chance.randint(12, 40))
    return {
        "id": session.pk,
        "host_id": session.host,
        "title": session.title,
        "slug": session.slug,
        "outcome": OUTCOME.format(names[session.skills[0]])[:240],
        "description": text,
        "description_html": f"<p>{text}</p>",
        "kind": scale.chance.choice(Kind.values),
        "level": session.level,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": "Europe/Berlin",
        "room_url": "https://meet.example.org/room",
        "capacity": session.capacity,
        "seats_taken": len(session.seats),
        "currency": settings.CURRENCY,
        "created_at": written_at,
        "updated_at": written_at,
        "published_at": written_at,
        "attendance_settled_at": session.ends_at + timedelta(hours=2) if session.is_over else None,
    }


def _write_seats(scale, made):
    seats = [(session, person, pk) for session in made for person, pk in session.seats.items()]
    at = {pk: _before(scale, session) for session, _, pk in seats}
    scale.copy(
        Registration,
        (
            {"id": pk, "session_id": s.pk, "person_id": person, "registered_at": at[pk], "confirmed_at": at[pk]}
            for s, person, pk in seats
        ),
    )
    scale.copy(
        WaitlistEntry,
        (
            {"session_id": s.pk, "person_id": person, "joined_at": scale.now - timedelta(hours=9 - place)}
            for s in made
            for place, person in enumerate(s.waiting)
        ),
    )
    scale.copy(
        Notification,
        (
            {
                "recipient_id": person,
                "kind": "registered",
                "ref": str(pk),
                "url": s.url,
                "key": f"registered:{pk}:{person}",
                "created_at": at[pk],
                "mailed_at": at[pk],
                "read_at": at[pk] if scale.chance.random() < 0.8 else None,
            }
            for s, person, pk in seats
        ),
    )
    scale.made["registered_at"] = at


def _before(scale, session):
    return min(scale.now, session.starts_at) - timedelta(hours=scale.chance.random() * 240)


def _write_orders(scale, made):
    seats = [(session, person, pk) for session in made for person, pk in session.seats.items()]
    at, orders = scale.made["registered_at"], scale.ids(Order, len(seats))
    scale.copy(
        Order,
        (
            {"id": order, "buyer_id": who, "currency": settings.CURRENCY, "opened_at": at[pk], "settled_at": at[pk]}
            for order, (_, who, pk) in zip(orders, seats, strict=True)
        ),
    )
    scale.copy(
        OrderLine,
        (
            {
                "order_id": order,
                "kind": "registration",
                "ref": str(pk),
                "title": session.title,
                "unit_minor": 0,
                "currency": settings.CURRENCY,
                "seller_id": session.host,
                "policy": {"free_until_hours": 24},
            }
            for order, (session, _, pk) in zip(orders, seats, strict=True)
        ),
    )


def _write_attendance(scale, made):
    over = [session for session in made if session.is_over]
    scale.copy(
        Attendance, (_attendance(s, pk, person in set(s.present)) for s in over for person, pk in s.seats.items())
    )
    scale.copy(SkillEvidence, (row for session in over for row in _evidence(session)))


def _attendance(session, seat, was_there):
    source = Attendance.Source.CHECK_IN if was_there else Attendance.Source.NOT_SEEN
    return {
        "registration_id": seat,
        "state": Attendance.State.PRESENT if was_there else Attendance.State.ABSENT,
        "source": source,
        "happened_at": session.starts_at + timedelta(minutes=2),
        "recorded_by_id": session.host if was_there else None,
    }


def _evidence(session):
    held = HOSTED_STRENGTH * session.level * min(1, len(session.present) / FULL_ROOM)
    for skill in session.skills:
        about = {"skill_id": skill, "happened_at": session.starts_at, "recorded_at": session.ends_at}
        for person in session.present:
            seat = f"registration:{session.seats[person]}"
            yield about | {"person_id": person, "kind": ATTENDED, "strength": ATTENDED_STRENGTH, "source": seat}
        if session.present:
            yield about | {
                "person_id": session.host,
                "kind": HOSTED,
                "strength": held,
                "source": f"session:{session.pk}",
            }
