"""Writing assessments, taking them, and what comes of it."""

from features.assessments.services.banks import (
    keep_parameters,
    retire_item,
    review_item,
    save_bank,
    set_stage,
    write_item,
)
from features.assessments.services.importing import Imported, import_items
from features.assessments.services.practice import next_card, next_due, practise
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.results import ASSESSED, posterior, void
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

__all__ = [
    "ASSESSED",
    "AssessmentRefused",
    "Imported",
    "answer",
    "begin",
    "current",
    "end_if_over",
    "end_overdue",
    "import_items",
    "keep_parameters",
    "next_card",
    "next_due",
    "posterior",
    "practise",
    "retire_item",
    "review_item",
    "save_bank",
    "say_help",
    "set_stage",
    "standing",
    "stop",
    "void",
    "write_item",
]
