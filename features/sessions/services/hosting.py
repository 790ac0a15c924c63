"""What a host does with a session: write, publish, change, cancel."""

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db import atomic_retry, broken_constraint
from core.jobs import enqueue
from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts import access
from features.accounts.models import Role
from features.accounts.services import everybody_hosts
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.notifications.services import notify
from features.payments import services as payments
from features.sessions import happenings, promises
from features.sessions.models import SkillSession, TicketKind
from features.sessions.services.about import set_skills
from features.sessions.services.tickets import TicketsRefused, Wanted, set_tickets
from features.sessions.services.waitlist import close_line, hand_on, lock, shorten_offers

# Changes to these reach calendars: the same entry, one sequence number higher.
ON_THE_CALENDAR = ("title", "starts_at", "ends_at", "time_zone", "format", "address")
# What decides over money, and over whether it takes place, is its owner's to say.
OF_THE_OWNER = ("price_minor", "refund_preset", "cancellation_hours", "least_seats", "decide_hours", "tickets")


class HostingRefused(Exception):
    """`code` is stable; `field` names the form field it belongs to, or is empty; `row` the kind of ticket it is of."""

    def __init__(self, code, words, field="", row=None):
        super().__init__(code)
        self.code, self.words, self.field, self.row = code, words, field, row


def save_draft(
    *, host, data, skills, session=None, form_key=None, tickets: list[Wanted] | None = None, by=None, seen=""
) -> SkillSession:
    """Write a draft: new, or again. The same `form_key` is the same draft, however often its form arrives. `tickets`
    are all its kinds of ticket; None leaves them alone. What was published meanwhile is changed as such, which may be
    refused. `by` is who writes, where that may be a co-host; `seen` is what they saw of it, as `version_of` says."""
    if session is None and form_key:
        session = SkillSession.objects.filter(host=host, form_key=form_key, published_at=None).first()
    try:
        new = SkillSession(host=host, form_key=form_key, currency=settings.CURRENCY)
        return _save_draft(session or new, data, skills, tickets, by, seen)
    except IntegrityError as error:
        if "form_key" not in broken_constraint(error):
            raise
        return SkillSession.objects.get(host=host, form_key=form_key)  # the other tap was faster


@atomic_retry
def _save_draft(session, data, skills, tickets, by, seen):
    if session.pk:
        session = lock(session.pk)  # as it is now: what was read to show the form may be published since
    if session.is_published:
        return save_edit(session=session, data=data, skills=skills, tickets=tickets, by=by, seen=seen)
    _must_be_as_seen(session, seen, data, skills, tickets)
    _keep_to_part(session, by, data, tickets)
    _fill(session, data)
    if session.pk:
        session.updated_at = timezone.now()
    session.save()
    set_skills(session, skills)
    write_tickets(session, tickets)
    return session


@atomic_retry
def publish(*, session, by, now=None) -> SkillSession:
    """Make a draft public. Publishing twice is publishing once. Raises HostingRefused with the field to mend."""
    now = now or timezone.now()
    session = lock(session.pk)
    if session.is_published:
        return session
    if session.host_id != by.pk:
        raise HostingRefused("owner_only", _("Publishing is for %(name)s to do.") % {"name": session.host.name})
    if session.removed_at:
        raise HostingRefused("removed", _("This draft was thrown away meanwhile. Bring it back first."))
    may_publish(session, by, now)
    hit("session_publish", by.pk)
    session.published_at, session.publish_at = now, None
    _claim_time(session, by)
    session.save()
    _index(session)
    enqueue("features.sessions.tasks.tell_followers", session.pk, key=f"followers:{session.pk}")
    happenings.of_session("session.published", session)
    payments.selling_begins(person=session.host, price_minor=session.top_price_minor or session.price_minor)
    return session


@atomic_retry
def save_edit(
    *, session, data, skills, tickets: list[Wanted] | None = None, by=None, seen="", now=None
) -> SkillSession:
    """Change a published session. Seats that are taken stay; who is coming is told of a new time or place. `by` is who
    changes it, where that may be a co-host; `seen` is what they saw of it, as `version_of` says."""
    now = now or timezone.now()
    session = lock(session.pk)
    if session.is_cancelled or session.has_started(now):
        raise HostingRefused("over", _("A session that has started or was cancelled can no longer be changed."))
    _may_write(session.host)
    _must_be_as_seen(session, seen, data, skills, tickets)
    _keep_to_part(session, by, data, tickets)
    before = {name: getattr(session, name) for name in ON_THE_CALENDAR}
    if data["capacity"] < session.seats_taken:
        words = _("%(taken)s seats are taken or kept. Choose at least that many.") % {"taken": session.seats_taken}
        raise HostingRefused("seats_taken", words, "capacity")
    _fill(session, data)
    _need_time(session, now)
    formats = _formats(session)
    write_tickets(session, tickets)
    changed = any(before[name] != getattr(session, name) for name in ON_THE_CALENDAR) or formats != _formats(session)
    if has_moved := before["starts_at"] != session.starts_at:
        session.previous_starts_at = before["starts_at"]
        payments.note_move("registration", session.registrations.active().values_list("pk", flat=True))
    if changed:
        session.ical_sequence += 1
        _claim_time(session, by or session.host)
        what = f"{session.pk}:moved" if has_moved else session.pk
        enqueue("features.sessions.tasks.tell_of_change", what, key=f"change:{session.pk}:{session.ical_sequence}")
        happenings.of_session("session.changed", session)
    if changed and by and by.pk != session.host_id:
        row = session.cohosts.in_force().get(person=by)
        key = f"cohost_changed_it:{row.pk}:{session.ical_sequence}"
        notify(session.host, "cohost_changed_it", row.pk, session.get_absolute_url(), key=key)
    session.updated_at = now
    session.save()
    set_skills(session, skills)
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
    if by and by.pk != session.host_id:
        raise HostingRefused("owner_only", _("Calling it off is for %(name)s to do.") % {"name": session.host.name})
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
    happenings.of_session("session.cancelled", session)
    enqueue("features.sessions.tasks.refund_seats", f"{session.pk}:0", key=f"refunds:{session.pk}:0")
    return True


def may_host(person) -> bool:
    """Also where a role rests: without a second factor, and for a token. Publishing shows nobody what others do not
    see, and so a page and the API give one answer."""
    return access.holds_any_role(person, Role.EXPERT, Role.ORGANISER) or (person.is_active and everybody_hosts())


def version_of(session) -> str:
    """What a page shows of it, for whoever sends that page's form back."""
    return session.updated_at.isoformat()


def _must_be_as_seen(session, seen, data, skills, tickets):
    """Of a locked session. Nobody writes over what another has saved meanwhile; the same once more is no change."""
    if not seen or seen == version_of(session):
        return
    is_same = all(getattr(session, name) == value for name, value in data.items())
    kept = list(session.session_skills.values_list("skill_id", flat=True))
    if not is_same or tickets or kept != [skill.pk for skill in skills]:
        words = _(
            "It was saved since you opened this page. What you typed stands here: send it again to put it in place"
        )
        raise HostingRefused("overtaken", words)


def _fill(session, data):
    for name, value in data.items():
        if name != "price_minor" or not session.has_kinds:  # what has kinds of ticket costs what they cost
            setattr(session, name, value)
    session.title = one_line(session.title)
    session.outcome = one_line(session.outcome)
    session.address = one_line(session.address)
    session.slug = session.make_slug()
    session.description_html = render_markdown(session.description)


def keep_to_part(session, by, changed) -> None:
    """What a co-host leaves alone: what decides over money, and over whether it takes place. Raises HostingRefused."""
    if not session.is_hosted_by(by):
        raise HostingRefused("no_host", _("You do not host this session any more."))
    _may_write(by)
    if wrong := sorted(changed.intersection(OF_THE_OWNER)):
        words = _("Prices, refunds and the least number of people are for %(name)s to change.")
        raise HostingRefused("owner_only", words % {"name": session.host.name}, wrong[0])


def _keep_to_part(session, by, data, tickets):
    if by is None or by.pk == session.host_id:
        return
    changed = {name for name in data if data[name] != getattr(session, name)}
    keep_to_part(session, by, changed | ({"tickets"} if tickets is not None else set()))
    needed = [session.least_seats, *session.tickets.values_list("capacity", flat=True)]
    if data.get("capacity", session.capacity) < max(filter(None, needed), default=0):
        words = _("%(name)s has set a number that is higher, of people or of a kind of ticket.")
        raise HostingRefused("seats_promised", words % {"name": session.host.name}, "capacity")


def _may_write(person):
    if bar := access.bar(person, access.Ability.HOST):
        raise HostingRefused("barred", bar.words)


def may_publish(session, by, now):
    """Raises HostingRefused with the field to mend."""
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


def _claim_time(session, by):
    for person in session.hosts:
        try:
            claim_time(session, person)
        except HostingRefused as refused:
            if person.pk == by.pk:
                raise
            words = _("%(name)s is not free at that time. Choose another.") % {"name": person.name}
            raise HostingRefused(refused.code, words, refused.field) from refused


def claim_time(session, person):
    try:
        calendar.claim(person, session.starts_at, session.ends_at, "session", str(session.pk))
    except calendar.TimeTaken as taken:
        raise HostingRefused("time_taken", _("You host something else at that time."), "date") from taken


def _formats(session):
    """Where those who hold a ticket take part: their calendars say it."""
    held = TicketKind.objects.filter(session=session, seats_taken__gt=0)
    return set(held.values_list("pk", "format")) if session.has_kinds else set()


def write_tickets(session, tickets):
    try:
        set_tickets(session, tickets)
    except TicketsRefused as refused:
        raise HostingRefused(refused.code, refused.words, refused.field, refused.row) from refused


def _index(session):
    discovery.republish("session", [str(session.pk)])
