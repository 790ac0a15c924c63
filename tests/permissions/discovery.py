"""The site's search: open to all; what is found depends on who asks."""

ARGUMENTS = {}
BODIES = {("search_wish", "POST"): lambda w: {"q": "zzqqxxyy"}}

TABLE = """
#                stranger unverif. member owner expert moderat. moderator+ organiser
search       GET 200
search_wish  POST login    login    303    303   303    303      303        303
api:search   GET 422
"""
