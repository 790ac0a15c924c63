"""The demo world's sessions: `demo_world/*.toml` says what is held, here it comes true around the time `now`.

Sessions, and all that the five who can be signed in as do, go through the services, each with the time at which it
would have happened; the seats of everybody else are written by `demo_crowd`.
"""

import tomllib
from datetime import date, datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from core.models import RateCounter
from features.accounts.models import User
from features.notifications.models import Notification
from features.payments import services as payments
from features.sessions import demo_cohosts, demo_messages, demo_recaps, services
from features.sessions.demo_crowd import Crowd
from features.sessions.models import Format, Recap, Registration, Review, SessionMessage, SkillSession, WaitlistEntry
from features.sessions.services import letters
from features.skills.services import gathered, resolve_all

WORLD = Path(__file__).with_name("demo_world")
NOTES = cycle(
    ["", "", "First time here.", "", "I may be five minutes late.", "", "", "Could the text be large, please?"]
)
# What is handed to the service as it stands.
WRITTEN = (
    "title", "outcome", "description", "preparation", "kind", "format", "address", "level", "language", "capacity",
    "price_minor", "cancellation_hours",
)  # fmt: skip

PLAYED = {"going", "waiting"}  # of a kind of ticket: what people do


def entries():
    return [
        entry for file in sorted(WORLD.glob("*.toml")) for entry in tomllib.loads(file.read_text("utf-8"))["session"]
    ]


@transaction.atomic
def fill(now):
    if SkillSession.objects.filter(host__is_demo=True).exists():
        return
    with gathered():
        World(now).build()
    demo_messages.fill(now)
    demo_cohosts.fill(now)
    demo_recaps.fill(now)
    letters.remind(now=now)
    _file_old_letters(now)
    # Nobody has used up what they may do in this hour.
    done_by = "|".join(str(person.pk) for person in User.objects.filter(is_demo=True))
    RateCounter.objects.filter(
        key__regex=rf"^(registration|session_publish|cohost_invite|recap|host_(first_)?message):({done_by})$"
    ).delete()


class World:
    def __init__(self, now):
        self.now = now
        self.chance = Random(2)  # noqa: S311 - the same world every time
        people = User.objects.filter(is_demo=True).prefetch_related("emailaddress_set").order_by("pk")
        self.people = {person.email.partition("@")[0]: person for person in people}
        self.learner = self.people["learner"]
        cast = {"learner", "expert", "mentor", "moderator", "organiser"}
        self.members = [person for name, person in self.people.items() if name not in cast]
        self.busy = {}  # person: [(start, end), …], so that nobody sits in two rooms at once
        self.entries = entries()
        wanted = {name for entry in self.entries for name in entry["skills"]}
        self.skills = resolve_all(wanted)
        if unknown := wanted - self.skills.keys():
            raise LookupError(f"The starter set does not know: {', '.join(sorted(unknown))}")

    def build(self):
        crowd, written = Crowd(), []
        for entry in self.entries:
            session = self.write(entry)
            if not entry.get("draft"):
                session = services.publish(
                    session=session, by=session.host, now=session.created_at + timedelta(hours=3)
                )
                going, line = self.company(session, entry)
                times = self.moments(session, len(going) + len(line))
                for place, person in enumerate(going):
                    there = place < entry.get("here", 0)
                    crowd.seat(session, person, note=next(NOTES), at=times.pop(0), was_there=there)
                written.append((session, entry, line, times))
                self.fill_kinds(session, entry.get("tickets", ()))
        crowd.write()
        for session, entry, line, times in written:
            self.play(session, entry, line, times)
        services.settle_due(now=self.now)
        for session, entry, _line, _times in written:
            self.review(session, entry.get("reviews", []))
            if "doubt" in entry:
                self.doubt(session, entry)

    def write(self, entry):
        host = self.people[entry["host"]]
        data = {name: entry[name] for name in WRITTEN if name in entry}
        data["time_zone"] = host.time_zone
        if when := entry.get("when"):
            data["starts_at"] = starts_at(when, ZoneInfo(host.time_zone), self.now)
            data["ends_at"] = data["starts_at"] + timedelta(minutes=entry["minutes"])
            self.busy.setdefault(host, []).append((data["starts_at"], data["ends_at"]))
        if entry.get("format") != Format.IN_PERSON:
            data["room_url"] = f"https://meet.example.org/{host.handle}"
        written_at = min(self.now, data.get("starts_at", self.now)) - timedelta(days=self.chance.randint(12, 24))
        data |= {"created_at": written_at, "updated_at": written_at}
        kinds = [kind for kind in entry.get("tickets", ()) if not kind.get("price_minor") or payments.is_set_up()]
        wanted = [services.Wanted(**{k: v for k, v in kind.items() if k not in PLAYED}) for kind in kinds]
        skills = [self.skills[name] for name in entry["skills"]]
        return services.save_draft(host=host, data=data, skills=skills, tickets=wanted)

    def fill_kinds(self, session, kinds):
        """Of each kind of ticket those who have one, then those who wait."""
        came = []
        for ticket, kind in zip(session.tickets.all(), kinds, strict=False):
            going = self.choose(session, kind.get("going", 0), left_out=came)
            line = self.choose(session, kind.get("waiting", 0), left_out=[*came, *going])
            came += [*going, *line]
            times = self.moments(session, len(going) + len(line))
            for person in going:
                services.register(session=session, person=person, ticket=ticket, now=times.pop(0))
            for person in line:
                services.join_waitlist(session=session, person=person, ticket=ticket, now=times.pop(0))

    def play(self, session, entry, line, times):
        """What else happened, in that order: the learner came, a line formed, a seat came free, the host cancelled."""
        if entry.get("learner") == "seat":
            seat = services.register(session=session, person=self.learner, now=times.pop(0))
            if "here" in entry:
                services.check_in(registration=seat, by=session.host, now=session.starts_at + timedelta(minutes=2))
        for person in line:
            services.join_waitlist(session=session, person=person, now=times.pop(0))
        if entry.get("learner") == "offered":
            seat = session.registrations.exclude(person=self.learner).last()
            services.cancel_registration(registration=seat, by=seat.person, now=self.now - timedelta(minutes=20))
        if reason := entry.get("cancelled"):
            services.cancel_session(session=session, by=session.host, reason=reason, now=self.now - timedelta(hours=20))
            letters.tell_of_cancellation(session.pk)

    def review(self, session, said):
        """Who was there says how it was: the first that evening, each some hours after the one before."""
        for number, (seat, words) in enumerate(zip(session.registrations.present().order_by("pk"), said, strict=False)):
            at = session.ends_at + timedelta(hours=2 + 5 * number)
            review = services.write_review(registration=seat, rating=words["rating"], words=words["words"], now=at)
            if answer := words.get("reply"):
                services.reply_to_review(review=review, words=answer, now=at + timedelta(hours=3))

    def doubt(self, session, entry):
        """Somebody who was not seen says that the host did not come; the host says otherwise: a moderator decides."""
        seat = session.registrations.exclude(pk__in=session.registrations.present().values("pk")).order_by("pk").first()
        said_at = session.ends_at + timedelta(hours=1)
        services.say_of_host(registration=seat, came=False, words=entry["doubt"], now=said_at)
        answered_at = said_at + timedelta(hours=5)
        services.answer_for_host(session=session, came=True, words=entry["answer"], now=answered_at)

    def company(self, session, entry):
        """Who goes and who waits. `going` and `waiting` count the learner, who takes a seat last, is second in a line,
        or first in it when a seat is to be offered."""
        place = entry.get("learner")
        going = self.choose(session, entry.get("going", 0) - (place == "seat"))
        line = self.choose(session, entry.get("waiting", 0) - (place in ("waiting", "offered")), left_out=going)
        if place in ("waiting", "offered"):
            line.insert(place == "waiting", self.learner)
        return going, line

    def choose(self, session, count, left_out=()):
        """Members who have nothing else then, or least; who speak the language; and for a room, from its continent."""
        span = (session.starts_at, session.ends_at)
        asked = [person for person in self.members if person != session.host and person not in left_out]
        self.chance.shuffle(asked)
        asked.sort(
            key=lambda person: (
                any(start < span[1] and span[0] < end for start, end in self.busy.get(person, ())),
                session.language not in person.languages,
                session.format == Format.IN_PERSON and continent(person) != continent(session),
            )
        )
        for person in asked[:count]:
            self.busy.setdefault(person, []).append(span)
        return asked[:count]

    def moments(self, session, count):
        """When people registered: most of them soon after publishing."""
        opened = session.published_at
        length = min(self.now, session.starts_at) - timedelta(hours=22) - opened
        return sorted(opened + length * self.chance.random() ** 2 for _ in range(count + 1))


def continent(placed) -> str:
    return placed.time_zone.partition("/")[0]


def starts_at(when, zone, now) -> datetime:
    """The instant of `minutes_ahead`, of this or the next `evening`, of the nth `saturday` or of the nth working `day`
    from today (before today when negative), at the wall time `at` where the host is."""
    if "minutes_ahead" in when:
        ahead = now + timedelta(minutes=when["minutes_ahead"])
        return ahead.replace(second=0, microsecond=0) + timedelta(minutes=-ahead.minute % 5)
    today = now.astimezone(zone).date()
    clock = time.fromisoformat(when["at"])
    if "evening" in when:
        tonight = datetime.combine(today, clock, zone)
        return (
            tonight if tonight - now > timedelta(hours=3) else datetime.combine(today + timedelta(days=1), clock, zone)
        )
    if "saturday" in when:
        day = today + timedelta(days=(5 - today.weekday() - 1) % 7 + 1 + 7 * (when["saturday"] - 1))
    else:
        day = working_day(today, when["day"])
    return datetime.combine(day, clock, zone)


def working_day(today: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    day = today
    for _ in range(abs(count)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def _file_old_letters(now):
    """What happened days ago was written about, and read, days ago; of all that, only the seat on offer is news."""
    happened = {
        "registered": dict(Registration.objects.values_list("pk", "registered_at")),
        "waitlist_joined": dict(WaitlistEntry.objects.values_list("pk", "joined_at")),
        "session_reviewed": dict(Review.objects.values_list("pk", "written_at")),
        "review_reply": dict(Review.objects.values_list("pk", "replied_at")),
        services.RECAP: dict(Recap.objects.values_list("pk", "sent_at")),
        services.MESSAGE: dict(SessionMessage.objects.values_list("pk", "sent_at")),
    }
    unsent = Notification.objects.filter(recipient__is_demo=True, mailed_at=None)
    old = list(unsent.exclude(kind="seat_offered"))
    for letter in old:
        at = happened.get(letter.kind, {}).get(int(letter.ref), now)
        letter.created_at = letter.mailed_at = letter.read_at = at
    Notification.objects.bulk_update(old, ["created_at", "mailed_at", "read_at"])
