import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.discovery.query import Query, parse


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("postg", Query("postg", "", "postg")),
        ("query plan", Query("query plan", "query", "plan")),
        ("query plan ", Query("query plan")),
        ("Größe", Query("große", "", "große")),
        ('"query plan"', Query('"query plan"')),
        ('"query pl', Query('"query pl"')),
        ("plan -excel", Query("plan -excel")),
        ('plan -"pivot table"', Query('plan -"pivot table"')),
        ("sql or python", Query("sql or python")),
        ("C++", Query("cplusplus", "", "cplusplus")),
        ("full-text search", Query("full text search", "full text", "search")),
        ("-full-text search", Query('-"full text" search')),
        ("a", Query("a")),
        ("it's & that | (this) ! <-> :*", Query("it s and that this", "it s and that", "this")),
    ],
)
def test_keeps_the_words_and_the_signs_that_mean_something(typed, meant):
    assert parse(typed) == Query(meant.whole.replace("ß", "ss"), meant.before, meant.typing.replace("ß", "ss"))


@pytest.mark.parametrize("typed", ["", "  ", "???", "-", '""', "-excel", '"', "- -", "\x00", "\ud800"])
def test_nothing_to_look_for_is_none(typed):
    assert parse(typed) is None


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_leaves_only_words_and_known_signs(text):
    asked = parse(text)
    for part in [asked.whole, asked.before, asked.typing] if asked else []:
        assert "\x00" not in part
        assert all(c.isalnum() or c in ' "-' or ord(c) > 127 for c in part)
        assert part.count('"') % 2 == 0
        part.encode()
