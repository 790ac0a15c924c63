"""Queries whose SQL is made once answer the same rows as the ORM does."""

import os
import socket
from contextlib import closing
from threading import Timer

import pytest
from django.db import DatabaseError, DataError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.pq import TransactionStatus

from core import db
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
        assert vars(found).pop("row")[0] == learner.pk
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


class TestObjects:
    """Rows become the objects that the ORM would make of them."""

    @pytest.fixture
    def hosted(self):
        return Prepared(
            lambda host: (
                SkillSession.objects.filter(host=host).select_related("host").defer("host__headline").order_by("pk")
            )
        )

    def test_what_came_along_is_there_and_what_was_left_out_is_read_later(self, hosted, expert):
        session = make_session(expert)
        [found] = hosted.all(expert.pk)
        assert (found, found.host, found.host._state.db) == (session, expert, "default")
        with CaptureQueriesContext(connection) as queries:
            assert found.host.name == expert.name
        assert (len(queries), "headline" in vars(found.host)) == (0, False)
        assert found.host.headline == expert.headline

    def test_what_is_read_later_of_one_is_read_of_all_that_came_with_it_and_of_no_others(self, hosted, expert):
        for _ in range(4):
            make_session(expert)
        first, second = hosted.all(expert.pk), hosted.all(expert.pk)
        with CaptureQueriesContext(connection) as queries:
            assert {session.host.headline for session in second} == {expert.headline}
        assert len(queries) == 1
        assert len(second[0].host._state.peers) == 4
        assert not any("headline" in vars(session.host) for session in first)

    def test_where_an_outer_join_finds_nothing_there_is_nothing(self, expert):
        unbooked = Prepared(lambda pk: SkillSession.objects.filter(pk=pk).select_related("removed_by"))
        assert unbooked.first(make_session(expert).pk).removed_by is None

    def test_a_model_that_makes_its_objects_in_its_own_way_is_refused(self, expert, monkeypatch):
        monkeypatch.setattr(SkillSession, "from_db", classmethod(lambda cls, *args, **more: None))
        with pytest.raises(TypeError, match="SkillSession"):
            Prepared(lambda pk: SkillSession.objects.filter(pk=pk)).first(make_session(expert).pk)


class TestWithoutACursor:
    """What the server has prepared is asked for directly, and answers the same."""

    @pytest.fixture
    def no_cursor(self, monkeypatch):
        """From now on a cursor is a fault. The server prepares what has been asked once."""

        def forbid():
            monkeypatch.setattr(db, "ServerBindingCursor", lambda _raw: pytest.fail("a cursor was made"))

        return forbid

    def test_the_same_rows_for_each_argument(self, no_cursor, person, learner, expert):
        first, _second = person.first(learner.pk), person.first(learner.pk)
        no_cursor()
        assert fields(person.first(learner.pk)) == fields(first)
        assert [person.first(expert.pk), person.first(0), person.all(learner.pk)] == [expert, None, [learner]]

    def test_what_is_prepared_outlives_a_rollback(self, no_cursor, person, learner):
        person.first(learner.pk), person.first(learner.pk)
        no_cursor()
        with transaction.atomic():
            transaction.set_rollback(True)
        assert person.first(learner.pk) == learner

    def test_what_the_server_was_told_to_forget_is_prepared_anew(self, no_cursor, person, learner):
        person.first(learner.pk), person.first(learner.pk)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert [person.first(learner.pk) for _ in range(3)] == [learner] * 3
        no_cursor()
        assert person.first(learner.pk) == learner

    def test_what_fails_fails_as_everywhere(self, no_cursor):
        assert [db.first_row("SELECT 6 / %s::int", [2]) for _ in range(2)] == [(3,)] * 2
        no_cursor()
        with pytest.raises(DataError, match="division by zero"), transaction.atomic():
            db.first_row("SELECT 6 / %s::int", [0])

    @pytest.mark.django_db(transaction=True)
    def test_the_first_statement_of_a_transaction_begins_it(self, no_cursor):
        for _ in range(2):
            db.first_row("SELECT %s::int", [1])
        with transaction.atomic():
            assert db.first_row("SELECT %s::int", [2]) == (2,)
            assert connection.connection.pgconn.transaction_status == TransactionStatus.INTRANS

    @pytest.mark.django_db(transaction=True)
    def test_a_server_that_went_in_between_is_away(self, no_cursor):
        """It goes with a word about another process, which libpq reads before it notices that nobody is there."""
        for _ in range(2):
            db.first_row("SELECT %s::int", [1])
        here, there = socket.socketpair()
        words = b"SWARNING\0C57P02\0Mterminating connection because of crash of another server process\0\0"
        notice = b"N" + (len(words) + 4).to_bytes(4) + words
        later = [Timer(0.2, there.sendall, [notice]), Timer(2, there.shutdown, [socket.SHUT_WR])]  # else it would wait
        with here, there, closing(connection):
            os.dup2(here.fileno(), connection.connection.pgconn.socket)
            here.setblocking(False)  # as libpq has its own
            here.shutdown(socket.SHUT_WR)
            there.sendall(notice)
            for timer in later:
                timer.start()
            with pytest.raises(DatabaseError) as gone:
                db.first_row("SELECT %s::int", [1])
            for timer in later:
                timer.cancel()
                timer.join()
        assert db.is_away(gone.value)
