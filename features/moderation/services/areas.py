"""What holds in one area, when that area's skill becomes another: who looks after it, and what was taken from whom."""

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.moderation.models import Case, Entry, ExpertApplication, Sanction


def take_over_skill(source, into) -> int:
    """Roles, limits and cases of `source` are of `into`, and who applied to teach it applies to teach that. Answers
    how many roles and limits there were."""
    before, after = f"skill:{source.pk}", f"skill:{into.pk}"
    applied = ExpertApplication.skills.through.objects.filter(skill=source)
    applied.filter(expertapplication__in=ExpertApplication.objects.filter(skills=into)).delete()
    applied.update(skill=into)
    Case.objects.filter(scope=before).update(scope=after)
    limits = Sanction.objects.filter(scope=before).update(scope=after)
    with connection.cursor() as cursor:  # the log says the same as ever, but for whose area it is
        cursor.execute("SET LOCAL moderation.merging = 'on'")
        Entry.objects.filter(scope=before).update(scope=after)
        cursor.execute("SET LOCAL moderation.merging = 'off'")
    return limits + _grants(before, after)


def _grants(before: str, after: str) -> int:
    """Of two roles that become one the longer one goes on."""
    open_ones = RoleGrant.objects.filter(revoked_at=None)
    same = open_ones.filter(scope=after, person=OuterRef("person"), role=OuterRef("role"))
    for grant in open_ones.filter(Exists(same), scope=before):
        other = open_ones.get(scope=after, person=grant.person_id, role=grant.role)
        shorter = grant if other.until is None or (grant.until and grant.until <= other.until) else other
        shorter.revoked_at = timezone.now()
        shorter.save(update_fields=["revoked_at"])
    return RoleGrant.objects.filter(scope=before).update(scope=after)
