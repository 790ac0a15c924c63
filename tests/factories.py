"""Rows for tests, made the way the site makes them."""

from datetime import date, timedelta
from io import BytesIO

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from features.accounts.models import RoleGrant, User
from features.profiles import services as profiles
from features.sessions import services as sessions
from features.sessions.models import SessionSkill, SkillSession
from features.skills import services as skills

PASSWORD = "a password for tests"


def make_user(name="Sofia Mendes", *, email="", role="", verified=True, **fields):
    handle = fields.pop("handle", slugify(name)[:30])
    fields.setdefault("joined_at", timezone.now() - timedelta(days=2))  # nobody new, unless a test says so
    address = (email or f"{handle}@example.org").lower()
    user = User(email=address, name=name, handle=handle, time_zone=fields.pop("time_zone", "UTC"), **fields)
    user.set_password(PASSWORD)
    # Without the signals of each row: what they come to is that the person can be found, once.
    User.objects.bulk_create([user])
    EmailAddress.objects.bulk_create([EmailAddress(user=user, email=address, verified=verified, primary=True)])
    if role:
        RoleGrant.objects.bulk_create([RoleGrant(person=user, role=role)])
    profiles.publish_person(user)
    return user


def make_upload(form="PNG", size=(60, 60), name="me.png") -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, form)
    return SimpleUploadedFile(name, content.getvalue(), f"image/{form.lower()}")


def make_skill(name="PostgreSQL", *, synonyms=(), parent=None):
    return skills.add_skill(name=name, synonyms=synonyms, parent=parent)


def make_session(host, *, about=(), starts_in=timedelta(days=3), published=True, **fields):
    """A session that starts `starts_in` from now and lasts 90 minutes."""
    starts_at = fields.pop("starts_at", None) or (timezone.now() + starts_in).replace(microsecond=0)
    session = SkillSession(
        host=host,
        title=fields.pop("title", "Reading a query plan without fear"),
        outcome=fields.pop("outcome", "Leave knowing which line of the plan to look at first."),
        starts_at=starts_at,
        ends_at=fields.pop("ends_at", starts_at + timedelta(minutes=90)),
        time_zone=fields.pop("time_zone", host.time_zone or "UTC"),
        published_at=timezone.now() if published else None,
        room_url=fields.pop("room_url", "https://meet.example.org/room"),
        **fields,
    )
    session.slug = session.make_slug()
    session.save()
    for position, skill in enumerate(about):
        SessionSkill.objects.create(session=session, skill=skill, position=position)
    return session


def with_tickets(session, *rows):
    """The session with these kinds of ticket, as its host would save them."""
    if session.is_published:
        wording = {name: getattr(session, name) for name in ("title", "outcome", "capacity")}
        wanted = [sessions.Wanted(**row) for row in rows]
        sessions.save_edit(session=session, data=wording, skills=list(session.skills.all()), tickets=wanted)
    else:
        sessions.save_draft(
            host=session.host, data={}, skills=[], session=session, tickets=[sessions.Wanted(**row) for row in rows]
        )
    session.refresh_from_db()
    return session


def clocks_change(month: int) -> date:
    """The next last Sunday of March or October: when Berlin puts its clocks forward, or back."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    ends = [date(year, month, 31) for year in (tomorrow.year, tomorrow.year + 1)]
    return next(day for day in (end - timedelta(days=end.isoweekday() % 7) for end in ends) if day > tomorrow)
