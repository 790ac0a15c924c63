"""What a name means, what a skill may be called, where skills come from, and the evidence that a person has one."""

from features.skills.services.evidence import evidence_for, record_evidence, revoke_evidence
from features.skills.services.finding import by_slug, names_of, resolve, resolve_all, suggest
from features.skills.services.importing import import_esco
from features.skills.services.merging import Merge, merge, merges, preview
from features.skills.services.naming import SkillRefused, add_skill, add_synonym, load_starter

__all__ = [
    "Merge",
    "SkillRefused",
    "add_skill",
    "add_synonym",
    "by_slug",
    "evidence_for",
    "import_esco",
    "load_starter",
    "merge",
    "merges",
    "names_of",
    "preview",
    "record_evidence",
    "resolve",
    "resolve_all",
    "revoke_evidence",
    "suggest",
]
