"""What happens here when two skills become one."""

from features.assessments.models import Bank
from features.discovery import services as discovery


def take_over_skill(source, into) -> int:
    """Assessments of `source` are of `into`; answers how many there were."""
    banks = list(Bank.objects.filter(skill=source).values_list("pk", flat=True))
    Bank.objects.filter(pk__in=banks).update(skill=into)
    discovery.republish("assessment", [str(pk) for pk in banks])
    return len(banks)
