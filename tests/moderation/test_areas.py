"""What holds in one area, when the skill that names it is merged into another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.accounts.models import Role, RoleGrant
from features.accounts.services import grant_role
from features.moderation import services
from features.moderation.models import Case, ExpertApplication, Sanction
from features.skills.services import merge
from tests.factories import make_skill

pytestmark = pytest.mark.django_db
AREA = Role.AREA_MODERATOR


@pytest.fixture
def databases():
    return make_skill("Databases")


def scope(skill):
    return f"skill:{skill.pk}"


def test_its_moderators_look_after_the_other_and_who_was_kept_out_stays_out(
    databases, skill, learner, outsider, moderator, organiser
):
    grant_role(actor=organiser, person=learner, role=AREA, scope=scope(databases))
    services.impose(
        by=moderator,
        person=outsider,
        kind=Sanction.Kind.LIMIT,
        ability="post",
        scope=scope(databases),
        reason="Insults",
    )
    Case.objects.create(kind="post", ref="1", cause=Case.Cause.FLAGS, scope=scope(databases))
    merge(source=databases, into=skill, by=organiser)
    assert services.moderates(learner, scope(skill))
    outsider.refresh_from_db()
    assert services.bar(outsider, "post", scope(skill))
    assert Case.objects.get().scope == scope(skill)


@pytest.mark.parametrize(("of_source", "of_into"), [(None, 30), (30, None), (30, 60), (None, None)])
def test_of_two_roles_that_become_one_the_longer_goes_on(databases, skill, learner, organiser, of_source, of_into):
    for area, days in ((databases, of_source), (skill, of_into)):
        until = days and timezone.now() + timedelta(days=days)
        grant_role(actor=organiser, person=learner, role=AREA, scope=scope(area), until=until)
    merge(source=databases, into=skill, by=organiser)
    left = RoleGrant.objects.in_force().get(person=learner)
    longest = None if None in (of_source, of_into) else max(of_source, of_into)
    assert left.scope == scope(skill)
    assert (left.until and (left.until - timezone.now()).days + 1) == longest


def test_who_applied_to_teach_it_applies_to_teach_the_other(databases, skill, learner, organiser):
    application = ExpertApplication.objects.create(person=learner)
    application.skills.set([databases, skill])
    merge(source=databases, into=skill, by=organiser)
    assert list(application.skills.all()) == [skill]
