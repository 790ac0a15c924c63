"""Home, people, skills as pages. Who hosts or is an expert has a public page; other members are seen by members."""

ARGUMENTS = {
    "person": lambda w: [w.host.handle],
    "person@no-host": lambda w: [w.guest.handle],
    "person@suspended": lambda w: [w.people["suspended"].handle],
    "skill": lambda w: [w.skill.slug],
}
BODIES = {}

TABLE = """
#                  stranger unverif. member owner expert moderat. moderator+ organiser
home           GET 200
person         GET 200
person@no-host GET 404      404      200    200   200    200      200        200
person@suspended GET 404
skill          GET 200
"""
