from features.moderation.models.applications import ExpertApplication, Step
from features.moderation.models.curation import HARM, ActAppeal, Case, Entry, Flag, Note, Reason
from features.moderation.models.marks import RoleMark
from features.moderation.models.sanctions import Appeal, Sanction

__all__ = [
    "HARM",
    "ActAppeal",
    "Appeal",
    "Case",
    "Entry",
    "ExpertApplication",
    "Flag",
    "Note",
    "Reason",
    "RoleMark",
    "Sanction",
    "Step",
]
