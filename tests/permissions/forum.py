"""Forum: open to read for all, to write for members; what is hidden is there for its author and moderators."""


def _thread(name):
    return lambda w: [getattr(w, name).pk, getattr(w, name).slug]


def _pk(name):
    return lambda w: [getattr(w, name).pk]


OF_THE_HOST = {"thread@hidden", "thread_replies@hidden", "post@hidden", "post_comments@hidden", "post_vote@hidden"}
ARGUMENTS = {
    "board": lambda w: ["databases"],
    "board@nothing": lambda w: ["no-such-board"],
    "thread": _thread("thread"),
    "thread@hidden": _thread("hidden_thread"),
    "thread@old-slug": lambda w: [w.thread.pk, "as-it-was-called"],
    "thread_replies": _thread("thread"),
    "thread_replies@hidden": _thread("hidden_thread"),
    "post": _pk("answer"),
    "post@comment": _pk("comment"),
    "post@hidden": _pk("hidden_post"),
    "post_comments": _pk("answer"),
    "post_comments@hidden": _pk("hidden_post"),
    "post_vote": _pk("answer"),
    "post_vote@hidden": _pk("hidden_post"),
    "post_acceptance": _pk("own_answer"),
    "manage_board": _pk("board"),
}
ANSWER = {"text": "Perhaps it is the cache."}
BOARD = {"name": "Databases and more", "about": "Queries", "skill": "PostgreSQL", "position": "1", "is_open": "on"}
BODIES = {
    ("thread_new", "POST"): lambda w: {
        "kind": "question",
        "board": "databases",
        "title": "What does a bitmap scan do?",
        "text": "It stands in my plan and I have never seen one.",
        "skills": "PostgreSQL",
    },
    ("thread_replies", "POST"): lambda w: ANSWER,
    ("post_comments", "POST"): lambda w: ANSWER,
    ("forum_preview", "POST"): lambda w: ANSWER,
    ("post_vote", "POST"): lambda w: {"value": "1"},
    ("post_acceptance", "POST"): lambda w: {"act": "accept"},
    ("manage_boards", "POST"): lambda w: BOARD | {"name": "Another board"},
    ("manage_board", "POST"): lambda w: BOARD,
}

TABLE = """
#                          stranger unverif. member owner expert moderat. moderator+ organiser
forum                 GET  200
forum_unanswered      GET  200
board                 GET  200
board@nothing         GET  404
thread                GET  200
thread@old-slug       GET  301
thread@hidden         GET  404      404      404    200   404    200      200        200
thread_new            GET  login    login    200    200   200    200      200        200
thread_new            POST login    login    303    303   303    303      303        303
forum_preview         POST login    login    200    200   200    200      200        200
thread_replies        POST login    login    303    303   303    303      303        303
thread_replies@hidden POST login    login    404    422   404    422      422        422
post                  GET  302
post@comment          GET  302
post@hidden           GET  404      404      404    302   404    302      302        302
post_comments         GET  200
post_comments         POST login    login    303    303   303    303      303        303
post_comments@hidden  GET  404      404      404    200   404    200      200        200
post_comments@hidden  POST 404      404      404    422   404    422      422        422
post_vote             POST login    login    303    303   303    303      303        303
post_vote@hidden      POST login    login    404    404   404    404      404        404
post_acceptance       POST login    login    303    303   303    303      303        303
manage_boards         GET  login    login    404    404   404    mfa      404        200
manage_boards         POST login    login    404    404   404    mfa      404        303
manage_board          GET  login    login    404    404   404    mfa      404        200
manage_board          POST login    login    404    404   404    mfa      404        303
"""
