from features.skills.models.evidence import EvidenceQuerySet, SkillEvidence
from features.skills.models.taxonomy import (
    EscoConcept,
    FormerSlug,
    Level,
    Origin,
    Skill,
    SkillName,
    SkillQuerySet,
    SkillRelation,
)

__all__ = [
    "EscoConcept",
    "EvidenceQuerySet",
    "FormerSlug",
    "Level",
    "Origin",
    "Skill",
    "SkillEvidence",
    "SkillName",
    "SkillQuerySet",
    "SkillRelation",
]
