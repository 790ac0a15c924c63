"""Library: open to read as far as it is free, to write for its author; what has a price is there for who has it."""


def _work(name):
    return lambda w: [getattr(w, name).pk]


def _lesson(work, lessons):
    return lambda w: [getattr(w, work).pk, getattr(w, lessons)[0].pk]


OF_THE_HOST = {
    "work_image@draft",
    "work@draft", "lesson@draft", "work_start@draft", "work_resume@draft", "lesson_progress@draft", "work_edit",
    "work_contents", "section_new", "section", "lesson_new", "lesson_edit", "lesson_place", "lesson_file",
    "work_publication", "work_removal", "work_removal@removed", "api:work@draft",
}  # fmt: skip
ARGUMENTS = {
    "work": lambda w: [w.work.pk, w.work.slug],
    "work_image": lambda w: [w.work.pk, w.work.slug],
    "work_image@draft": lambda w: [w.draft_work.pk, w.draft_work.slug],
    "work@paid": lambda w: [w.paid_work.pk, w.paid_work.slug],
    "work@draft": lambda w: [w.draft_work.pk, w.draft_work.slug],
    "work@old-slug": lambda w: [w.work.pk, "as-it-was-called"],
    "lesson": _lesson("work", "lessons"),
    "lesson@paid": _lesson("paid_work", "paid_lessons"),
    "lesson@draft": _lesson("draft_work", "draft_lessons"),
    "work_start": _work("work"),
    "work_start@draft": _work("draft_work"),
    "work_resume": _work("work"),
    "work_resume@draft": _work("draft_work"),
    "lesson_progress": _lesson("work", "lessons"),
    "lesson_progress@draft": _lesson("draft_work", "draft_lessons"),
    "work_edit": _work("draft_work"),
    "work_contents": _work("draft_work"),
    "section_new": _work("draft_work"),
    "section": lambda w: [w.draft_lessons[0].section_id],
    "lesson_new": lambda w: [w.draft_lessons[0].section_id],
    "lesson_edit": lambda w: [w.draft_lessons[0].pk],
    "lesson_place": lambda w: [w.draft_lessons[0].pk],
    "lesson_file": lambda w: [w.draft_lessons[0].pk, w.draft_file.file_id],
    "work_publication": _work("draft_work"),
    "work_removal": _work("draft_work"),
    "work_removal@removed": _work("removed_work"),
    "certificate": lambda w: [w.certificate.code],
    "certificate_json": lambda w: [w.certificate.code],
    "certificate_revocation": lambda w: [w.certificate.code],
    "stored_document": lambda w: [w.paid_file.pk],
    "api:work": _work("work"),
    "api:work@draft": _work("draft_work"),
    "api:lessons": _work("work"),
    "api:lesson": _lesson("work", "lessons"),
    "api:lesson@paid": _lesson("paid_work", "paid_lessons"),
    "api:begin": _work("work"),
    "api:done": _lesson("work", "lessons"),
    "api:not_done": _lesson("work", "lessons"),
}
WORK = {
    "title": "Plans", "outcome": "Know where to look.", "about": "All of it", "level": "2", "language": "en",
    "skills": "PostgreSQL",
}  # fmt: skip
BODIES = {
    ("work_new", "POST"): lambda w: WORK | {"kind": "article"},
    ("work_edit", "POST"): lambda w: WORK,
    ("lesson_preview", "POST"): lambda w: {"text": "**Bold**"},
    ("lesson_progress", "POST"): lambda w: {"act": "done"},
    ("section_new", "POST"): lambda w: {"title": "More"},
    ("section", "POST"): lambda w: {"title": "Another name"},
    ("lesson_new", "POST"): lambda w: {"title": "One more"},
    ("lesson_edit", "POST"): lambda w: {"title": "Changed", "text": "All of it"},
    ("lesson_place", "POST"): lambda w: {"act": "down"},
    ("work_publication", "POST"): lambda w: {"act": "publish"},
    ("work_removal@removed", "POST"): lambda w: {"act": "restore"},
    ("certificate_revocation", "POST"): lambda w: {"reason": "Somebody else did it."},
}

TABLE = """
#                          stranger unverif. member owner expert moderat. moderator+ organiser
library                GET  200
library_atom           GET  200
work                   GET  200
work@paid              GET  200
work@old-slug          GET  301
work_image             GET  200
work_image@draft       GET  404      404      404    200   404    404      404        404
work@draft             GET  404      404      404    200   404    404      404        404
lesson                 GET  200
lesson@paid            GET  200
lesson@draft           GET  404      404      404    200   404    404      404        404
learning               GET  login    login    200    200   200    200      200        200
work_start             POST login    login    303    303   303    303      303        303
work_start@draft       POST login    login    404    303   404    404      404        404
work_resume            GET  login    login    302    302   302    302      302        302
work_resume@draft      GET  login    login    404    302   404    404      404        404
lesson_progress        POST login    login    303    303   303    303      303        303
lesson_progress@draft  POST login    login    404    303   404    404      404        404
writing                GET  login    login    200    200   200    200      200        200
work_new               GET  login    login    200    200   200    200      200        200
work_new               POST login    login    303    303   303    303      303        303
lesson_preview         POST login    login    200    200   200    200      200        200
work_edit              GET  login    login    404    200   404    404      404        404
work_edit              POST login    login    404    303   404    404      404        404
work_contents          GET  login    login    404    200   404    404      404        404
section_new            POST login    login    404    303   404    404      404        404
section                POST login    login    404    303   404    404      404        404
lesson_new             POST login    login    404    303   404    404      404        404
lesson_edit            GET  login    login    404    200   404    404      404        404
lesson_edit            POST login    login    404    303   404    404      404        404
lesson_place           POST login    login    404    303   404    404      404        404
lesson_file            POST login    login    404    303   404    404      404        404
work_publication       POST login    login    404    303   404    404      404        404
work_removal           POST login    login    404    303   404    404      404        404
work_removal@removed   POST login    login    404    303   404    404      404        404
certificate            GET  200
certificate_json       GET  200
certificate_revocation GET  login    login    404    404   200    404      404        200
certificate_revocation POST login    login    404    404   303    404      404        303
stored_document        GET  404      404      404    200   200    404      404        404
api:works              GET    200
api:work               GET    200
api:work@draft         GET    404      404      404    200   404    404      404        404
api:lessons            GET    200
api:lesson             GET    200
api:lesson@paid        GET    403      403      403    200   200    403      403        403
api:begin              POST   401      401      201    201   201    201      201        201
api:done               PUT    401      401      200    200   200    200      200        200
api:done               DELETE 401      401      204    204   204    204      204        204
api:not_done           PUT    401      401      200    200   200    200      200        200
api:not_done           DELETE 401      401      204    204   204    204      204        204
"""
