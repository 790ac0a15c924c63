"""What a host does with a session: write, publish, change, copy, cancel."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db import atomic_retry, broken_constraint
from core.jobs import enqueue
from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts import access
from features.accounts.access import has_role
from features.accounts.models import Role
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.payments import services as payments
from features.sessions import happenings, promises
from features.sessions.models import KeptForm, SessionSkill, SkillSession, TicketKind
from features.sessions.services.tickets import TicketsRefused, Wanted, set_tickets, wanted_of
from features.sessions.services.waitlist import close_line, hand_on, lock, shorten_offers

RECOVERY = timedelta(days=14)
LONGEST_FORM = 40_000
# Changes to these reach calendars: the same entry, one sequence number higher.
ON_THE_CALENDAR = ("title", "starts_at", "ends_at", "time_zone", "format", "address")
COPIED = (
    "title", "outcome", "description", "description_html", "kind", "format", "level", "language", "time_zone",
    "address", "room_url", "preparation", "capacity", "price_minor", "currency", "cancellation_hours", "refund_preset",
    "reminder_minutes", "follow_up_minutes", "least_seats", "decide_hours",
)  # fmt: skip


class HostingRefused(Exception):
    """`code` is stable; `field` names the form field it belongs to, or is empty; `row` the kind of ticket it is of."""

    def __init__(self, code, words, field="", row=None):
        super().__init__(code)
        self.code, self.words, self.field, self.row = code, words, field, row


def save_draft(*, host, data, skills, session=None, form_key=None, tickets: list[Wanted] | None = None) -> SkillSession:
    """Write a draft: new, or again. The same `form_key` is the same draft, however often its form arrives. `tickets`
    are all its kinds of ticket; None leaves them alone. What was published meanwhile is changed as such, which may be
    refused."""
    if session is None and form_key:
        session = SkillSession.objects.filter(host=host, form_key=form_key, published_at=None).first()
    try:
        new = SkillSession(host=host, form_key=form_key, currency=settings.CURRENCY)
        return _save_draft(session or new, data, skills, tickets)
    except IntegrityError as error:
        if "form_key" not in broken_constraint(error):
            raise
        return SkillSession.objects.get(host=host, form_key=form_key)  # the other tap was faster


@atomic_retry
def _save_draft(session, data, skills, tickets):
    if session.pk:
        session = lock(session.pk)  # as it is now: what was read to show the form may be published since
    if session.is_published:
        return save_edit(session=session, data=data, skills=skills, tickets=tickets)
    _fill(session, data)
    session.save()
    _set_skills(session, skills)
    _set_tickets(session, tickets)
    return session


@atomic_retry
def publish(*, session, by, now=None) -> SkillSession:
    """Make a draft public. Publishing twice is publishing once. Raises HostingRefused with the field to mend."""
    now = now or timezone.now()
    session = lock(session.pk)
    if session.is_published:
        return session
    if session.removed_at:
        raise HostingRefused("removed", _("This draft was thrown away meanwhile. Bring it back first."))
    _may_publish(session, by, now)
    hit("session_publish", by.pk)
    session.published_at = now
    _claim_time(session)
    session.save()
    _index(session)
    enqueue("features.sessions.tasks.tell_followers", session.pk, key=f"followers:{session.pk}")
    happenings.of_session("session.published", session)
    payments.selling_begins(person=session.host, price_minor=session.top_price_minor or session.price_minor)
    return session


@atomic_retry
def save_edit(*, session, data, skills, tickets: list[Wanted] | None = None, now=None) -> SkillSession:
    """Change a published session. Seats that are taken stay; who is coming is told of a new time or place."""
    now = now or timezone.now()
    session = lock(session.pk)
    if session.is_cancelled or session.has_started(now):
        raise HostingRefused("over", _("A session that has started or was cancelled can no longer be changed."))
    _may_write(session.host)
    before = {name: getattr(session, name) for name in ON_THE_CALENDAR}
    if data["capacity"] < session.seats_taken:
        words = _("%(taken)s seats are taken or kept. Choose at least that many.") % {"taken": session.seats_taken}
        raise HostingRefused("seats_taken", words, "capacity")
    _fill(session, data)
    _need_time(session, now)
    formats = _formats(session)
    _set_tickets(session, tickets)
    changed = any(before[name] != getattr(session, name) for name in ON_THE_CALENDAR) or formats != _formats(session)
    if has_moved := before["starts_at"] != session.starts_at:
        session.previous_starts_at = before["starts_at"]
    if changed:
        session.ical_sequence += 1
        _claim_time(session)
        what = f"{session.pk}:moved" if has_moved else session.pk
        enqueue("features.sessions.tasks.tell_of_change", what, key=f"change:{session.pk}:{session.ical_sequence}")
    session.updated_at = now
    session.save()
    _set_skills(session, skills)
    payments.selling_begins(person=session.host, price_minor=session.top_price_minor or session.price_minor)
    _index(session)
    if has_moved:
        shorten_offers(session, now)
    hand_on(session, now)
    return session


@atomic_retry
def cancel_session(*, session, by, reason, now=None) -> bool:
    """Call the session off: its page stays, everybody is told, calendar entries are withdrawn. Once. `by` is None where
    too few people have a seat, which is nobody's fault."""
    now = now or timezone.now()
    session = lock(session.pk)
    if session.is_cancelled:
        return False
    if not session.is_published or session.has_ended(now):
        raise HostingRefused("over", _("Only a published session that is not over can be cancelled."))
    session.cancelled_at, session.cancellation_reason = now, one_line(reason)
    if by:
        promises.session_was_called_off(session, now)
    session.ical_sequence += 1
    session.updated_at = now
    session.save()
    close_line(session, now)
    calendar.release("session", str(session.pk))
    discovery.withdraw("session", str(session.pk))
    enqueue("features.sessions.tasks.tell_of_cancellation", session.pk, key=f"cancelled:{session.pk}")
    enqueue("features.sessions.tasks.refund_seats", f"{session.pk}:0", key=f"refunds:{session.pk}:0")
    return True


@atomic_retry
def duplicate(*, session, by, form_key=None) -> SkillSession:
    """A draft like this one, without a date. The same `form_key` is the same copy, however often it is pressed."""
    lock(session.pk)  # two presses at once come one after the other
    if form_key and (made := SkillSession.objects.filter(form_key=form_key).first()):
        if made.host_id == by.pk and not made.is_published and not made.removed_at:
            return made
        form_key = None
    copy = SkillSession(host=by, form_key=form_key, **{name: getattr(session, name) for name in COPIED})
    copy.slug = copy.make_slug()
    copy.save()
    _set_skills(copy, list(session.skills.order_by("sessionskill__position")))
    _set_tickets(copy, wanted_of(session))
    return copy


def keep_form(*, person, key: str, data: str, now=None):
    """Keep what is being typed. Answers when it was kept."""
    now = now or timezone.now()
    KeptForm.objects.update_or_create(person=person, key=key, defaults={"data": data[:LONGEST_FORM], "saved_at": now})
    return now


def forget_form(*, person, key: str) -> None:
    KeptForm.objects.filter(person=person, key=key).delete()


@transaction.atomic
def restore_draft(*, session) -> None:
    """Bring back a draft that was thrown away."""
    session.removed_at = session.removed_by = None
    session.save(update_fields=["removed_at", "removed_by"])


def erase_removed(*, now=None) -> int:
    """Drafts that were thrown away 14 days ago are gone for good."""
    old = SkillSession.objects.filter(published_at=None, removed_at__lt=(now or timezone.now()) - RECOVERY)
    return old.delete()[0]


@transaction.atomic
def remove_draft(*, session, by, now=None) -> None:
    """Throw a draft away; it can be brought back for 14 days. A published session is cancelled instead."""
    session = lock(session.pk)
    if session.is_published:
        raise HostingRefused("published", _("A published session is cancelled, not removed."))
    session.removed_at, session.removed_by = now or timezone.now(), by
    session.save(update_fields=["removed_at", "removed_by"])


def may_host(person) -> bool:
    return has_role(person, Role.EXPERT) or has_role(person, Role.ORGANISER)


def _fill(session, data):
    for name, value in data.items():
        if name != "price_minor" or not session.has_kinds:  # what has kinds of ticket costs what they cost
            setattr(session, name, value)
    session.title = one_line(session.title)
    session.outcome = one_line(session.outcome)
    session.address = one_line(session.address)
    session.slug = session.make_slug()
    session.description_html = render_markdown(session.description)


def _may_write(person):
    if bar := access.bar(person, access.Ability.HOST):
        raise HostingRefused("barred", bar.words)


def _may_publish(session, by, now):
    _may_write(by)
    if not may_host(by):
        raise HostingRefused("not_an_expert", _("Publishing is for experts. Apply to become one; your draft is kept."))
    if not session.session_skills.exists():
        raise HostingRefused("no_skill", _("Name at least one skill, so that people can find this."), "skills")
    _need_time(session, now)


def _need_time(session, now):
    if not session.starts_at:
        raise HostingRefused("no_time", _("Say when it starts."), "date")
    if session.starts_at <= now:
        raise HostingRefused("in_the_past", _("That time has passed. Choose one to come."), "date")
    if session.least_seats and not session.decided_at and session.decides_at <= now:
        words = _("The moment to decide would be over already. Decide later, start later, or name no least number.")
        raise HostingRefused("decided_too_early", words, "decide_hours")


def _claim_time(session):
    try:
        calendar.claim(session.host, session.starts_at, session.ends_at, "session", str(session.pk))
    except calendar.TimeTaken as taken:
        raise HostingRefused("time_taken", _("You host something else at that time."), "date") from taken


def _formats(session):
    """Where those who hold a ticket take part: their calendars say it."""
    held = TicketKind.objects.filter(session=session, seats_taken__gt=0)
    return set(held.values_list("pk", "format")) if session.has_kinds else set()


def _set_tickets(session, tickets):
    try:
        set_tickets(session, tickets)
    except TicketsRefused as refused:
        raise HostingRefused(refused.code, refused.words, refused.field, refused.row) from refused


def _set_skills(session, skills):
    wanted = [skill.pk for skill in skills]
    if list(session.session_skills.values_list("skill_id", flat=True)) == wanted:
        return
    session.session_skills.all().delete()
    SessionSkill.objects.bulk_create(
        SessionSkill(session=session, skill_id=pk, position=place) for place, pk in enumerate(wanted)
    )


def take_over_skill(source, into) -> int:
    """Sessions about `source` are about `into`; answers how many there were. Their words in the search follow."""
    rows = SessionSkill.objects.filter(skill=source)
    sessions = list(rows.values_list("session", flat=True))
    rows.filter(session__in=SessionSkill.objects.filter(skill=into).values("session")).delete()
    rows.update(skill=into)
    discovery.republish("session", [str(pk) for pk in sessions])
    return len(sessions)


def _index(session):
    discovery.republish("session", [str(session.pk)])
