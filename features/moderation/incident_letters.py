"""What is said about promises that were not kept."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.seo import absolute
from features.moderation.letters import GROUP, TEMPLATE
from features.moderation.models import Incident
from features.notifications.kinds import Kind, Letter, kinds
from features.notifications.services import notify


def tell(kind: str, incident: Incident) -> None:
    if incident.person.is_active:
        url = reverse("incident", args=[incident.pk])
        notify(incident.person, kind, incident.pk, url, key=f"{kind}:{incident.pk}")


def _noted(incident):
    from features.moderation import services

    now = timezone.now()
    if not incident.counts(now):
        return None
    words, _url = services.told([incident], incident.person)[incident.pk]
    said = [f"{incident.get_kind_display()}: {words}." if words else f"{incident.get_kind_display()}."]
    count = services.lately(incident.person, incident.ability, now)
    is_first = count < services.WARNED_AT
    if count >= services.WARNED_AT:
        said.append(
            _("It is number %(n)d within 30 days. With the fourth, what it is about is closed to you for two weeks.")
            % {"n": count}
        )
    else:
        said.append(
            _(
                "It happens to everybody: one such slip has no consequence, and is forgotten in 180 days. "
                "When you see in time that you cannot, one press on its page lets somebody else have the time."
            )
        )
    said.append(_("Do you see it differently? Say so, once. Somebody else than whoever waited decides."))
    said.append(_("What any of this means, for everybody: %(rules)s") % {"rules": absolute(reverse("reliability"))})
    subject = _("A friendly note, not more: %(what)s") if is_first else _("On your record: %(what)s")
    return _letter(subject % {"what": incident.get_kind_display()}, said, incident)


def _decided(incident):
    appeal = incident.appeal
    said = [
        _("Somebody else has read your side. %(outcome)s.") % {"outcome": appeal.get_outcome_display()},
        f"“{appeal.answer}”",
    ]
    return _letter(_("Your side was heard"), said, incident)


def _letter(subject, said, incident):
    link = (_("See it"), absolute(reverse("incident", args=[incident.pk])))
    return Letter(template=TEMPLATE, context={"subject": subject, "paragraphs": said, "link": link})


def _sentence(incident):
    return _("On your record: %(what)s") % {"what": incident.get_kind_display()}


SAID = {
    "incident_noted": (lambda incident: _sentence(incident) + ".", _noted),
    "incident_appeal_decided": (lambda incident: _("Your side was heard, and decided on."), _decided),
}


def register():
    for name, (sentence, letter) in SAID.items():
        kinds.register(name, Kind(letter=_finding(letter), sentences=_saying(sentence), group=GROUP))


def _finding(letter):
    rows = Incident.objects.select_related("person", "appeal")
    return lambda notification: letter(row) if (row := rows.filter(pk=notification.ref).first()) else None


def _saying(sentence):
    def sentences(notifications):
        rows = Incident.objects.in_bulk([int(row.ref) for row in notifications])
        return {row.pk: str(sentence(rows[int(row.ref)])) for row in notifications if int(row.ref) in rows}

    return sentences
