"""Assessments: open to read for all, to take for members; a test is its taker's alone, a bank its author's."""


def _bank(name="bank"):
    return lambda w: [getattr(w, name).pk, getattr(w, name).slug]


def _pk(name):
    return lambda w: [getattr(w, name).pk]


def _attempt(w):
    return [w.attempt.public_id]


OF_THE_HOST = {
    "assessment@draft", "bank", "bank_rules", "bank_stage", "bank_import", "item_new", "item_words", "item_retirement"
}  # fmt: skip
ARGUMENTS = {
    "assessment": _bank(),
    "assessment@draft": _bank("draft_bank"),
    "assessment@old-slug": lambda w: [w.bank.pk, "as-it-was-called"],
    "assessment_practice": _bank(),
    "attempt": _attempt,
    "attempt_end": _attempt,
    "attempt_result": lambda w: [w.ended_attempt.public_id],
    "bank": _pk("host_bank"),
    "bank_rules": _pk("host_bank"),
    "bank_stage": _pk("host_bank"),
    "bank_import": _pk("host_bank"),
    "item_new": _pk("host_bank"),
    "item": _pk("item"),
    "item_words": _pk("host_item"),
    "item_retirement": _pk("host_item"),
    "progress_skill": lambda w: [w.skill.slug],
}
BANK = {
    "title": "Plans", "skill": "PostgreSQL", "about": "Reading them", "mode": "adaptive", "most": "12", "minutes": "30",
    "error": "0.4", "cooldown_days": "14", "penalty": "0", "pass_percent": "60",
}  # fmt: skip
ITEM = {"kind": "single", "text": "Which?", "answers": "*Right\nWrong", "band": "3"}
BODIES = {
    ("attempt", "POST"): lambda w: {"position": "1", "answer": "0"},
    ("attempt_result", "POST"): lambda w: {"help_used": "A book"},
    ("assessment_practice", "POST"): lambda w: {"version": str(w.practice_version.pk), "answer": "0"},
    ("banks", "POST"): lambda w: BANK,
    ("bank_rules", "POST"): lambda w: BANK,
    ("bank_stage", "POST"): lambda w: {"stage": "closed"},
    ("item_new", "POST"): lambda w: ITEM,
    ("item_words", "POST"): lambda w: ITEM,
    ("item", "POST"): lambda w: {"verdict": "good"},
}

TABLE = """
#                         stranger unverif. member owner expert moderat. moderator+ organiser
assessments          GET  200
assessment           GET  200
assessment           POST login    login    303    303   422    303      303        303
assessment@old-slug  GET  301
assessment@old-slug  POST 301
assessment@draft     GET  404      404      404    200   404    404      404        404
assessment@draft     POST 404      404      404    422   404    404      404        404
assessment_practice  GET  login    login    200    200   200    200      200        200
assessment_practice  POST login    login    200    200   200    200      200        200
attempt              GET  login    login    404    200   404    404      404        404
attempt              POST login    login    404    303   404    404      404        404
attempt_end          POST login    login    404    303   404    404      404        404
attempt_result       GET  login    login    404    200   404    404      404        404
attempt_result       POST login    login    404    303   404    404      404        404
progress             GET  login    login    200    200   200    200      200        200
progress_skill       GET  login    login    200    200   200    200      200        200
banks                GET  login    login    404    404   200    404      404        200
banks                POST login    login    404    404   303    404      404        303
bank                 GET  login    login    404    200   404    404      404        200
bank_rules           GET  login    login    404    200   404    404      404        200
bank_rules           POST login    login    404    303   404    404      404        303
bank_stage           POST login    login    404    303   404    404      404        303
bank_import          POST login    login    404    422   404    404      404        422
item_new             GET  login    login    404    200   404    404      404        200
item_new             POST login    login    404    303   404    404      404        303
item                 GET  login    login    404    404   200    404      404        200
item                 POST login    login    404    404   422    404      404        303
item_words           GET  login    login    404    200   404    404      404        200
item_words           POST login    login    404    303   404    404      404        303
item_retirement      POST login    login    404    303   404    404      404        303
"""
