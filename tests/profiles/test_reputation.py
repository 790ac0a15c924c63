"""1.13: reputation is a ledger of tokens with reasons, each once, reversed with its cause, and opens to its causes."""

import re
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.urls import reverse

from features.forum import services as forum
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask, board  # noqa: F401

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)


def award(person, skill, kind="answer_accepted", source="post:1"):
    skills.record_evidence(person=person, skill=skill, kind=kind, strength=0.3, happened_at=AT, source=source)


def shown(client, person) -> int:
    page = client.get(reverse("reputation", args=[person.handle])).text
    return int(re.search(r"<h1>(\d+) point", page)[1])


def test_a_cause_gives_its_points_once_however_many_skills_it_proves(expert, skill):
    other = make_skill("Linux")
    for _ in range(2):
        for about in (skill, other):
            award(expert, about)
    award(expert, skill, "session_attended", "registration:1")  # for oneself: no points
    award(expert, skill, "answer_valued")
    assert skills.reputation_of(expert) == 15
    assert skills.tokens_of(expert).count() == 2
    assert sum(token.points for token in skills.tell_tokens(skills.tokens_of(expert), expert)) == 15


def test_every_token_has_a_cause_and_a_reason_in_words(expert, skill):
    for n, kind in enumerate(skills.points_of_kinds()):
        award(expert, skill, kind, f"{'engagement' if kind == 'mentoring_finished' else 'post'}:{n}")
    for token in skills.tell_tokens(skills.tokens_of(expert), expert):
        assert token.points > 0
        assert token.told.words
        assert token.basis


def test_what_takes_the_cause_away_takes_the_points(board, learner, expert, skill, client):  # noqa: F811
    thread = ask(board, learner, skill)
    answer = forum.reply(author=expert, thread=thread, text="Because it is small.")
    forum.accept(by=learner, post=answer)
    assert shown(client, expert) == 10
    page = client.get(reverse("reputation", args=[expert.handle])).text
    assert f'<a href="{answer.get_absolute_url()}">' in page
    assert "points for help" in client.get(expert.get_absolute_url()).text
    forum.take_back_acceptance(by=learner, post=answer)
    assert shown(client, expert) == 0
    assert "Taken back" not in client.get(reverse("reputation", args=[expert.handle])).text
    client.force_login(expert)
    assert "Taken back" in client.get(reverse("reputation", args=[expert.handle])).text
    forum.accept(by=learner, post=answer)
    assert shown(client, expert) == 10


@pytest.mark.django_db(transaction=True)
def test_the_number_is_the_sum_of_its_tokens_whoever_awards_at_once(expert, skill, client):
    other = make_skill("Linux")

    def press(n):
        try:
            award(expert, (skill, other)[n % 2], source=f"post:{n % 3}")
            if n == 5:
                skills.revoke_evidence("post:0")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    standing = set(SkillEvidence.objects.standing().filter(person=expert).values_list("kind", "source"))
    assert skills.reputation_of(expert) == shown(client, expert) == 10 * len(standing)
    assert {1, 2} == {int(source[5:]) for _kind, source in standing if source != "post:0"}


def test_the_page_asks_no_more_for_more(expert, skill, client, django_assert_max_num_queries):
    for n in range(12):
        award(expert, skill, source=f"post:{n}")
    client.force_login(make_user("Nadia Petrova"))
    with django_assert_max_num_queries(14):
        assert shown(client, expert) == 120
