"""The short form of `bin/prove weights`: what a first visit asks for, and how much HTML that is with many rows."""

from datetime import timedelta

import pytest

from e2e.world import published
from features.forum import services as forum
from features.forum.models import Board
from tests.forum.conftest import ask
from tests.prove.weights import visit


@pytest.fixture
def paths(expert, learner, skill):
    sessions = [
        published(
            expert,
            [skill],
            title=f"Reading a query plan without fear, evening {n}",
            description="We take **one** slow query apart, line by line, and write down what it costs.\n\n" * 20,
            starts_in=timedelta(days=n + 1),
        )
        for n in range(20)
    ]
    board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
    thread = ask(board, expert, skill)
    for n in range(20):
        forum.reply(author=learner, thread=thread, text=f"Answer {n}: look at the plan, then at the index.")
    return ["/", "/sessions/", sessions[0].get_absolute_url(), thread.get_absolute_url(), "/account/login/"]


def test_a_first_visit_is_light(enter, base_url, paths):
    for path in paths:
        made = visit(enter(screen="phone"), base_url + path)
        assert made.bytes["Document"] > 1000  # it did count
        assert made.faults("Document", "requests") == []
