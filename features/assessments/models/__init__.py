from features.assessments.models.attempts import Attempt, PracticeCard, Response
from features.assessments.models.banks import Bank, BankReader, Item, ItemReview, ItemVersion
from features.assessments.models.calibration import CalibrationRun, ItemFlag, ItemParameter
from features.assessments.models.credentials import Award, Badge
from features.assessments.models.evaluations import Evaluation
from features.assessments.models.work import (
    Example,
    Reading,
    Rubric,
    Snippet,
    Submission,
    SubmittedFile,
    Task,
    Trial,
    WorkAppeal,
)

__all__ = [
    "Attempt",
    "Award",
    "Badge",
    "Bank",
    "BankReader",
    "CalibrationRun",
    "Evaluation",
    "Example",
    "Item",
    "ItemFlag",
    "ItemParameter",
    "ItemReview",
    "ItemVersion",
    "PracticeCard",
    "Reading",
    "Response",
    "Rubric",
    "Snippet",
    "Submission",
    "SubmittedFile",
    "Task",
    "Trial",
    "WorkAppeal",
]
