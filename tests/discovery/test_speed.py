"""Short forms of `bin/prove search`: that its questions are answered, and from the index, however common a word is."""

import pytest
from django.db import connection

from features.discovery.kinds import kinds
from features.discovery.models import Document
from features.discovery.services import narrowing, searching
from tests.factories import make_user
from tests.prove import search


@pytest.fixture
def words(db, monkeypatch):
    make_user("Sofia Mendes")
    words = search.zipf_words(13_000)
    monkeypatch.setattr(search, "zipf_words", lambda: words)
    monkeypatch.setattr(search, "LONG", (20, 40))
    search.fill(300)
    yield words
    kinds.pop(search.KIND)


def test_every_sort_of_question_is_answered(words):
    found = search.timings(rounds=1)
    assert set(found) == set(search.questions())
    assert all(found.values())


def many(count, text="welding") -> list[str]:
    """Documents that no service wrote, each of a thing with its own number; answers these, the newest last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO discovery_document
                   (id, kind, ref, title, text, skills, language, visibility, url, standing, updated_at, words)
               SELECT id, 'session', id, 'Session ' || id, repeat(md5(id::text), 30), '{}', 'en', 'public', '/', 10,
                   now(), to_tsvector('simple', %(text)s || ' ' || id)
                       || array_to_tsvector(ARRAY['kind:session', 'for:public'])
               FROM (SELECT nextval(pg_get_serial_sequence('discovery_document', 'id')) AS id
                   FROM generate_series(1, %(count)s)) AS new RETURNING ref""",
            {"count": count, "text": text},
        )
        refs = [ref for (ref,) in cursor]
        cursor.execute("ANALYZE discovery_document")
    return refs


def plan_of(act, about):
    """What Postgres does for the statement in which these words stand, step by step."""
    asked = []

    def overheard(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overheard):
        act()
    sql, params = next(call for call in asked if about in call[0])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        return list(_steps(cursor.fetchone()[0][0]["Plan"]))


def _steps(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)


def rows_read(steps):
    of_documents = [step for step in steps if step.get("Relation Name") == "discovery_document"]
    assert {step["Node Type"] for step in of_documents} <= {"Bitmap Heap Scan", "Index Scan"}, of_documents
    return sum(
        step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Index Recheck", 0))
        for step in of_documents
    )


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["welding ", "welding", '"welding welding"', "welding session"])
def test_a_word_that_is_everywhere_costs_as_many_rows_among_more(words, monkeypatch):
    """Answered from the index, as no guess of the planner leads to a walk through all texts, and only the newest."""
    monkeypatch.setattr(searching, "MOST", 50)
    monkeypatch.setattr(searching, "RANKED", 50)
    rows = []
    for count in (3000, 5000):
        many(count, "welding welding session")
        assert searching.search(words).total == 50
        rows.append(rows_read(plan_of(lambda: searching.search(words), "scored")))
    assert rows[0] == rows[1] <= 3 * 50


@pytest.mark.django_db
def test_with_filters_a_word_that_is_everywhere_costs_as_many_rows_among_more(monkeypatch):
    monkeypatch.setattr(narrowing, "MOST", 50)
    rows = []
    among = Document.objects.filter(title__endswith="7")
    for count in (3000, 5000):
        many(count)
        rows.append(rows_read(plan_of(lambda: narrowing.best("session", "welding", among, size=2), "fits")))
    assert rows[0] == rows[1] <= 3 * 50
