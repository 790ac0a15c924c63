"""A member's free hours. Whose they are not, they do not exist for."""

ARGUMENTS = {"weekly_hours_removal": lambda w: [w.hours.pk]}
BODIES = {
    ("weekly_hours", "POST"): lambda w: {"days": ["3"], "starts": "08:00", "ends": "10:00"},
    ("weekly_hours_preset", "POST"): lambda w: {"preset": "weekends"},
}

TABLE = """
#                         stranger unverif. member owner expert moderat. moderator+ organiser
weekly_hours         GET  login    login    200    200   200    200      200        200
weekly_hours         POST login    login    303    303   303    303      303        303
weekly_hours_preset  GET  login    login    405    405   405    405      405        405
weekly_hours_preset  POST login    login    303    303   303    303      303        303
weekly_hours_removal GET  login    login    405    405   405    405      405        405
weekly_hours_removal POST login    login    404    303   404    404      404        404
"""
