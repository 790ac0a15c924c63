from features.moderation.models.applications import ExpertApplication, Step
from features.moderation.models.curation import HARM, ActAppeal, Case, Entry, Flag, Note, Reason
from features.moderation.models.incidents import FORGOTTEN, Incident, IncidentAppeal
from features.moderation.models.marks import RoleMark
from features.moderation.models.merges import AccountMerge
from features.moderation.models.sanctions import Appeal, Sanction
from features.moderation.models.support import LASTS, SupportRefusal, SupportView

__all__ = [
    "FORGOTTEN",
    "HARM",
    "LASTS",
    "AccountMerge",
    "ActAppeal",
    "Appeal",
    "Case",
    "Entry",
    "ExpertApplication",
    "Flag",
    "Incident",
    "IncidentAppeal",
    "Note",
    "Reason",
    "RoleMark",
    "Sanction",
    "Step",
    "SupportRefusal",
    "SupportView",
]
