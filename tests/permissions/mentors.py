"""Mentors: open to look at for all; what one wants and what one offers is everybody's own."""

ARGUMENTS = {
    "manage_apart_ending": lambda w: [w.apart.pk],
    "mentor": lambda w: [w.people["expert"].handle],
    "mentor@nobody": lambda w: ["no-such-mentor"],
    "mentor@member": lambda w: [w.people["member"].handle],
    "mentor_dismissal": lambda w: [w.people["expert"].handle],
    "mentor_dismissal@nobody": lambda w: [w.people["member"].handle],
    "manage_cohort": lambda w: [w.cohort.pk],
    "manage_cohort@nothing": lambda w: [999_999_999],
    **{
        f"manage_cohort_{act}": lambda w: [w.cohort.pk]
        for act in ("people", "leaving", "pins", "drawing", "publication")
    },
}
PAGE = {"topics": "PostgreSQL", "capacity": "2", "level_from": "1", "level_to": "5", "about": "An hour a fortnight"}
GOAL = {"reason": "Read a plan aloud", "skills": "PostgreSQL", "level": "3", "minutes": "60"}
BODIES = {
    ("mentor_settings", "POST"): lambda w: PAGE,
    ("mentor_goal", "POST"): lambda w: GOAL,
    ("mentor_dismissal", "POST"): lambda w: {"how": "not_now"},
    ("manage_apart", "POST"): lambda w: {"one": w.host.handle, "other": w.people["member"].handle, "reason": "Threats"},
    ("manage_apart_ending", "POST"): lambda w: {"reason": "A mistake"},
    ("manage_cohorts", "POST"): lambda w: {"name": "Spring", "mode": "best"},
    ("manage_cohort_people", "POST"): lambda w: {"handles": w.people["member"].handle, "places": "0"},
    ("manage_cohort_leaving", "POST"): lambda w: {"person": w.guest.handle},
    ("manage_cohort_pins", "POST"): lambda w: {"mentee": w.guest.handle, "mentor": w.people["expert"].handle},
    ("manage_cohort_drawing", "POST"): lambda w: {"mode": "stable"},
    ("mentor_dismissal@nobody", "POST"): lambda w: {"how": "not_now"},
}

TABLE = """
#                            stranger unverif. member owner expert moderat. moderator+ organiser
mentors                 GET  200
mentor                  GET  200
mentor@nobody           GET  404
mentor@member           GET  404
mentor_ranking          GET  200
mentor_settings         GET  login    login    200    200   200    200      200        200
mentor_settings         POST login    login    422    422   303    422      422        422
mentor_suggestions      GET  login    login    302    200   302    302      302        302
mentor_goal             GET  login    login    200    200   200    200      200        200
mentor_goal             POST login    login    303    303   303    303      303        303
mentor_dismissal        POST login    login    303    303   303    303      303        303
mentor_dismissal@nobody POST login    login    404    404   404    404      404        404
manage_apart            GET  login    login    404    404   404    mfa      200        200
manage_apart            POST login    login    404    404   404    mfa      303        303
manage_apart_ending     GET  login    login    404    404   404    mfa      200        200
manage_apart_ending     POST login    login    404    404   404    mfa      303        303
manage_cohorts          GET  login    login    404    404   404    mfa      404        200
manage_cohorts          POST login    login    404    404   404    mfa      404        303
manage_cohort           GET  login    login    404    404   404    mfa      404        200
manage_cohort@nothing   GET  login    login    404    404   404    mfa      404        404
manage_cohort_people    POST login    login    404    404   404    mfa      404        303
manage_cohort_leaving   POST login    login    404    404   404    mfa      404        303
manage_cohort_pins      POST login    login    404    404   404    mfa      404        303
manage_cohort_drawing   POST login    login    404    404   404    mfa      404        303
manage_cohort_publication POST login    login    404    404   404    mfa      404        303
manage_cohort           POST login    login    404    404   404    mfa      405        405
manage_cohort@nothing   POST login    login    404    404   404    mfa      405        405
manage_cohort_people    GET  login    login    404    404   404    mfa      405        405
manage_cohort_leaving   GET  login    login    404    404   404    mfa      405        405
manage_cohort_pins      GET  login    login    404    404   404    mfa      405        405
manage_cohort_drawing   GET  login    login    404    404   404    mfa      405        405
manage_cohort_publication GET  login    login    404    404   404    mfa      405        405
"""
