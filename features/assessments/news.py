"""What people are told of work that is judged: the sentence of the inbox, and the letter."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.assessments.models import Badge, Submission
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.notifications.services import notify

TEMPLATE = "assessments/email/letter"
GROUP = Group(
    key="assessments",
    label=gettext_lazy("Work that is judged"),
    why=gettext_lazy("You are told when your work is judged, and when work that you took to read is nearly due."),
    is_optional=True,
)


def tell(kind: str, person, work) -> None:
    """A judgement can come twice (after an objection), a reminder too: each is told."""
    url = reverse("submission", args=[work.public_id]) if kind == "work_judged" else reverse("reading_queue")
    mark = f"{work.judged_at:%s}" if kind == "work_judged" else work.reminded
    notify(person, kind, work.pk, url, key=f"{kind}:{work.pk}:{person.pk}:{mark}")


def tell_badge(badge) -> None:
    """That it ends in a month, with the way to renew it."""
    notify(badge.person, "badge_ends", badge.pk, badge.get_absolute_url())


def _ends(notifications):
    found = Badge.objects.select_related("skill").in_bulk([int(row.ref) for row in notifications])
    pattern = _("Your badge in %(skill)s ends in a month.")
    return {
        row.pk: pattern % {"skill": found[int(row.ref)].skill.name} for row in notifications if int(row.ref) in found
    }


def _letter_ends(notification):
    badge = Badge.objects.select_related("skill").filter(pk=notification.ref, revoked_at=None).first()
    if badge is None:
        return None
    said = [
        _("Your badge in %(skill)s ends in a month.") % {"skill": badge.skill.name},
        _("Renewing it says what is on record by then. A newer result makes it surer."),
    ]
    return _letter(_("A badge of yours ends"), said, (_("See it"), absolute(badge.get_absolute_url())))


def _judged(notifications):
    return _say(notifications, _("Your work for “%(title)s” was judged."))


def _due(notifications):
    return _say(notifications, _("Work for “%(title)s” that you took to read is nearly due."))


def _say(notifications, pattern):
    found = Submission.objects.select_related("task").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: pattern % {"title": found[int(row.ref)].task.title} for row in notifications if int(row.ref) in found
    }


def _letter_judged(notification):
    work = Submission.objects.select_related("task").filter(pk=notification.ref, state=Submission.State.DONE).first()
    if work is None:
        return None
    said = [
        _("Your work for “%(title)s” was read and judged.") % {"title": work.task.title},
        _("You see the comments, can say whether they helped, and can object once."),
    ]
    link = (_("Read the judgement"), absolute(work.get_absolute_url()))
    return _letter(_("Your work was judged"), said, link)


def _letter_due(notification):
    work = Submission.objects.select_related("task").filter(pk=notification.ref, state=Submission.State.EXPERTS).first()
    if work is None:
        return None
    said = [_("You took work for “%(title)s” to read. In two hours it goes back.") % {"title": work.task.title}]
    return _letter(_("Work to read is nearly due"), said, (_("Read it"), absolute(reverse("reading_queue"))))


def _letter(subject, said, link):
    return Letter(template=TEMPLATE, context={"subject": subject, "paragraphs": said, "link": link})


def register():
    kinds.register("work_judged", Kind(letter=_letter_judged, sentences=_judged, group=GROUP))
    kinds.register("badge_ends", Kind(letter=_letter_ends, sentences=_ends, group=GROUP))
    kinds.register("reading_due", Kind(letter=_letter_due, sentences=_due, group=GROUP))
