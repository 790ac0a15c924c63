"""Short forms of `bin/prove search`: that its questions are answered, and from the index, however common a word is."""

import pytest
from django.db import connection

from features.discovery.kinds import kinds
from features.discovery.services import searching
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


@pytest.mark.django_db
def test_a_word_that_is_everywhere_is_answered_from_the_index():
    """No guess of the planner leads to a walk through all texts."""
    asked = []

    def overheard(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO discovery_document
                   (kind, ref, title, text, skills, language, visibility, url, standing, updated_at, words)
               SELECT 'session', n, 'Session ' || n, repeat(md5(n::text), 30), '{}', 'en', 'public', '/', 10, now(),
                   to_tsvector('simple', 'welding ' || n) || array_to_tsvector(ARRAY['kind:session', 'for:public'])
               FROM generate_series(1, 6000) AS n"""
        )
        cursor.execute("ANALYZE discovery_document")
        with connection.execute_wrapper(overheard):
            searching.search("welding ")
        sql, params = next(call for call in asked if "scored" in call[0])
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("on document_words") == 3, plan
    assert "Seq Scan on discovery_document" not in plan
