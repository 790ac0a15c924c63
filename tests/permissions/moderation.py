"""Decisions on people: one's own application and marks; the pages of staff, which take a second factor; and the page
of a sanction, whose address is the key, because whoever it is about may be unable to log in."""

from features.moderation.links import page_of

SECRET = {"sanction"}


def _expert(w):
    return [w.people["expert"].pk]


ARGUMENTS = {
    "sanction": lambda w: [page_of(w.silence).split("/")[2]],
    "role_mark_withdrawal": lambda w: [w.mark.pk],
    "manage_person": _expert,
    "manage_address": _expert,
    "manage_person_roles": _expert,
    "manage_new_sanction": _expert,
    "manage_support_view": _expert,
    "manage_merge": _expert,
    "manage_role_revocation": lambda w: [w.grant.pk],
    "manage_sanction": lambda w: [w.silence.pk],
    "manage_lifting": lambda w: [w.silence.pk],
    "manage_appeal": lambda w: [w.sanction.pk],
    "manage_expert": lambda w: [w.application.pk],
    "manage_mark": lambda w: [w.mark.pk],
    "incident": lambda w: [w.missed.pk],
    "manage_missed_appointment": lambda w: [w.questioned.pk],
    "api:case_claim": lambda w: [w.case.pk],
    "api:case_release": lambda w: [w.case.pk],
    "api:case_decision": lambda w: [w.case.pk],
    "api:moderation_deed": lambda w: ["hide"],
    "api:moderation_undoing": lambda w: [w.hiding.pk],
    "moderation_case": lambda w: [w.case.pk],
    "moderation_act": lambda w: ["hide"],
    "moderation_act@nothing": lambda w: ["no-such-act"],
    "moderation_undo": lambda w: [w.hiding.pk],
    "moderation_appeal": lambda w: [w.hiding.pk],
    "moderation_entry": lambda w: [w.hiding.pk],
    "moderation_decision": lambda w: ["post", w.hiding.ref],
    "report": lambda w: ["post", str(w.answer.pk)],
    "report@hidden": lambda w: ["post", str(w.hidden_post.pk)],
    "report@nothing": lambda w: ["post", "999999999"],
}
APPLICATION = {"skills": "PostgreSQL", "plan": "Plans", "evidence": "Years", "links": "", "act": "keep"}
BODIES = {
    ("sanction", "POST"): lambda w: {"words": "I was not there."},
    # Whoever has one that is being read finds no draft to keep.
    ("expert_application", "POST"): lambda w: APPLICATION,
    ("role_marks", "POST"): lambda w: {
        "kind": "works_at",
        "name": "Harbour",
        "link": "https://example.org/",
        "words": "",
    },
    ("manage_person_roles", "POST"): lambda w: {"role": "reviewer", "scope": "", "until": "", "reason": "Knows much"},
    ("manage_support_view", "POST"): lambda w: {"cause": "asked", "reason": "She cannot find her seat."},
    ("manage_merge", "POST"): lambda w: {"other": w.guest.handle, "stays": "this", "reason": "One", "is_sure": "on"},
    ("manage_new_sanction", "POST"): lambda w: {"kind": "silence", "ends_at": "7", "reason": "Insults"},
    ("manage_role_revocation", "POST"): lambda w: {"reason": "Left us"},
    ("manage_lifting", "POST"): lambda w: {"reason": "It was a mistake"},
    # The organiser gave it, and a moderator does not judge organisers: nobody here may decide.
    ("manage_appeal", "POST"): lambda w: {"outcome": "upheld", "answer": "No"},
    ("manage_expert", "POST"): lambda w: {"act": "claim", "words": "", "wait_days": "30"},
    ("incident", "POST"): lambda w: {"words": "I was there."},
    ("manage_missed_appointment", "POST"): lambda w: {"outcome": "upheld", "answer": "You were not."},
    ("api:report_thing", "POST"): lambda w: {"thing": f"post:{w.answer.pk}", "reason": "rude"},
    ("api:case_decision", "PUT"): lambda w: {"outcome": "ignored"},
    ("api:moderation_deed", "POST"): lambda w: {"things": [f"post:{w.answer.pk}"], "reason": "unclear"},
    ("moderation_case", "POST"): lambda w: {"act": "claim"},
    ("moderation_act", "POST"): lambda w: {"on": f"post:{w.answer.pk}", "reason": "unclear", "words": ""},
    ("moderation_selection", "POST"): lambda w: {"on": f"post:{w.answer.pk}", "outcome": "ignored"},
    ("moderation_appeal", "POST"): lambda w: {"outcome": "upheld", "answer": "It stays."},
    ("moderation_entry", "POST"): lambda w: {"words": "I meant it well."},
    ("report", "POST"): lambda w: {"reason": "rude", "words": ""},
    ("manage_mark", "POST"): lambda w: {"act": "grant", "scope": "", "ends_at": "365"},
}

TABLE = """
#                       stranger unverif. member owner expert moderat. moderator+ organiser
sanction           GET  200
sanction           POST 303

expert_application   GET  login    login    200    200   200    200      200        200
expert_application   POST login    login    303    422   422    303      303        303
role_marks           GET  login    login    200    200   200    200      200        200
role_marks           POST login    login    303    303   303    303      303        303
role_mark_withdrawal POST login    login    404    303   404    404      404        404

# Moderators and the organiser.
manage_people        GET  login    login    404    404   404    mfa      200        200
manage_people        POST login    login    404    404   404    mfa      405        405
manage_person        GET  login    login    404    404   404    mfa      200        200
manage_person        POST login    login    404    404   404    mfa      405        405
manage_new_sanction  GET  login    login    404    404   404    mfa      200        200
manage_new_sanction  POST login    login    404    404   404    mfa      303        303
manage_support_view  GET  login    login    404    404   404    mfa      404        again
manage_support_view  POST login    login    404    404   404    mfa      404        again
manage_merge         GET  login    login    404    404   404    mfa      404        again
manage_merge         POST login    login    404    404   404    mfa      404        again
support_view_end     POST login    login    303    303   303    303      303        303
own_support_views    GET  login    login    200    200   200    200      200        200
own_support_views    POST login    login    303    303   303    303      303        303
manage_sanction      GET  login    login    404    404   404    mfa      200        200
manage_sanction      POST login    login    404    404   404    mfa      405        405
manage_lifting       GET  login    login    404    404   404    mfa      405        405
manage_lifting       POST login    login    404    404   404    mfa      303        303
manage_appeal        GET  login    login    404    404   404    mfa      405        405
manage_appeal        POST login    login    404    404   404    mfa      422        422
manage_appeals       GET  login    login    404    404   404    mfa      200        200
manage_appeals       POST login    login    404    404   404    mfa      405        405
manage_marks         GET  login    login    404    404   404    mfa      200        200
manage_marks         POST login    login    404    404   404    mfa      405        405
manage_mark          GET  login    login    404    404   404    mfa      200        200
manage_mark          POST login    login    404    404   404    mfa      303        303

# What was written: for moderators, and for whom it is about.
moderation                GET  login    login    404    404   404    mfa      200        200
moderation                POST login    login    404    404   404    mfa      405        405
moderation_case           GET  login    login    404    404   404    mfa      200        200
moderation_case           POST login    login    404    404   404    mfa      303        303
moderation_act            GET  login    login    404    404   404    mfa      404        404
moderation_act            POST login    login    404    404   404    mfa      303        303
moderation_act@nothing    GET  login    login    404    404   404    mfa      404        404
moderation_act@nothing    POST login    login    404    404   404    mfa      404        404
moderation_selection      GET  login    login    404    404   404    mfa      404        404
moderation_selection      POST login    login    404    404   404    mfa      303        303
moderation_undo           GET  login    login    404    404   404    mfa      405        405
moderation_undo           POST login    login    404    404   404    mfa      303        303
moderation_appeal         GET  login    login    404    404   404    mfa      405        405
moderation_appeal         POST login    login    404    404   404    mfa      303        303
moderation_appeals        GET  login    login    404    404   404    mfa      200        200
moderation_appeals        POST login    login    404    404   404    mfa      405        405
moderation_figures        GET  login    login    404    404   404    mfa      200        200
moderation_figures        POST login    login    404    404   404    mfa      405        405
moderation_log            GET  200
moderation_entry          GET  login    login    404    200   404    404      200        200
moderation_entry          POST login    login    404    303   404    404      422        422
moderation_decision       GET  login    login    404    303   404    404      404        404
report                    GET  login    login    200    200   200    200      200        200
report                    POST login    login    303    303   422    303      303        303
report@hidden             GET  login    login    404    404   404    404      404        404
report@hidden             POST login    login    404    404   404    404      404        404
report@nothing            GET  login    login    404    404   404    404      404        404
report@nothing            POST login    login    404    404   404    404      404        404
api:report_thing       POST   401 401 201 201 409 201 201 201
api:cases_waiting      GET    401 401 404 404 404 403 200 200
api:case_claim         PUT    401 401 404 404 404 403 204 204
api:case_claim         DELETE 401 401 404 404 404 403 204 204
api:case_release       PUT    401 401 404 404 404 403 204 204
api:case_release       DELETE 401 401 404 404 404 403 204 204
api:case_decision      PUT    401 401 404 404 404 403 204 204
api:moderation_deed    POST   401 401 404 404 404 403 201 201
api:moderation_undoing POST   401 401 404 404 404 403 201 201
abilities                 GET  login    login    200    200   200    200      200        200
reliability               GET  200
own_reliability           GET  login    login    200    200   200    200      200        200
incident                  GET  login    login    404    200   404    404      404        404
incident                  POST login    login    404    303   404    404      404        404
manage_missed_appointments          GET  login    login    404    404   404    mfa      200        200
manage_missed_appointments          POST login    login    404    404   404    mfa      405        405
manage_missed_appointment           GET  login    login    404    404   404    mfa      200        200
manage_missed_appointment           POST login    login    404    404   404    mfa      303        303


# The organiser alone; reviewers read applications as well.
manage_address         GET  login    login    404    404   404    mfa      405        405
manage_address         POST login    login    404    404   404    mfa      404        303
manage_person_roles    GET  login    login    404    404   404    mfa      405        405
manage_person_roles    POST login    login    404    404   404    mfa      404        303
manage_role_revocation GET  login    login    404    404   404    mfa      404        200
manage_role_revocation POST login    login    404    404   404    mfa      404        303
manage_experts         GET  login    login    404    404   404    mfa      404        200
manage_experts         POST login    login    404    404   404    mfa      405        405
manage_expert          GET  login    login    404    404   404    mfa      404        200
manage_expert          POST login    login    404    404   404    mfa      404        303
"""
