"""Tokens and webhooks: each their own person's, and behind the password; and what machines may read."""

ARGUMENTS = {
    "token_revocation": lambda w: [w.token.pk],
    "webhook": lambda w: [w.endpoint.public_id],
    "webhook_delivery": lambda w: [w.delivery.public_id],
    "webhook_replay": lambda w: [w.delivery.public_id],
}
BODIES = {
    ("tokens", "POST"): lambda w: {"name": "script", "scopes": ["seats:read"], "days": "90"},
    ("webhooks", "POST"): lambda w: {"url": "https://hooks.example.org/", "events": ["session.published"]},
    ("webhook", "POST"): lambda w: {"act": "exchange"},
}

TABLE = """
#                             stranger unverif. member owner expert moderat. moderator+ organiser
tokens                   GET  login    login    200    200   200    again    again      again
tokens                   POST login    login    200    200   200    again    again      again
token_revocation         POST login    login    404    303   404    404      404        404
webhooks                 GET  login    login    200    200   200    again    again      again
webhooks                 POST login    login    200    200   200    again    again      again
webhook                  GET  login    login    404    200   404    again    again      again
webhook                  POST login    login    404    200   404    again    again      again
webhook_delivery         GET  login    login    404    200   404    404      404        404
webhook_replay           POST login    login    404    303   404    404      404        404

# What everybody may read, of the API and for machines.
api_docs                 GET  200
llms                     GET  200
session_markdown         GET  200
session_markdown@draft   GET  404

# The audit log takes the role and a second factor.
api:who                  GET  401      401      200    200   200    200      200        200
api:audit_log            GET  401      401      404    404   404    404      404        200
"""
ARGUMENTS |= {
    "session_markdown": lambda w: [w.session.pk, w.session.slug],
    "session_markdown@draft": lambda w: [w.draft.pk, w.draft.slug],
}
