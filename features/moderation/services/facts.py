"""Numbers about a person for whoever decides on them. Features above register theirs, because they know."""

from collections.abc import Callable

from core.registry import Registry
from features.accounts.models import User

# name -> what answers (label, number) pairs about a person, in a fixed number of queries
facts: dict[str, Callable[[User], list[tuple[str, int]]]] = Registry("facts about a person")


def facts_about(person: User) -> list[tuple[str, int]]:
    return [fact for answer in facts.values() for fact in answer(person)]
