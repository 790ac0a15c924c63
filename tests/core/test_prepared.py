"""Queries whose SQL is made once answer the same rows as the ORM does."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.db import Prepared
from features.accounts.models import User
from features.sessions.models import SkillSession
from tests.factories import make_session

pytestmark = pytest.mark.django_db


def fields(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


@pytest.fixture
def person():
    return Prepared(lambda pk: User.objects.filter(pk=pk))


class TestPrepared:
    def test_answers_the_row_as_the_orm_reads_it(self, person, learner):
        learner.languages, learner.last_login = ["en", "de"], timezone.now()
        learner.save()
        found, expected = person.first(learner.pk), User.objects.get(pk=learner.pk)
        assert found == expected
        assert fields(found) == fields(expected)
        assert found._state.db == expected._state.db
        assert not found._state.adding

    def test_each_call_has_its_own_arguments(self, person, learner, expert):
        assert [person.first(pk) for pk in (learner.pk, expert.pk, learner.pk, 0)] == [learner, expert, learner, None]

    def test_makes_its_sql_once_and_asks_once_a_call(self, learner):
        made = []
        person = Prepared(lambda pk: made.append(pk) or User.objects.filter(pk=pk))
        with CaptureQueriesContext(connection) as queries:
            person.first(learner.pk)
            person.first(learner.pk)
        assert (len(made), len(queries)) == (1, 2)

    def test_takes_several_arguments_beside_what_is_fixed(self, expert, learner):
        draft, session = make_session(expert, published=False), make_session(expert)
        visible = Prepared(
            lambda pk, host: SkillSession.objects.filter(Q(published_at__isnull=False) | Q(host=host), pk=pk)
        )
        seen = [[visible.first(s.pk, pk) for s in (draft, session)] for pk in (expert.pk, learner.pk, None)]
        assert seen == [[draft, session], [None, session], [None, session]]

    def test_a_value_is_data_and_never_sql(self, learner):
        by_handle = Prepared(lambda handle: User.objects.filter(handle=handle))
        assert by_handle.first("' OR true --") is None
        assert by_handle.first(learner.handle) == learner
