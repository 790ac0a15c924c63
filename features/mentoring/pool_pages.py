"""What the pages of requests to no mentor in particular show."""

from core.pagination import keyset
from features.mentoring import services
from features.mentoring.models import PooledRequest, RequestLock
from features.skills import services as skills
from features.skills.models import Goal


def pool_page(request, now) -> dict:
    mentor = request.user
    ids = services.pool_for(mentor, now).values("pk")
    rows = PooledRequest.objects.filter(pk__in=ids).select_related("mentee").prefetch_related("skills")
    page = keyset(rows, request, order=("sent_at", "id"), size=20)
    shown = [row.pk for row in page.items]
    locks = {lock.pk: lock for lock in RequestLock.objects.filter(pooled__in=shown, until__gt=now)}
    return {"page": page, "rows": [(row, locks.get(row.pk)) for row in page.items]}


def pooled_page(found, person, now) -> dict:
    """Its words are there for whoever asked, and for whoever has it under their lock."""
    lock = services.lock_of(found, now) if found.state == PooledRequest.State.OPEN else None
    is_own = found.mentee_id == person.pk
    is_mine = bool(lock and lock.mentor_id == person.pk)
    wanted = list(found.skills.order_by("name"))
    reads = is_own or is_mine
    return {
        "pooled": found,
        "is_own": is_own,
        "lock": lock,
        "is_mine": is_mine,
        "reads": reads,
        "skills": wanted,
        "levels": [row for row in skills.skill_levels(found.mentee) if row.skill in wanted] if is_mine else [],
        "others": services.alternatives(found.mentee, wanted, now=now)
        if is_own and found.state == PooledRequest.State.EXPIRED
        else [],
    }


def as_wished(person) -> dict:
    """Begins with the goals that are on record."""
    goals = list(Goal.objects.filter(person=person).select_related("skill").order_by("position", "pk")[:3])
    return {"goal": goals[0].reason, "skills": [goal.skill for goal in goals]} if goals else {}
