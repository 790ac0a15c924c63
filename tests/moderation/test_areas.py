"""Two skills that become one: their areas become one as well."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.moderation import services
from features.moderation.models import Case, Entry
from features.skills import services as skills
from tests.factories import make_skill, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scopes(organiser):
    """The area of before, and the one that it becomes when `merge` is called."""
    source, into = make_skill("Word press site"), make_skill("WordPress")
    return f"skill:{source.pk}", f"skill:{into.pk}", lambda: skills.merge(source=source, into=into, by=organiser)


def test_who_looks_after_it_looks_after_the_other(scopes):
    was, now, merge = scopes
    long_ago, soon = timezone.now() - timedelta(days=9), timezone.now() + timedelta(days=9)
    one, two, three = (make_user(name) for name in ("Of one", "Of both", "Of both for longer"))
    for person, scope, until in ((one, was, None), (two, was, soon), (two, now, None), (three, was, None)):
        RoleGrant.objects.create(person=person, role="area_moderator", scope=scope, granted_at=long_ago, until=until)
    RoleGrant.objects.create(person=three, role="area_moderator", scope=now, granted_at=long_ago, until=soon)
    merge()
    for person in (one, two, three):
        assert services.moderates(person, now)
        assert not services.moderates(person, was)
        standing = RoleGrant.objects.get(person=person, revoked_at=None)
        assert (standing.scope, standing.until) == (now, None)


def test_what_was_taken_waits_and_was_decided_there(scopes, learner, moderator):
    was, now, merge = scopes
    services.impose(by=moderator, person=learner, kind="silence", reason="Rude", scope=was)
    Case.objects.create(kind="post", ref="1", cause="first", scope=was)
    entry = Entry.objects.create(act="hide", kind="post", ref="1", scope=was, reason="rude", words="Not here.")
    merge()
    assert services.bar(learner, "post", now)
    entry.refresh_from_db()
    assert (Case.objects.get().scope, entry.scope) == (now, now)
    for column in ({"scope": was}, {"words": "Other words."}):  # otherwise the log does not change
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**column)
