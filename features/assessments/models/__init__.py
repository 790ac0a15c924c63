from features.assessments.models.attempts import Attempt, PracticeCard, Response
from features.assessments.models.banks import Bank, Item, ItemReview, ItemVersion
from features.assessments.models.calibration import CalibrationRun, ItemFlag, ItemParameter

__all__ = [
    "Attempt",
    "Bank",
    "CalibrationRun",
    "Item",
    "ItemFlag",
    "ItemParameter",
    "ItemReview",
    "ItemVersion",
    "PracticeCard",
    "Response",
]
