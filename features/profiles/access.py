"""Whose page somebody sees. What of it they see is decided block by block in features.skills.access."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from features.accounts import services as accounts
from features.accounts.models import Role, RoleGrant, User
from features.sessions.models import CoHost, Registration, SkillSession
from features.skills.access import visible_blocks
from features.skills.models import Block, Project


def public_people(*, for_good=False):
    """Experts and hosts, whose pages are for everybody. `for_good` leaves out whose only reason is a role that ends: at
    that very moment nothing takes them out of where they were written down."""
    hosted = SkillSession.objects.published().filter(host=OuterRef("pk"))
    together = CoHost.objects.in_force().filter(person=OuterRef("pk"), session__in=SkillSession.objects.published())
    expert = RoleGrant.objects.filter(person=OuterRef("pk"), role=Role.EXPERT, revoked_at=None)
    expert = expert.filter(Q(until=None) if for_good else Q(until=None) | Q(until__gt=timezone.now()))
    return User.objects.filter(Exists(hosted) | Exists(together) | Exists(expert), is_active=True)


def visible_people(viewer):
    """Other members than those are seen by members."""
    return User.objects.filter(is_active=True).confirmed() if viewer.is_authenticated else public_people()


def seen(handle: str, viewer) -> User | None:
    """Who has this handle, or had it, as far as `viewer` may see them: compare with `.handle` to redirect."""
    known = accounts.find_person(handle.lower())
    return visible_people(viewer).filter(pk=known.pk).first() if known else None


def met_in_a_session(owner, viewer) -> bool:
    """One hosted, the other was there. Having a seat is not enough: anybody can take one to look at a phone number."""
    there = Registration.objects.present()
    of_owner, of_viewer = (SkillSession.objects.hosted_by(one) for one in (owner, viewer))
    return there.filter(Q(session__in=of_owner, person=viewer) | Q(session__in=of_viewer, person=owner)).exists()


def may_see_picture(file, viewer) -> bool:
    """The picture of a project is for whom the project is."""
    project = Project.objects.filter(picture=file).select_related("person").first()
    if project is None or not visible_people(viewer).filter(pk=project.person_id).exists():
        return False
    return Block.PROJECTS in visible_blocks(project.person, viewer)
