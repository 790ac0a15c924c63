"""What happens here when two skills become one."""

from features.assessments.models import Bank, Task
from features.discovery import services as discovery


def take_over_skill(source, into) -> int:
    """Assessments of `source` are of `into`; answers how many there were."""
    banks = list(Bank.objects.filter(skill=source).values_list("pk", flat=True))
    Bank.objects.filter(pk__in=banks).update(skill=into)
    discovery.republish("assessment", [str(pk) for pk in banks])
    tasks = list(Task.objects.filter(skill=source).values_list("pk", flat=True))
    Task.objects.filter(pk__in=tasks).update(skill=into)
    discovery.republish("task", [str(pk) for pk in tasks])
    return len(banks) + len(tasks)
