"""Who knows the answers of a bank before they are asked: who wrote or read them, and who runs the site. Of these nobody
takes its test."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import numbers
from features.accounts.access import has_any_role, has_role, roles
from features.accounts.models import Role, RoleGrant, User
from features.assessments.models import Attempt, Bank, BankReader, ItemVersion
from features.assessments.services.refusals import AssessmentRefused
from features.skills.models import SkillLevel


def knows_keys(bank: Bank, person: User, by: datetime | None = None) -> bool:
    """Whether they have had a way to see what is right `by` then, or now: written, judged or read here, or for whom all
    banks were open when any of what is asked was there already."""
    by = by or timezone.now()
    asked = ItemVersion.objects.filter(item__bank=bank, item__is_practice=False)
    if asked.known_to(person).exists() or BankReader.objects.filter(bank=bank, person=person, since__lte=by).exists():
        return True
    if person.is_superuser:
        return True
    for grant in RoleGrant.objects.filter(person=person, role=Role.ORGANISER, granted_at__lte=by):
        ended_at = min(filter(None, (grant.revoked_at, grant.until)), default=None)
        if ended_at is None or ended_at > by or asked.filter(made_at__lte=ended_at).exists():
            return True
    return False


def banks_to_read(person: User) -> QuerySet[Bank]:
    """Of others, where this person's word on the questions is worth something: that of an expert who has proven the
    skill, or who reviews in it."""
    if not has_role(person, Role.EXPERT):
        return Bank.objects.none()
    banks = Bank.objects.exclude(author=person)
    if has_role(person, Role.REVIEWER):
        return banks
    proven = SkillLevel.objects.evidenced().filter(person=person).values("skill")
    reviewed = [scope for role, scope in roles(person) if role == Role.REVIEWER and scope.startswith("skill:")]
    return banks.filter(Q(skill__in=proven) | Q(skill__in=numbers(scope.partition(":")[2] for scope in reviewed)))


@transaction.atomic
def read_bank(*, bank: Bank, person: User, now: datetime | None = None) -> BankReader:
    """Become one of those who read its questions for its author, for good. Raises AssessmentRefused."""
    if not has_any_role(person, Role.ORGANISER) and not banks_to_read(person).filter(pk=bank.pk).exists():
        words = _("Questions are read by experts who have proven the skill. Have yours assessed first.")
        raise AssessmentRefused("not_proven", words)
    if bank.author_id == person.pk:
        raise AssessmentRefused("own_bank", _("You wrote it: somebody else reads it."))
    # Whoever begins a test in another tab waits here.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    now = now or timezone.now()
    if Attempt.objects.running().filter(bank=bank, person=person, deadline_at__gt=now).exists():
        raise AssessmentRefused("running", _("Your own test of it runs. End it first."))
    made, _is_new = BankReader.objects.get_or_create(bank=bank, person=person, defaults={"since": now})
    return made
