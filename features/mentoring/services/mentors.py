"""What a mentor says of themselves."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.access import Ability, bar, has_role
from features.accounts.models import Role
from features.mentoring import findable
from features.mentoring.models import MentorPage
from features.mentoring.services.matching import mark_dirty
from features.mentoring.services.refusals import MentoringRefused
from features.skills.models import Skill

__all__ = ["MentoringRefused", "save_mentor_page", "take_over_topics", "why_not_mentor"]


def why_not_mentor(person) -> MentoringRefused | None:
    """Who may mentor is who may teach: an expert whose hosting was not taken away."""
    if not has_role(person, Role.EXPERT):
        words = _("Experts mentor here. Apply first: say what you have done, and somebody looks at it.")
        return MentoringRefused("not_an_expert", words, reverse("expert_application"))
    if barred := bar(person, Ability.HOST):
        return MentoringRefused("barred", barred.words, barred.url)
    return None


@transaction.atomic
def save_mentor_page(*, page: MentorPage, topics: Iterable[Skill], now=None) -> MentorPage:
    """Write down what its owner says, new or changed. Numbers that others count are left as they are."""
    if refused := why_not_mentor(page.person):
        raise refused
    page.updated_at = now or timezone.now()
    counted = {
        "places_taken",
        "answers_in",
        "frozen_at",
        "price_from",
        "next_free_at",
        "history",
        "listed_as",
        "relisted_at",
        "created_at",
    }
    said = [field.name for field in page._meta.concrete_fields if field.name not in counted and not field.primary_key]
    if page._state.adding:
        page.save(force_insert=True)
    else:
        page.save(update_fields=said)
    before = set(page.topics.values_list("pk", flat=True))
    page.topics.set(topics)
    mark_dirty([page.pk], "mentor page", before)
    findable.publish(page.pk)
    return page


def take_over_topics(source: Skill, into: Skill) -> int:
    """`source` becomes `into`: pages that name both name it once."""
    named = MentorPage.topics.through.objects.filter(skill=source)
    moved = named.count()
    named.filter(mentorpage__in=MentorPage.objects.filter(topics=into)).delete()
    named.update(skill=into)
    return moved
