"""Assessments: open to read for all, to take for members; a test is its taker's alone, a bank its author's."""


def _bank(name="bank"):
    return lambda w: [getattr(w, name).pk, getattr(w, name).slug]


def _pk(name):
    return lambda w: [getattr(w, name).pk]


def _attempt(w):
    return [w.attempt.public_id]


OF_THE_HOST = {
    "assessment@draft", "bank", "bank_rules", "bank_stage", "bank_import", "item_new", "item_words", "item_retirement",
    "task_words", "task_examples@own", "reading", "reading_return",
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
    "bank_reading": _pk("host_bank"),
    "bank_rules": _pk("host_bank"),
    "bank_stage": _pk("host_bank"),
    "bank_import": _pk("host_bank"),
    "item_new": _pk("host_bank"),
    "item": _pk("item"),
    "item_words": _pk("host_item"),
    "item_retirement": _pk("host_item"),
    "progress_skill": lambda w: [w.skill.slug],
    "task": _bank("task"),
    "task@old-slug": lambda w: [w.task.pk, "as-it-was-called"],
    "task_words": _pk("host_task"),
    "task_examples": _pk("task"),
    "task_examples@own": _pk("host_task"),
    "task_example": _pk("example"),
    "peer_reading": _bank("task"),
    "submission": lambda w: [w.handed_in.public_id],
    "self_review": lambda w: [w.handed_in.public_id],
    "submission_withdrawal": lambda w: [w.waiting_work.public_id],
    "work_appeal": lambda w: [w.handed_in.public_id],
    "feedback_answer": lambda w: [w.handed_in.public_id, w.judged.pk],
    "submitted_file": lambda w: [w.file.public_id],
    "api:attempt_begin": _pk("bank"),
    "api:attempt_state": _attempt,
    "api:attempt_answer": lambda w: [w.attempt.public_id, 1],
    "api:hand_in": _pk("task"),
    "api:talk_times": _pk("talk_task"),
    "api:book_talk": _pk("talk_task"),
    "api:own_work": lambda w: [w.handed_in.public_id],
    "api:withdraw_work": lambda w: [w.waiting_work.public_id],
    "api:object_to_work": lambda w: [w.handed_in.public_id],
    "api:call_off_talk": lambda w: [w.talk.submission.public_id],
    "badge": lambda w: [w.badge.code],
    "badge_json": lambda w: [w.badge.code],
    "badge_jwt": lambda w: [w.badge.code],
    "badge_withdrawal": lambda w: [w.badge.code],
    "badge_issue": lambda w: [w.skill.slug],
    "manage_result": lambda w: ["attempt", w.ended_attempt.public_id],
    "result_record": lambda w: ["attempt", w.ended_attempt.public_id],
    "result_record@work": lambda w: ["submission", w.handed_in.public_id],
    "reading": _pk("host_reading"),
    "reading_return": _pk("host_reading"),
    "reading_alike": _pk("judged"),
    "task_times": _bank("talk_task"),
    "evaluation_calling_off": lambda w: [w.talk.submission.public_id],
}
BANK = {
    "title": "Plans", "skill": "PostgreSQL", "about": "Reading them", "mode": "adaptive", "most": "12", "minutes": "30",
    "error": "0.4", "cooldown_days": "14", "penalty": "0", "pass_percent": "60",
}  # fmt: skip
TASK = {
    "title": "A report made faster", "skill": "PostgreSQL", "kind": "work", "brief": "Make it faster.", "experts": "1",
    "peers": "0", "peer_days": "7", "is_open": "on", "rubric": "Cause\n0: guessed\n2: shown",
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
    ("task", "POST"): lambda w: {"text": "My work", "done_on": "2026-01-05"},
    ("task_new", "POST"): lambda w: TASK,
    ("task_words", "POST"): lambda w: TASK,
    ("task_examples@own", "POST"): lambda w: {"text": "An example", "score-cause": "2"},
    ("task_example", "POST"): lambda w: {"score-cause": "2"},
    ("task_times", "POST"): lambda w: {"starts_at": "12"},
    ("evaluation_calling_off", "POST"): lambda w: {"reason": "I am ill"},
    ("self_review", "POST"): lambda w: {"score-cause": "2"},
    ("work_appeal", "POST"): lambda w: {"text": "Look at the second page"},
    ("feedback_answer", "POST"): lambda w: {"answer": "useful"},
    ("reading", "POST"): lambda w: {"score-cause": "2", "comment-cause": "Well shown"},
    ("api:hand_in", "POST"): lambda w: {"text": "A report"},
    ("api:book_talk", "POST"): lambda w: {"starts_at": "2030-01-01T10:00:00Z"},
    ("api:object_to_work", "POST"): lambda w: {"text": "Look again"},
    ("api:call_off_talk", "POST"): lambda w: {"reason": "Ill"},
    ("api:attempt_answer", "PUT"): lambda w: {"answer": ["0"]},
    ("item", "POST"): lambda w: {"verdict": "good", "version": str(w.item.current_id)},
}

TABLE = """
#                         stranger unverif. member owner expert moderat. moderator+ organiser
assessments          GET  200
assessment           GET  200
assessment           POST login    login    303    303   422    303      303        422
assessment@old-slug  GET  301
assessment@old-slug  POST 301
assessment@draft     GET  404      404      404    200   404    404      404        404
assessment@draft     POST 404      404      404    422   404    404      404        404
assessment_practice  GET  login    login    200    200   200    200      200        200
assessment_practice  POST 303      303      200    200   200    200      200        200
attempt              GET  login    login    404    200   404    404      404        404
attempt              POST 303      303      404    303   404    404      404        404
attempt_end          POST login    login    404    303   404    404      404        404
attempt_result       GET  login    login    404    200   404    404      404        404
attempt_result       POST login    login    404    303   404    404      404        404
progress             GET  login    login    200    200   200    200      200        200
progress_skill       GET  login    login    200    200   200    200      200        200
banks                GET  login    login    404    404   200    404      404        200
banks                POST login    login    404    404   303    404      404        303
bank                 GET  login    login    404    200   404    404      404        200
bank_reading         POST login    login    404    404   404    404      404        404
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
tasks                GET  200
task                 GET  200
task                 POST login    login    303    303   422    303      303        303
task@old-slug        GET  301
task@old-slug        POST 301
task_new             GET  login    login    404    404   200    404      404        200
task_new             POST login    login    404    404   303    404      404        303
task_words           GET  login    login    404    200   404    404      404        200
task_words           POST login    login    404    303   404    404      404        303
task_examples        GET  login    login    404    404   200    404      404        200
task_examples        POST login    login    404    404   422    404      404        404
task_examples@own    GET  login    login    404    200   200    404      404        200
task_examples@own    POST login    login    404    303   404    404      404        404
task_example         GET  login    login    404    404   200    404      404        200
task_example         POST login    login    404    404   303    404      404        303
task_times           GET  login    login    200    200   200    200      200        200
task_times           POST login    login    422    422   422    422      422        422
evaluation_calling_off GET  login  login    404    200   404    404      404        404
evaluation_calling_off POST login  login    404    303   404    404      404        404
peer_reading         POST login    login    303    303   303    303      303        303
submission           GET  login    login    404    200   200    404      404        404
self_review          GET  login    login    404    200   404    404      404        404
self_review          POST login    login    404    303   404    404      404        404
submission_withdrawal POST login   login    404    303   404    404      404        404
work_appeal          GET  login    login    404    200   404    404      404        404
work_appeal          POST login    login    404    303   404    404      404        404
feedback_answer      POST login    login    404    303   404    404      404        404
submitted_file       GET  login    login    404    200   200    404      404        404
achievements         GET  200
manage_results       GET  login    login    404    404   404    mfa      200        200
manage_results       POST login    login    404    404   404    mfa      405        405
manage_result        GET  login    login    404    404   404    mfa      200        200
manage_result        POST login    login    404    404   404    mfa      405        405
result_record        GET  login    login    404    302   404    404      302        302
result_record@work   GET  login    login    404    302   302    404      302        302
api:assessment_list  GET  200
api:attempt_begin    POST 401      401      201    201   409    201      201        409
api:attempt_state    GET  401      401      404    200   404    404      404        404
api:attempt_answer   PUT  401      401      404    200   404    404      404        404
api:task_list        GET  200
api:hand_in          POST 401      401      201    201   409    201      201        201
api:talk_times       GET  401      401      200    200   200    200      200        200
api:book_talk        POST 401      401      409    409   409    409      409        409
api:own_works        GET  401      401      200    200   200    200      200        200
api:own_work         GET  401      401      404    200   404    404      404        404
api:withdraw_work    POST 401      401      404    200   404    404      404        404
api:object_to_work   POST 401      401      404    200   404    404      404        404
api:call_off_talk    POST 401      401      404    200   404    404      404        404
badge                GET  200
badge_json           GET  200
badge_jwt            GET  200
badge_issuer         GET  200
badge_keys           GET  200
badge_status         GET  200
badge_issue          POST login    login    303    303   303    303      303        303
badge_withdrawal     POST login    login    404    303   404    404      404        404
reading_queue        GET  login    login    404    404   200    404      404        200
reading_next         POST login    login    404    404   303    404      404        303
reading              GET  login    login    404    200   404    404      404        404
reading              POST login    login    404    303   404    404      404        404
reading_alike        POST login    login    404    404   303    404      404        404
reading_return       POST login    login    404    303   404    404      404        404
"""
