"""What is said about talks that are booked: the sentence of the inbox, the letter with its calendar entry, and what
stands in the calendars of both."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import city, local, words
from features.assessments.models import Evaluation
from features.calendar import ical
from features.calendar.services import calendars
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.notifications.services import notify

TEMPLATE = "assessments/email/letter"
PAST = timedelta(days=90)
GROUP = Group(
    key="evaluations",
    label=gettext_lazy("Talks about work"),
    why=gettext_lazy("A time that you have booked, or that others have booked with you, is always told."),
)


def tell(kind: str, evaluation, suffix: str = "") -> None:
    for person in (evaluation.examiner, evaluation.submission.person):
        if person.is_active:
            key = f"{kind}:{evaluation.pk}:{person.pk}{suffix}"
            notify(person, kind, evaluation.pk, evaluation.submission.get_absolute_url(), key=key)


# --- In calendars -----------------------------------------------------------------------------------------------------
def entry_of(evaluation, person) -> ical.Entry:
    work = evaluation.submission
    place = absolute(work.get_absolute_url())
    return ical.Entry(
        uid=f"{work.public_id}@{settings.SITE_URL.rpartition('/')[2].partition(':')[0]}",
        sequence=1 if evaluation.cancelled_at else 0,
        status="CANCELLED" if evaluation.cancelled_at else "CONFIRMED",
        starts_at=evaluation.starts_at,
        ends_at=evaluation.ends_at,
        zone=evaluation.time_zone,
        summary=_("%(title)s with %(name)s") % {"title": work.task.title, "name": evaluation.other(person).name},
        description=place,
        location=place,
        url=place,
        organizer_name=settings.SITE_NAME,
        organizer_email=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"),
        attendee_name=person.name,
        attendee_email=person.email,
        last_modified=evaluation.cancelled_at or evaluation.booked_at,
    )


def of_person(person, now) -> list[ical.Entry]:
    found = Evaluation.objects.of(person).filter(ends_at__gt=now - PAST)
    return [entry_of(row, person) for row in found.select_related("submission__task", "submission__person", "examiner")]


# --- Letters ----------------------------------------------------------------------------------------------------------
def _booked(evaluation, person):
    if evaluation.cancelled_at:
        return None
    said = [_("This letter carries the entry for your calendar.")]
    if person.pk == evaluation.examiner_id:
        said.append(f"“{evaluation.submission.text[:500]}”")
    return _letter(evaluation, person, _("Booked: %(title)s with %(name)s, %(when)s"), said)


def _called_off(evaluation, person):
    by = evaluation.cancelled_by.name if evaluation.cancelled_by else _("The site")
    said = [_("%(name)s called it off: “%(reason)s”") % {"name": by, "reason": evaluation.reason}]
    return _letter(evaluation, person, _("Called off: %(title)s with %(name)s, %(when)s"), said)


def _reminder(evaluation, person):
    if evaluation.cancelled_at:
        return None
    said = [_("The way into the room stands on its page, from a quarter of an hour before.")]
    return _letter(evaluation, person, _("Reminder: %(title)s with %(name)s, %(when)s"), said, with_entry=False)


def _letter(evaluation, person, subject, said, *, with_entry=True):
    zone = person.time_zone or settings.DEFAULT_TIME_ZONE
    moment = words(local(evaluation.starts_at, zone), "full")
    facts = {
        "title": evaluation.submission.task.title,
        "name": evaluation.other(person).name,
        "when": _("%(when)s %(city)s time") % {"when": moment, "city": city(zone)},
    }
    link = (_("See it"), absolute(evaluation.submission.get_absolute_url()))
    method = "CANCEL" if evaluation.cancelled_at else "REQUEST"
    attached = []
    if with_entry:
        content = ical.message(method=method, entry=entry_of(evaluation, person))
        attached = [("talk.ics", content, f"text/calendar; charset=utf-8; method={method}")]
    context = {"subject": subject % facts, "paragraphs": said, "link": link}
    return Letter(template=TEMPLATE, context=context, attachments=attached)


SAID = {
    "evaluation_booked": (_booked, gettext_lazy("“%(title)s” with %(name)s is booked for %(when)s.")),
    "evaluation_called_off": (_called_off, gettext_lazy("“%(title)s” with %(name)s was called off.")),
    "evaluation_reminder": (_reminder, gettext_lazy("Reminder: “%(title)s” with %(name)s, %(when)s.")),
}
ROWS = ("submission__task", "submission__person", "examiner", "cancelled_by")


def _sending(build):
    def letter(notification):
        found = Evaluation.objects.select_related(*ROWS).filter(pk=notification.ref).first()
        return build(found, notification.recipient) if found else None

    return letter


def _saying(pattern):
    def sentences(notifications):
        found = Evaluation.objects.select_related(*ROWS).in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: pattern
            % {
                "title": one.submission.task.title,
                "name": one.other(row.recipient).name,
                "when": words(local(one.starts_at), "full"),
            }
            for row in notifications
            if (one := found.get(int(row.ref)))
        }

    return sentences


def register():
    calendars.register("evaluations", of_person)
    for name, (build, pattern) in SAID.items():
        kinds.register(name, Kind(letter=_sending(build), sentences=_saying(pattern), group=GROUP))
