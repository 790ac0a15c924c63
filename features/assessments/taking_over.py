"""What happens here when two skills become one."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from features.assessments.models import Badge, Bank, Task
from features.assessments.services.badges import RENEWED
from features.discovery import services as discovery


def take_over_skill(source, into) -> int:
    """Assessments of `source` are of `into`; answers how many there were."""
    banks = list(Bank.objects.filter(skill=source).values_list("pk", flat=True))
    Bank.objects.filter(pk__in=banks).update(skill=into)
    discovery.republish("assessment", [str(pk) for pk in banks])
    tasks = list(Task.objects.filter(skill=source).values_list("pk", flat=True))
    Task.objects.filter(pk__in=tasks).update(skill=into)
    discovery.republish("task", [str(pk) for pk in tasks])
    _take_over_badges(source, into)
    return len(banks) + len(tasks)


def _take_over_badges(source, into) -> None:
    """Of two that somebody has the newer one stands."""
    standing = Badge.objects.filter(skill__in=(source, into), revoked_at=None)
    newer = standing.filter(person=OuterRef("person"), pk__gt=OuterRef("pk"))
    standing.filter(Exists(newer)).update(revoked_at=timezone.now(), revocation_reason=RENEWED)
    Badge.objects.filter(skill=source).update(skill=into)
