"""What a name means, what a skill may be called, where skills come from, and the evidence that a person has one."""

from features.skills.services.evidence import (
    DECLARED,
    declare_level,
    declare_levels,
    evidence_for,
    gathered,
    record_all,
    record_evidence,
    revoke_evidence,
    withdraw_declared,
)
from features.skills.services.finding import by_slug, names_of, resolve, resolve_all, suggest
from features.skills.services.importing import import_esco
from features.skills.services.levels import (
    SkillStanding,
    history,
    level_of,
    recount_levels,
    skill_levels,
    standing_of,
    tell_causes,
)
from features.skills.services.merging import Merge, merge, merges, preview
from features.skills.services.naming import SkillRefused, add_skill, add_synonym, load_starter
from features.skills.services.reputation import points_of_kinds, reputation_of, tell_tokens, tokens_of
from features.skills.services.sources import Rule, Source, Told, sources

__all__ = [
    "DECLARED",
    "Merge",
    "Rule",
    "SkillRefused",
    "SkillStanding",
    "Source",
    "Told",
    "add_skill",
    "add_synonym",
    "by_slug",
    "declare_level",
    "declare_levels",
    "evidence_for",
    "gathered",
    "history",
    "import_esco",
    "level_of",
    "load_starter",
    "merge",
    "merges",
    "names_of",
    "points_of_kinds",
    "preview",
    "record_all",
    "record_evidence",
    "recount_levels",
    "reputation_of",
    "resolve",
    "resolve_all",
    "revoke_evidence",
    "skill_levels",
    "sources",
    "standing_of",
    "suggest",
    "tell_causes",
    "tell_tokens",
    "tokens_of",
    "withdraw_declared",
]
