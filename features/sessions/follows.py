"""What can be followed here, hosts and skills, and what followers are told: that a session was published."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.seo import absolute
from core.templatetags.ui import local, words
from features.accounts.models import Role, RoleGrant, User
from features.notifications import services as notifications
from features.notifications.kinds import FOLLOWS, Kind, Letter, Line, kinds
from features.sessions.emails import TEMPLATE, when_and_where
from features.sessions.models import CoHost, Registration, SkillSession
from features.skills.models import Skill
from features.skills.services import Merge, merges

KIND = "session_published"
# A worker that stood still tells late, but what was published a week ago is no news any more.
LATEST = timedelta(days=7)


def register():
    kinds.register(KIND, Kind(letter=letter, sentences=sentences, lines=lines, levels=levels, group=FOLLOWS))
    notifications.followables.register("person", hosts)
    notifications.followables.register("skill", skills)
    merges.register(
        "follows",
        Merge(
            lambda n: ngettext("%(n)d follower", "%(n)d followers", n) % {"n": n},
            lambda source, into: notifications.take_over(f"skill:{source.pk}", f"skill:{into.pk}"),
        ),
    )


def hosts(ids) -> dict[int, notifications.Followed]:
    """People who host or may: those who have a page for everybody."""
    hosted = SkillSession.objects.published().filter(host=OuterRef("pk"))
    together = CoHost.objects.in_force().filter(person=OuterRef("pk"), session__in=SkillSession.objects.published())
    expert = RoleGrant.objects.in_force().filter(person=OuterRef("pk"), role=Role.EXPERT)
    people = User.objects.filter(Exists(hosted) | Exists(together) | Exists(expert), pk__in=ids, is_active=True)
    return {
        person.pk: notifications.Followed(f"person:{person.pk}", person.name, person.get_absolute_url(), _("Person"))
        for person in people
    }


def skills(ids) -> dict[int, notifications.Followed]:
    return {
        skill.pk: notifications.Followed(f"skill:{skill.pk}", skill.name, skill.get_absolute_url(), _("Skill"))
        for skill in Skill.objects.filter(pk__in=ids)
    }


def keys_of(session) -> set[str]:
    """What one may follow to hear of this session: who holds it, its skills, and the areas in which they lie."""
    taught = {pk for skill in session.skills.all() for pk in (skill.pk, skill.parent_id) if pk}
    hosts = {session.host_id, *(row.person_id for row in session.held_with)}
    return {*(f"person:{pk}" for pk in hosts), *(f"skill:{pk}" for pk in taught)}


def tell_followers(session_id: int, after: int = 0, *, now=None) -> int | None:
    """Tell the next batch; answers where the one after it begins, or None when all are told."""
    now = now or timezone.now()
    session = SkillSession.objects.upcoming(now).filter(pk=session_id, published_at__gt=now - LATEST).first()
    if session is None:
        return None
    return notifications.tell_followers(
        keys=keys_of(session),
        kind=KIND,
        ref=session.pk,
        url=session.get_absolute_url(),
        leave_out=session.host_id,
        after=after,
    )


# --- What is said -----------------------------------------------------------------------------------------------------
def levels(told) -> dict[int, str]:
    found = _sessions(told, SkillSession.objects.prefetch_related("skills").with_cohosts())
    keys = {row.pk: keys_of(found[row.ref]) for row in told if row.ref in found}
    return notifications.wanted_by(told[0].recipient, keys)


def letter(notification) -> Letter | None:
    session = _news([notification]).get(notification.ref)
    if session is None:
        return None
    person, names = notification.recipient, {"title": session.title, "host": session.host.name}
    context = {
        "subject": _("New: %(title)s, by %(host)s") % names,
        "paragraphs": [session.outcome],
        "facts": when_and_where(session, person),
        "link": (_("See the session, and take a seat"), absolute(session.get_absolute_url())),
    }
    return Letter(template=TEMPLATE, context=context)


def sentences(told) -> dict[int, str]:
    """That it was published stays true, whatever came of it."""
    found = _sessions(told, SkillSession.objects.published())
    said = _("%(host)s published “%(title)s”, %(when)s.")
    return {row.pk: said % _words(found[row.ref]) for row in told if row.ref in found}


def lines(told) -> dict[int, Line]:
    found, detail = _news(told), _("%(when)s, by %(host)s")
    return {
        row.pk: Line(text=found[row.ref].title, detail=detail % _words(found[row.ref]))
        for row in told
        if row.ref in found
    }


def _news(told) -> dict[str, SkillSession]:
    """Of what one person was told, what is still to come and in which they have no part yet."""
    together = CoHost.objects.in_force().filter(person=told[0].recipient, session=OuterRef("pk"))
    seats = Registration.objects.active().filter(person=told[0].recipient, session=OuterRef("pk"))
    return _sessions(told, SkillSession.objects.upcoming(timezone.now()).exclude(Exists(seats) | Exists(together)))


def _sessions(told, among) -> dict[str, SkillSession]:
    found = among.select_related("host").in_bulk([int(row.ref) for row in told])
    return {str(pk): session for pk, session in found.items()}


def _words(session):
    return {"title": session.title, "host": session.host.name, "when": words(local(session.starts_at), "full")}
