"""What counts as one name, and how near two are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import words
from features.skills.names import distance, key, slips, trigrams


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("  Postgres ", "postgres"),
            ("C++", "cplusplus"),
            ("C#", "csharp"),
            ("C♯", "csharp"),
            ("C", "c"),
            (".NET", "dotnet"),
            ("ASP.NET", "asp net"),
            ("Node.js", "node js"),
            ("R&D", "r and d"),
            ("C/C++", "c cplusplus"),
            ("C++17", "cplusplus 17"),
            ("HTML+CSS", "html css"),
            ("Résumé", "resume"),
            ("…and so on", "and so on"),
            ("日本語", "日本語"),
            ("!?", ""),
        ],
    )
    def test_signs_that_tell_names_apart_are_spelled_and_the_rest_goes(self, typed, meant):
        assert words(typed) == meant

    @given(st.text())
    def test_any_text_becomes_words_that_stay_as_they_are(self, text):
        once = words(text)
        assert words(once) == once
        assert once == once.strip()
        assert "\x00" not in once
        once.encode()


class TestKey:
    def test_spaces_dots_and_hyphens_do_not_make_another_name(self):
        assert key("Node.js") == key("NodeJS") == key("node JS")
        assert key("Front-end") == key("front end") == key("Frontend")

    def test_c_and_its_two_children_stay_three(self):
        assert len({key("C"), key("C++"), key("C#")}) == 3


class TestDistance:
    @pytest.mark.parametrize(
        ("one", "other", "count"),
        [("sql", "sql", 0), ("exel", "excel", 1), ("pyhton", "python", 1), ("", "abc", 3), ("gdrp", "gdpr", 1)],
    )
    def test_counts_slips_and_a_swap_is_one(self, one, other, count):
        assert distance(one, other) == distance(other, one) == count

    @given(st.text("abc", max_size=8), st.text("abc", max_size=8))
    def test_is_zero_only_for_the_same_word_and_at_most_its_length(self, one, other):
        assert (distance(one, other) == 0) == (one == other)
        assert distance(one, other) <= max(len(one), len(other))

    def test_a_word_of_a_name_and_its_beginning_count(self):
        assert slips("visualizaton", "data visualization") == 1
        assert slips("kubernt", "kubernetes") == 1


def test_trigrams_know_where_a_word_begins_and_ends():
    assert trigrams("sql") == ["  s", " sq", "sql", "ql "]
