import pytest

from features.forum import services
from features.forum.models import Board
from tests.factories import make_user


@pytest.fixture(scope="module")
def board(skill):
    return Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)


@pytest.fixture(scope="module")
def asker(kept):
    return make_user("Sofia Mendes")


@pytest.fixture(scope="module")
def helper(kept):
    return make_user("Amara Okonjo")


@pytest.fixture(scope="module")
def thread(board, asker, skill):
    return ask(board, asker, skill)


def ask(board, author, skill, **facts):
    facts = {
        "kind": "question",
        "title": "Why does Postgres ignore my index?",
        "text": "I have a table of **300** rows with an index, and the plan says `Seq Scan`.",
    } | facts
    return services.ask(author=author, board=board, skills=[skill], **facts)
