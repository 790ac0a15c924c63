"""What the site's search knows of sessions: published ones, and not those that were called off."""

from itertools import batched

from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

from core.text import without_marks
from features.accounts.models import User
from features.accounts.signals import people_came_or_went
from features.discovery import services as discovery
from features.discovery.kinds import Entry, Kind, Row, kinds
from features.sessions import services
from features.sessions.cards import cards
from features.sessions.models import CoHost, SkillSession

KIND = "session"


def register():
    kinds.register(
        KIND, Kind(label=_("Sessions"), icon="sessions", order=10, page="sessions", entries=entries, rows=rows)
    )
    people_came_or_went.connect(hosts_came_or_went)
    post_save.connect(person_changed, sender=User, dispatch_uid="sessions by the host's name")


def entries(refs=None):
    found = SkillSession.objects.published().filter(cancelled_at=None, host__is_active=True).order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    found = found.select_related("host").prefetch_related("skills__names").with_cohosts()
    for some in batched(found.iterator(chunk_size=500), 500):
        stays = services.for_search([session.pk for session in some])
        yield from (_entry(session, stays.get(session.pk, "")) for session in some)


def _entry(session, stays) -> Entry:
    """What everybody may read of it, notes and what was said in its recording before what was announced."""
    taught = sorted(session.skills.all(), key=lambda skill: skill.pk)
    said = (session.outcome, stays, without_marks(session.description_html))
    return Entry(
        kind=KIND,
        ref=str(session.pk),
        title=session.title,
        text="\n".join(part for part in said if part).strip(),
        names=[*(person.name for person in session.hosts), *(name for skill in taught for name in called(skill))],
        skills=[skill.pk for skill in taught],
        language=session.language,
        url=session.get_absolute_url(),
        starts_at=session.starts_at,
    )


def called(skill) -> list[str]:
    return sorted(name.name for name in skill.names.all())


def rows(documents, now) -> dict[str, Row]:
    """As in the list of sessions: seats and price as they are now, times in the reader's zone."""
    shown = SkillSession.objects.filter(pk__in=[document.ref for document in documents]).select_related("host")
    sessions = list(shown)
    stays = services.what_to_see([session for session in sessions if session.has_ended(now)], None)
    return {
        str(session.pk): Row(
            picture=card.tile,
            by=f"{card.host}, {card.host_headline}" if card.host_headline else card.host,
            facts=[fact for fact in (card.time, card.kind, card.level, card.place, card.language) if fact],
            price=card.price or _("Over"),
            seats=card.seats,
        )
        for session, card in zip(sessions, cards(sessions, now, notes=stays), strict=True)
    }


def hosts_came_or_went(sender, people, **kwargs):
    """What somebody who was shut out hosts is not found; what somebody who is back hosts is, and its line moves on.
    A seat that is kept for somebody who was shut out goes to the next."""
    hosted = SkillSession.objects.published().filter(host__in=people, cancelled_at=None)
    together = CoHost.objects.in_force().filter(person__in=people).values_list("session", flat=True)
    discovery.republish(KIND, [str(pk) for pk in {*hosted.values_list("pk", flat=True), *together}])
    services.move_lines(hosted.filter(host__is_active=True))
    services.pass_on_offers(people)


def person_changed(sender, instance, created, update_fields, **kwargs):
    """A host has another name, or none any more: their sessions are found by that."""
    if created or (update_fields is not None and "name" not in update_fields):
        return
    hosted = SkillSession.objects.published().hosted_by(instance).filter(cancelled_at=None)
    discovery.republish(KIND, [str(pk) for pk in hosted.values_list("pk", flat=True)])
