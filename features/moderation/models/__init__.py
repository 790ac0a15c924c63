from features.moderation.models.applications import ExpertApplication, Step
from features.moderation.models.marks import RoleMark
from features.moderation.models.sanctions import Appeal, Sanction

__all__ = ["Appeal", "ExpertApplication", "RoleMark", "Sanction", "Step"]
