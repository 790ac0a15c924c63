"""The verbs of this feature. Pages, API and jobs call these; there is no second rule set."""

from features.forum.services.asked_about import about, board_for, skills_of
from features.forum.services.by_mail import NotOurs, receive
from features.forum.services.counting import forget_demo, recount
from features.forum.services.curating import (
    lock_threads_of,
    restore_state,
    restore_thread,
    set_state,
    set_thread,
    settle,
)
from features.forum.services.editing import (
    EDITABLE,
    edit,
    edit_back,
    hide_revision,
    may_edit,
    redact_history,
    show_revision,
)
from features.forum.services.evidence import ACCEPTED, VALUED
from features.forum.services.guards import began, typing_time
from features.forum.services.linking import answer_duplicate, invite, propose_duplicate
from features.forum.services.moving import conflict, merge, split, unmerge, unsplit
from features.forum.services.reading import discard_draft, draft_of, mark_read, save_draft
from features.forum.services.recorded import place_in_recording, recording_for
from features.forum.services.redacting import erase_redactions, put_back_words, redact
from features.forum.services.refusals import ForumRefused, check_title
from features.forum.services.removing import is_answered, take_back, why_not_take_back
from features.forum.services.shelf import confirm, date_answers, mark_stale, may_confirm
from features.forum.services.suggesting import may_suggest, suggest
from features.forum.services.telling import tell_of_reply, tell_of_thread
from features.forum.services.voting import (
    TO_VOTE_DOWN,
    accept,
    may_vote_down,
    take_back_acceptance,
    vote,
)
from features.forum.services.workshop import LASTS, publish, publish_due
from features.forum.services.writing import ask, index, is_new, remark, reply, save_board, take_over_skill

__all__ = [
    "ACCEPTED",
    "EDITABLE",
    "LASTS",
    "TO_VOTE_DOWN",
    "VALUED",
    "ForumRefused",
    "NotOurs",
    "about",
    "accept",
    "answer_duplicate",
    "ask",
    "began",
    "board_for",
    "check_title",
    "confirm",
    "conflict",
    "date_answers",
    "discard_draft",
    "draft_of",
    "edit",
    "edit_back",
    "erase_redactions",
    "forget_demo",
    "hide_revision",
    "index",
    "invite",
    "is_answered",
    "is_new",
    "lock_threads_of",
    "mark_read",
    "mark_stale",
    "may_confirm",
    "may_edit",
    "may_suggest",
    "may_vote_down",
    "merge",
    "place_in_recording",
    "propose_duplicate",
    "publish",
    "publish_due",
    "put_back_words",
    "receive",
    "recording_for",
    "recount",
    "redact",
    "redact_history",
    "remark",
    "reply",
    "restore_state",
    "restore_thread",
    "save_board",
    "save_draft",
    "set_state",
    "set_thread",
    "settle",
    "show_revision",
    "skills_of",
    "split",
    "suggest",
    "take_back",
    "take_back_acceptance",
    "take_over_skill",
    "tell_of_reply",
    "tell_of_thread",
    "typing_time",
    "unmerge",
    "unsplit",
    "vote",
    "why_not_take_back",
]
