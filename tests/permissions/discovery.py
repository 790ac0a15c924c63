"""The site's search: open to all; what is found depends on who asks."""

ARGUMENTS = {}
BODIES = {}

TABLE = """
#                stranger unverif. member owner expert moderat. moderator+ organiser
search       GET 200
api:search   GET 422
"""
