"""Who knows the answers of a bank before they are asked: who wrote or read them, and who runs the site. Of these nobody
takes its test."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.access import has_any_role, has_role
from features.accounts.models import Role, RoleGrant, User
from features.assessments.models import Attempt, Bank, BankReader, ItemVersion
from features.assessments.services.refusals import AssessmentRefused
from features.skills.models import SkillLevel


def knows_keys(bank: Bank, person: User) -> bool:
    """Whether they have had a way to see what is right: written, judged or read here, or for whom all banks are open,
    today or when any of what is asked was there already."""
    asked = ItemVersion.objects.filter(item__bank=bank, item__is_practice=False)
    if asked.known_to(person).exists() or BankReader.objects.filter(bank=bank, person=person).exists():
        return True
    if person.is_superuser:
        return True
    for grant in RoleGrant.objects.filter(person=person, role=Role.ORGANISER):
        ended_at = min(filter(None, (grant.revoked_at, grant.until)), default=None)
        if ended_at is None or ended_at > timezone.now() or asked.filter(made_at__lte=ended_at).exists():
            return True
    return False


def may_read_for(person: User, bank: Bank) -> bool:
    """Whose word on its questions is worth something: an expert who has proven the skill, or who reviews in it."""
    if bank.author_id == person.pk or not has_role(person, Role.EXPERT):
        return False
    proven = SkillLevel.objects.evidenced().filter(person=person, skill=bank.skill_id).exists()
    return proven or has_role(person, Role.REVIEWER, f"skill:{bank.skill_id}")


@transaction.atomic
def read_bank(*, bank: Bank, person: User, now: datetime | None = None) -> BankReader:
    """Become one of those who read its questions for its author, for good. Raises AssessmentRefused."""
    if not may_read_for(person, bank) and not has_any_role(person, Role.ORGANISER):
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
