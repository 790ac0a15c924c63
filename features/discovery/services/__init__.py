"""Putting things where they can be found, and finding them."""

from features.discovery.services.asking import written
from features.discovery.services.narrowing import best
from features.discovery.services.publishing import (
    Rebuilt,
    changed_at,
    gathered,
    publish,
    publish_all,
    rebuild,
    republish,
    republish_skills,
    stand,
    withdraw,
)
from features.discovery.services.searching import MOST, Results, documents, matching_refs, search
from features.discovery.services.snippets import with_snippets
from features.discovery.services.spelling import learn_words, meant, relearn_words
from features.discovery.services.ways_on import WaysOn, ways_on
from features.discovery.services.wishing import (
    SHOWN_FROM,
    come_true,
    forget_wishes,
    is_wished,
    those_who_wish,
    unwish,
    wanted,
    wish,
)
from features.discovery.services.wishing import address as wish_address

__all__ = [
    "MOST",
    "SHOWN_FROM",
    "Rebuilt",
    "Results",
    "WaysOn",
    "best",
    "changed_at",
    "come_true",
    "documents",
    "forget_wishes",
    "gathered",
    "is_wished",
    "learn_words",
    "matching_refs",
    "meant",
    "publish",
    "publish_all",
    "rebuild",
    "relearn_words",
    "republish",
    "republish_skills",
    "search",
    "stand",
    "those_who_wish",
    "unwish",
    "wanted",
    "ways_on",
    "wish",
    "wish_address",
    "with_snippets",
    "withdraw",
    "written",
]
