"""The verbs of this feature. Pages, API and jobs call these; there is no second rule set."""

from features.forum.services.counting import forget_demo, recount
from features.forum.services.evidence import ACCEPTED, VALUED
from features.forum.services.refusals import ForumRefused
from features.forum.services.voting import TO_VOTE_DOWN, accept, may_vote_down, take_back_acceptance, vote
from features.forum.services.writing import ask, index, remark, reply, save_board, take_over_skill

__all__ = [
    "ACCEPTED",
    "TO_VOTE_DOWN",
    "VALUED",
    "ForumRefused",
    "accept",
    "ask",
    "forget_demo",
    "index",
    "may_vote_down",
    "recount",
    "remark",
    "reply",
    "save_board",
    "take_back_acceptance",
    "take_over_skill",
    "vote",
]
