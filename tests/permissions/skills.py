"""Skills: public throughout, but for the organiser's pages."""

ARGUMENTS = {
    "manage_skill": lambda w: [w.skill.slug],
    "manage_skill_merge": lambda w: [w.skill.slug],
}
BODIES = {
    ("manage_skill", "POST"): lambda w: {"name": "Another name"},
    # Nothing it could be merged into: refused, with the form again.
    ("manage_skill_merge", "POST"): lambda w: {"into": w.skill.name},
}

TABLE = """
#                       stranger unverif. member owner expert moderat. moderator+ organiser
skills             GET  200
levels             GET  200
skill_suggestions  GET  200
manage_skills      GET  login    login    404    404   404    mfa      404        200
manage_skills      POST login    login    404    404   404    mfa      404        303
manage_skill       GET  login    login    404    404   404    mfa      404        200
manage_skill       POST login    login    404    404   404    mfa      404        303
manage_skill_merge GET  login    login    404    404   404    mfa      404        200
manage_skill_merge POST login    login    404    404   404    mfa      404        422
"""
