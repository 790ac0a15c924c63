"""Home, people, skills as pages, and the pages on which people say who they are. Who hosts or is an expert has a public
page; other members are seen by members. Whose row it is not, it does not exist for."""

from tests.factories import make_upload

ARGUMENTS = {
    "person": lambda w: [w.host.handle],
    "person@no-host": lambda w: [w.guest.handle],
    "person@suspended": lambda w: [w.people["suspended"].handle],
    "reputation": lambda w: [w.host.handle],
    "reputation@no-host": lambda w: [w.guest.handle],
    "reputation@suspended": lambda w: [w.people["suspended"].handle],
    "skill_causes": lambda w: [w.host.handle, w.skill.slug],
    "skill_causes@no-host": lambda w: [w.guest.handle, w.skill.slug],
    "skill_causes@suspended": lambda w: [w.people["suspended"].handle, w.skill.slug],
    "api:skill_page": lambda w: [w.skill.slug],
    "api:person": lambda w: [w.host.handle],
    "api:person@no-host": lambda w: [w.guest.handle],
    "api:skills_of": lambda w: [w.host.handle],
    "api:skills_of@no-host": lambda w: [w.guest.handle],
    "skill_people": lambda w: [w.skill.slug],
    "skill_held": lambda w: [w.skill.slug],
    "skill": lambda w: [w.skill.slug],
    "profile_block": lambda w: ["work"],
    "profile_block@about": lambda w: ["about"],
    "profile_block@email": lambda w: ["email"],
    "profile_block@unknown": lambda w: ["poems"],
    "profile_link_check": lambda w: [w.link.pk],
    "profile_visibility": lambda w: ["work"],
    "profile_entry": lambda w: ["projects", w.project.pk],
    "profile_entry_removal": lambda w: ["projects", w.project.pk],
    "profile_entry_place": lambda w: ["projects", w.project.pk],
    "stored_file@private": lambda w: [w.project.picture_id, 480],
}
WORK = {"position_held": "Engineer", "organisation": "Acme", "started_on": "2020"}
BODIES = {
    ("profile_block", "POST"): lambda w: WORK,
    ("profile_block@about", "POST"): lambda w: {"place": "Lagos", "about": "Databases."},
    ("profile_visibility", "POST"): lambda w: {"visibility": "members"},
    ("profile_entry", "POST"): lambda w: {"name": "Another name"},
    ("profile_entry_place", "POST"): lambda w: {"direction": "down"},
    ("profile_import", "POST"): lambda w: {"text": '{"awards": [{"title": "Another prize"}]}'},
    ("profile_import_rows", "POST"): lambda w: {"row": "awards-0-0"},
    ("profile_photo", "POST"): lambda w: {"upload": make_upload()},
}

TABLE = """
#                  stranger unverif. member owner expert moderat. moderator+ organiser
home           GET 200
person         GET 200
person@no-host GET 404      404      200    200   200    200      200        200
person@suspended GET 404
reputation     GET 200
reputation@no-host GET 404      404      200    200   200    200      200        200
reputation@suspended GET 404
skill_causes   GET 200
skill_causes@no-host GET 404      404      200    200   200    200      200        200
skill_causes@suspended GET 404
skill          GET 200
skill_people   GET 200
skill_held     GET 200
api:skills     GET 200
api:skill_page GET 200
api:person     GET 200
api:person@no-host GET 404   404      200    200   200    200      200        200
api:skills_of  GET 200
api:skills_of@no-host GET 404   404      200    200   200    200      200        200
stored_file@private   GET  404      404      404    200   404    404      404        404
profile_edit          GET  login    login    200    200   200    200      200        200
profile_photo         GET  login    login    405    405   405    405      405        405
profile_photo         POST login    login    303    303   303    303      303        303
profile_photo_removal GET  login    login    405    405   405    405      405        405
profile_photo_removal POST login    login    303    303   303    303      303        303
profile_block         GET  login    login    200    200   200    200      200        200
profile_block         POST login    login    303    303   303    303      303        303
profile_block@about   GET  login    login    200    200   200    200      200        200
profile_block@about   POST login    login    303    303   303    303      303        303
profile_block@email   GET  login    login    200    200   200    200      200        200
profile_block@email   POST login    login    405    405   405    405      405        405
profile_block@unknown GET  login    login    404    404   404    404      404        404
profile_block@unknown POST login    login    404    404   404    404      404        404
profile_import        GET  login    login    200    200   200    200      200        200
profile_import        POST login    login    303    303   303    303      303        303
profile_import_rows   GET  login    login    405    405   405    405      405        405
profile_import_rows   POST login    login    404    303   404    404      404        404
profile_import_removal GET  login    login    405    405   405    405      405        405
profile_import_removal POST login    login    303    303   303    303      303        303
profile_resume        GET  login    login    200    200   200    200      200        200
profile_link_check    GET  login    login    405    405   405    405      405        405
profile_link_check    POST login    login    404    303   404    404      404        404
profile_visibility    GET  login    login    405    405   405    405      405        405
profile_visibility    POST login    login    303    303   303    303      303        303
profile_entry         GET  login    login    404    200   404    404      404        404
profile_entry         POST login    login    404    303   404    404      404        404
profile_entry_removal GET  login    login    405    405   405    405      405        405
profile_entry_removal POST login    login    404    303   404    404      404        404
profile_entry_place   GET  login    login    405    405   405    405      405        405
profile_entry_place   POST login    login    404    303   404    404      404        404

# The demo world goes for who has just said who they are; there is none in these tests.
manage_demo GET  login    login    404    404   404    mfa      404        again
manage_demo POST login    login    404    404   404    mfa      404        again
"""
