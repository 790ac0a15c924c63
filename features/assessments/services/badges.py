"""Badges that a stranger can verify: issued on what was measured here, and revoked with what they rest on."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import one_line
from features.accounts.models import User
from features.assessments.models import Award, Badge
from features.assessments.news import tell_badge
from features.assessments.services.refusals import AssessmentRefused
from features.skills import services as skills
from features.skills.models import SkillEvidence

LASTS = timedelta(days=730)
REMIND_BEFORE = timedelta(days=30)
WIDEST = 1.5  # from low to high: with more a badge would promise what is not known
MEASURED = ("assessed", "work_reviewed")
TAKEN_BACK = gettext_lazy("Its holder took it back.")
RENEWED = gettext_lazy("Renewed: a newer one stands in its place.")


@transaction.atomic
def issue_badge(*, person: User, skill, now: datetime | None = None) -> Badge:
    """A badge for what is on record today, in place of the one before. Raises AssessmentRefused."""
    now = now or timezone.now()
    rows = SkillEvidence.objects.standing().filter(person=person, skill=skill, kind__in=MEASURED)
    evidence = list(rows.order_by("pk").values_list("source", flat=True))
    found = skills.level_of(person, skill, now)
    if not evidence:
        words = _("A badge rests on a test or on work that experts judged. Take one of them first.")
        raise AssessmentRefused("not_measured", words)
    if found.high - found.low > WIDEST:
        words = _("Your level is not known well enough yet for strangers to rely on. A second result narrows it.")
        raise AssessmentRefused("not_sure", words)
    standing = Badge.objects.select_for_update().filter(person=person, skill=skill, revoked_at=None)
    standing.update(revoked_at=now, revocation_reason=RENEWED)
    try:
        with transaction.atomic():
            return Badge.objects.create(
                person=person,
                skill=skill,
                level=round(found.level, 2),
                low=round(found.low, 2),
                high=round(found.high, 2),
                holder=person.name,
                evidence=evidence,
                issued_at=now,
                expires_at=now + LASTS,
            )
    except IntegrityError:  # a second press at the same moment
        return Badge.objects.get(person=person, skill=skill, revoked_at=None)


@transaction.atomic
def revoke_badge(*, badge: Badge, reason: str, now: datetime | None = None) -> None:
    Badge.objects.filter(pk=badge.pk, revoked_at=None).update(
        revoked_at=now or timezone.now(), revocation_reason=one_line(reason)[:200]
    )


def revoke_resting_on(source: str, now: datetime, reason: str = "") -> None:
    """What rests on a cause that was taken back, or came to less, says nothing any more."""
    gone = Badge.objects.filter(evidence__contains=[source], revoked_at=None)
    gone.update(revoked_at=now, revocation_reason=reason or _("What it rested on was taken back."))


def stand_again(source: str, revoked_at: datetime) -> None:
    """Badges that were revoked with this cause, which holds after all: but for those that rest on another one that does
    not, and those in whose place another one stands by now."""
    for badge in Badge.objects.filter(evidence__contains=[source], revoked_at=revoked_at):
        _stand(badge)


def _stand(badge: Badge) -> bool:
    if SkillEvidence.objects.filter(source__in=badge.evidence, revoked_at__isnull=False).exists():
        return False
    if Badge.objects.filter(person=badge.person_id, skill=badge.skill_id, revoked_at=None).exists():
        return False
    return bool(Badge.objects.filter(pk=badge.pk).update(revoked_at=None, revocation_reason=""))


@transaction.atomic
def put_badge_back(*, badge: Badge) -> None:
    """Its holder took it back by a slip: the address that they gave to others holds again. Raises AssessmentRefused."""
    Badge.objects.select_for_update().get(pk=badge.pk)
    if badge.revocation_reason != TAKEN_BACK or not _stand(badge):
        words = _("It cannot come back: what it rested on has changed, or a newer one stands in its place. Renew it.")
        raise AssessmentRefused("changed", words)


def remind_of_ends(now: datetime | None = None) -> int:
    """Tell holders once, a month before a badge ends. Returns how many were told."""
    now = now or timezone.now()
    told = 0
    for pk in list(
        Badge.objects.valid(now)
        .filter(expires_at__lte=now + REMIND_BEFORE, reminded_at=None)
        .values_list("pk", flat=True)[:500]
    ):
        with transaction.atomic():
            if Badge.objects.filter(pk=pk, reminded_at=None).update(reminded_at=now):
                tell_badge(Badge.objects.select_related("person").get(pk=pk))
                told += 1
    return told


# --- Achievements by rule ---------------------------------------------------------------------------------------------
def grant_awards(now: datetime | None = None) -> int:
    """Ask every rule who has met it, and grant it once. Returns how many are new."""
    from features.assessments.awards import RULES

    now = now or timezone.now()
    before = Award.objects.count()
    for rule in RULES:
        Award.objects.bulk_create(
            [Award(person_id=pk, rule=rule.key, granted_at=now) for pk in rule.people()], ignore_conflicts=True
        )
    return Award.objects.count() - before


def take_unearned(person: User) -> None:
    """An achievement whose rule is no longer met, because what met it was taken back, goes with it. What is met again
    is granted by the next round."""
    from features.assessments.awards import RULES

    held = set(Award.objects.filter(person=person).values_list("rule", flat=True))
    unmet = [rule.key for rule in RULES if rule.key in held and not rule.is_met_by(person)]
    Award.objects.filter(person=person, rule__in=unmet).delete()
