"""Writing assessments, taking them, and what comes of it."""

from features.assessments.services.badges import (
    grant_awards,
    issue_badge,
    remind_of_ends,
    revoke_badge,
)
from features.assessments.services.banks import (
    keep_parameters,
    retire_item,
    review_item,
    save_bank,
    set_stage,
    write_item,
)
from features.assessments.services.calibrating import calibrate, calibrate_all
from features.assessments.services.evaluating import (
    book_evaluation,
    call_off,
    end_unjudged,
    examined_at,
    free_times,
    part,
    remind_of_evaluations,
    why_not_book,
)
from features.assessments.services.importing import Imported, import_items
from features.assessments.services.judging import (
    REVIEWED,
    alike,
    answer_feedback,
    appeal,
    judge,
    judge_alike,
    judge_self,
    keep_snippet,
)
from features.assessments.services.keys import banks_to_read, knows_keys, read_bank
from features.assessments.services.practice import next_card, next_due, practise
from features.assessments.services.reading import (
    give_back,
    is_calibrated,
    readable,
    sweep,
    take_next,
    take_peer,
    try_example,
)
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.results import ASSESSED, posterior
from features.assessments.services.taking import (
    answer,
    begin,
    current,
    end_if_over,
    end_overdue,
    say_help,
    standing,
    stop,
)
from features.assessments.services.voiding import reinstate, void
from features.assessments.services.work import add_example, keep_rubric, save_task, submit, take_back

__all__ = [
    "ASSESSED",
    "REVIEWED",
    "AssessmentRefused",
    "Imported",
    "add_example",
    "alike",
    "answer",
    "answer_feedback",
    "appeal",
    "banks_to_read",
    "begin",
    "book_evaluation",
    "calibrate",
    "calibrate_all",
    "call_off",
    "current",
    "end_if_over",
    "end_overdue",
    "end_unjudged",
    "examined_at",
    "free_times",
    "give_back",
    "grant_awards",
    "import_items",
    "is_calibrated",
    "issue_badge",
    "judge",
    "judge_alike",
    "judge_self",
    "keep_parameters",
    "keep_rubric",
    "keep_snippet",
    "knows_keys",
    "next_card",
    "next_due",
    "part",
    "posterior",
    "practise",
    "read_bank",
    "readable",
    "reinstate",
    "remind_of_ends",
    "remind_of_evaluations",
    "retire_item",
    "review_item",
    "revoke_badge",
    "save_bank",
    "save_task",
    "say_help",
    "set_stage",
    "standing",
    "stop",
    "submit",
    "sweep",
    "take_back",
    "take_next",
    "take_peer",
    "try_example",
    "void",
    "why_not_book",
    "write_item",
]
