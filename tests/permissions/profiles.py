"""Home, people, skills as pages. Who hosts or is an expert has a public page; other members are seen by members."""

ARGUMENTS = {
    "person": lambda w: [w.host.handle],
    "person@no-host": lambda w: [w.guest.handle],
    "person@suspended": lambda w: [w.people["suspended"].handle],
    "skill_causes": lambda w: [w.host.handle, w.skill.slug],
    "skill_causes@no-host": lambda w: [w.guest.handle, w.skill.slug],
    "skill_causes@suspended": lambda w: [w.people["suspended"].handle, w.skill.slug],
    "skill": lambda w: [w.skill.slug],
}
BODIES = {}

TABLE = """
#                  stranger unverif. member owner expert moderat. moderator+ organiser
home           GET 200
person         GET 200
person@no-host GET 404      404      200    200   200    200      200        200
person@suspended GET 404
skill_causes   GET 200
skill_causes@no-host GET 404      404      200    200   200    200      200        200
skill_causes@suspended GET 404
skill          GET 200
"""
