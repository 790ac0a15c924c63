"""What programs read that know no API: the list of what is here, and each session in Markdown."""

import pytest

from tests.factories import make_session

pytestmark = pytest.mark.django_db


def test_a_session_is_its_facts_and_the_answer_to_can_i_join(client, expert, skill):
    session = make_session(expert, about=[skill], room_url="https://meet.example.org/secret", capacity=3)
    answer = client.get(f"/sessions/{session.pk}/{session.slug}.md")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    for words in (f"# {session.title}", "Amara Okonjo", "(Africa/Lagos)", "PostgreSQL", "3 of 3", "`sign_in`"):
        assert words in answer.text
    assert "secret" not in answer.text


def test_what_people_write_makes_no_links_or_headings_of_ours(client, expert):
    session = make_session(expert, title="# [Free](https://evil.example) *now*")
    text = client.get(f"/sessions/{session.pk}/{session.slug}.md").text
    assert text.startswith("# \\# \\[Free\\](https://evil.example) \\*now\\*\n")


def test_an_old_address_leads_to_the_new_one(client, expert):
    session = make_session(expert)
    answer = client.get(f"/sessions/{session.pk}/as-it-was-called.md")
    assert (answer.status_code, answer["Location"]) == (301, f"/sessions/{session.pk}/{session.slug}.md")


def test_a_draft_is_not_there_for_its_host_either(client, expert):
    draft = make_session(expert, published=False)
    client.force_login(expert)
    assert client.get(f"/sessions/{draft.pk}/{draft.slug}.md").status_code == 404


def test_the_list_names_what_is_coming_and_where_programs_begin(client, expert):
    session = make_session(expert)
    draft = make_session(expert, title="Not yet", published=False)
    text = client.get("/llms.txt").text
    assert f"http://testserver/sessions/{session.pk}/{session.slug}.md" in text
    assert "http://testserver/api/v1/openapi.json" in text
    assert "http://testserver/api/v1/docs/" in text
    assert draft.title not in text
