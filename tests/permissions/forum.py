"""Forum: open to read for all, to write for members; what is hidden is there for its author and moderators."""


def _thread(name):
    return lambda w: [getattr(w, name).pk, getattr(w, name).slug]


def _pk(name):
    return lambda w: [getattr(w, name).pk]


def _question(w):
    return {
        "board": "databases",
        "title": "What does a bitmap scan do?",
        "markdown": "It stands in my plan and I have never seen one.",
        "skills": ["PostgreSQL"],
    }


OF_THE_HOST = {
    "thread_image@hidden",
    "thread@hidden",
    "thread@workshop",
    "thread_recording",
    "thread_recording@no-recording",
    "thread_publication",
    "post_comments@workshop",
    "post_edit@workshop",
    "api:forum_thread@workshop",
    "api:forum_publish",
    "thread_replies@hidden",
    "api:forum_thread@hidden",
    "api:forum_posts@hidden",
    "api:forum_answer@hidden",
    "api:forum_vote@hidden",
    "api:forum_post_removal@hidden",
    "thread_draft@hidden",
    "thread_reading@hidden",
    "thread_following@hidden",
    "thread_duplicates@hidden",
    "thread_invitations@hidden",
    "post@hidden",
    "post_comments@hidden",
    "post_vote@hidden",
    "post_edit@hidden",
    "post_removal@hidden",
    "post_history@hidden",
}
ARGUMENTS = {
    "board": lambda w: ["databases"],
    "board@nothing": lambda w: ["no-such-board"],
    "thread": _thread("thread"),
    "thread_image": _thread("thread"),
    "thread_image@hidden": _thread("hidden_thread"),
    "thread@hidden": _thread("hidden_thread"),
    "thread@workshop": _thread("workshop_thread"),
    "thread_publication": _thread("workshop_thread"),
    "post_comments@workshop": lambda w: [w.workshop_thread.posts.get(part="opening").pk],
    "post_edit@workshop": lambda w: [w.workshop_thread.posts.get(part="opening").pk],
    "api:forum_thread@workshop": _pk("workshop_thread"),
    "api:forum_publish": _pk("workshop_thread"),
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
    "api:forum_thread": _pk("thread"),
    "api:forum_thread@hidden": _pk("hidden_thread"),
    "api:forum_thread_removal": _pk("thread"),
    "api:forum_post_removal": _pk("own_post"),
    "api:forum_post_removal@hidden": _pk("hidden_post"),
    "api:forum_posts": _pk("thread"),
    "api:forum_posts@hidden": _pk("hidden_thread"),
    "api:forum_answer": _pk("thread"),
    "api:forum_answer@hidden": _pk("hidden_thread"),
    "api:forum_vote": _pk("answer"),
    "api:forum_vote@hidden": _pk("hidden_post"),
    "api:forum_accept": _pk("own_answer"),
    "api:forum_take_back": _pk("own_answer"),
    "board_atom": lambda w: ["databases"],
    "board_atom@nothing": lambda w: ["no-such-board"],
    "thread_atom": _thread("thread"),
    "thread_atom@hidden": _thread("hidden_thread"),
    "thread_draft": _thread("thread"),
    "thread_draft@hidden": _thread("hidden_thread"),
    "thread_reading": _thread("thread"),
    "thread_reading@hidden": _thread("hidden_thread"),
    "thread_following": _thread("thread"),
    "thread_following@hidden": _thread("hidden_thread"),
    "thread_confirmation": _thread("own_thread"),
    "thread_duplicates": _thread("thread"),
    "thread_duplicates@hidden": _thread("hidden_thread"),
    "thread_recording": _thread("recorded_thread"),
    "thread_recording@no-recording": _thread("thread"),
    "thread_invitations": _thread("thread"),
    "thread_invitations@hidden": _thread("hidden_thread"),
    "duplicate_answer": _pk("duplicate"),
    "post_edit": _pk("own_post"),
    "post_edit@others": _pk("answer"),
    "post_edit@hidden": _pk("hidden_post"),
    "post_removal": _pk("own_post"),
    "post_removal@hidden": _pk("hidden_post"),
    "post_wordings": _pk("answer"),
    "post_wordings@hidden": _pk("hidden_post"),
    "post_history": _pk("answer"),
    "post_history@hidden": _pk("hidden_post"),
    "manage_board": _pk("board"),
}
ANSWER = {"text": "Perhaps it is the cache."}
BOARD = {
    "name": "Databases and more",
    "about": "Queries",
    "skill": "PostgreSQL",
    "position": "1",
    "shelf_months": "0",
    "is_open": "on",
}
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
    ("post_wordings", "POST"): lambda w: {"act": "erase", "reason": "An address"},
    ("post_acceptance", "POST"): lambda w: {"act": "accept"},
    ("api:forum_threads", "POST"): _question,
    ("api:forum_ask", "POST"): _question,
    ("api:forum_posts", "POST"): lambda w: {"markdown": "Perhaps it is the cache."},
    ("api:forum_answer", "POST"): lambda w: {"markdown": "Perhaps it is the cache."},
    ("api:forum_vote", "PUT"): lambda w: {"value": 1},
    ("forum_draft", "POST"): lambda w: (
        ANSWER
        | {"title": "Why", "kind": "question", "board": "databases", "skills": "SQL", "is_anonymous": "on"}
        | {"about": f"session:{w.session.pk}"}
    ),
    ("thread_draft", "POST"): lambda w: ANSWER,
    ("thread_reading", "POST"): lambda w: {"post": str(w.hidden_post.pk)},
    ("thread_following", "POST"): lambda w: {"level": "digest"},
    ("thread_duplicates", "POST"): lambda w: {"of": str(w.own_thread.pk)},
    ("thread_recording", "POST"): lambda w: {"at": "12:40"},
    ("thread_recording@no-recording", "POST"): lambda w: {"at": "12:40"},
    ("thread_invitations", "POST"): lambda w: {"person": w.people["host"].handle},
    ("duplicate_answer", "POST"): lambda w: {"act": "solved"},
    ("post_edit", "POST"): lambda w: ANSWER | {"reason": "Clearer", "title": "How do I read this plan?"},
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
thread_image          GET  200
thread_image@hidden   GET  404      404      404    200   404    404      200        200
thread@hidden         GET  404      404      404    200   404    404      200        200
thread@workshop       GET  404      404      404    200   404    404      200        200
thread_publication    POST login    login    404    303   404    404      303        303
post_comments@workshop GET 404      404      404    200   404    404      200        200
post_comments@workshop POST 404     404      404    303   404    404      303        303
post_edit@workshop    GET  login    login    404    200   404    404      200        200
post_edit@workshop    POST login    login    404    303   404    404      303        303
inbound_mail          POST 404
forum_workshop        GET  login    login    200    200   200    200      200        200
thread_new            GET  login    login    200    200   200    200      200        200
thread_new            POST login    login    303    303   303    303      303        303
forum_preview         POST login    login    200    200   200    200      200        200
thread_replies        POST login    login    303    303   303    303      303        303
thread_replies@hidden POST login    login    404    422   404    404      422        422
post                  GET  302
post@comment          GET  302
post@hidden           GET  404      404      404    302   404    404      302        302
post_comments         GET  200
post_comments         POST login    login    303    303   303    303      303        303
post_comments@hidden  GET  404      404      404    200   404    404      200        200
post_comments@hidden  POST 404      404      404    422   404    404      422        422
post_vote             POST login    login    303    303   303    303      303        303
post_vote@hidden      POST login    login    404    404   404    404      404        404
post_acceptance       POST login    login    303    303   303    303      303        303
forum_atom            GET  200
board_atom            GET  200
board_atom@nothing    GET  404
thread_atom           GET  200
thread_atom@hidden    GET  404
forum_similar         GET  login    login    200    200   200    200      200        200
forum_draft           POST login    login    303    303   303    303      303        303
thread_draft          POST login    login    303    303   303    303      303        303
thread_draft@hidden   POST login    login    404    303   404    404      303        303
thread_reading        POST login    login    303    303   303    303      303        303
thread_reading@hidden POST login    login    404    303   404    404      303        303
thread_following      POST login    login    303    303   303    303      303        303
thread_following@hidden POST login  login    404    303   404    404      303        303
thread_confirmation   POST login    login    303    303   303    303      303        303
thread_duplicates     GET  login    login    200    200   200    200      200        200
thread_duplicates     POST login    login    303    303   303    303      303        303
thread_duplicates@hidden GET login  login    404    404   404    404      404        404
thread_duplicates@hidden POST login login    404    404   404    404      404        404
thread_recording      GET  login    login    404    200    404    404      404        404
thread_recording      POST login    login    404    303    404    404      404        404
thread_recording@no-recording GET login login 404   404    404    404      404        404
thread_recording@no-recording POST login login 404  404    404    404      404        404
thread_invitations    GET  login    login    200    200   200    200      200        200
thread_invitations    POST login    login    303    303   422    303      303        303
thread_invitations@hidden GET login login    404    404   404    404      404        404
thread_invitations@hidden POST login login   404    404   404    404      404        404
duplicate_answer      POST login    login    303    303   303    303      303        303
post_edit             GET  login    login    200    200   200    200      200        200
post_edit             POST login    login    303    303   303    303      303        303
post_edit@others      GET  login    login    200    200   200    200      200        200
post_edit@others      POST login    login    303    303   303    303      303        303
post_edit@hidden      GET  login    login    404    404   404    404      200        200
post_edit@hidden      POST login    login    404    404   404    404      303        303
post_removal          GET  login    login    404    200   404    404      404        404
post_removal          POST login    login    404    303   404    404      404        404
post_removal@hidden   GET  login    login    404    200   404    404      404        404
post_removal@hidden   POST login    login    404    422   404    404      404        404
post_history          GET  200
post_wordings         POST login    login    404    404   404    404      303        303
post_wordings@hidden  POST login    login    404    404   404    404      303        303
post_history@hidden   GET  404      404      404    200   404    404      200        200
manage_boards         GET  login    login    404    404   404    mfa      404        200
manage_boards         POST login    login    404    404   404    mfa      404        303
manage_board          GET  login    login    404    404   404    mfa      404        200
manage_board          POST login    login    404    404   404    mfa      404        303
api:forum_boards       GET    200
api:forum_threads      GET    200
api:forum_threads      POST   401 401 201 201 201 201 201 201
api:forum_ask          GET    200
api:forum_ask          POST   401 401 201 201 201 201 201 201
api:forum_thread       GET    200
api:forum_thread@hidden GET    404 404 404 200 404 404 200 200
api:forum_thread@workshop GET  404 404 404 200 404 404 200 200
api:forum_thread       DELETE 401 401 404 404 409 404 404 404
api:forum_thread@hidden DELETE 401 401 404 409 404 404 404 404
api:forum_thread@workshop DELETE 401 401 404 204 404 404 404 404
api:forum_thread_removal GET    200
api:forum_thread_removal DELETE 401 401 404 404 409 404 404 404
api:forum_post_removal DELETE 401 401 404 204 404 404 404 404
api:forum_post_removal@hidden DELETE 401 401 404 409 404 404 404 404
api:forum_publish      PUT    401 401 404 200 404 404 200 200
api:forum_posts        GET    200
api:forum_posts        POST   401 401 201 201 201 201 201 201
api:forum_posts@hidden GET    404 404 404 200 404 404 200 200
api:forum_posts@hidden POST   401 401 404 409 404 404 409 409
api:forum_answer       GET    200
api:forum_answer       POST   401 401 201 201 201 201 201 201
api:forum_answer@hidden GET    404 404 404 200 404 404 200 200
api:forum_answer@hidden POST   401 401 404 409 404 404 409 409
api:forum_vote         PUT    401 401 200 200 409 200 200 200
api:forum_vote@hidden  PUT    401 401 404 404 404 404 404 404
api:forum_accept       PUT    401 401 409 204 409 409 204 204
api:forum_accept       DELETE 401 401 409 204 409 409 204 204
api:forum_take_back    PUT    401 401 409 204 409 409 204 204
api:forum_take_back    DELETE 401 401 409 204 409 409 204 204
"""
