"""A member's free hours, and their calendar for other programs. Whose they are not, they do not exist for."""

SECRET = {"own_ics"}
ARGUMENTS = {
    "weekly_hours_removal": lambda w: [w.hours.pk],
    "busy_calendar": lambda w: [w.busy.pk],
    "own_ics": lambda w: [w.guest.calendar_feed.secret],
    "own_ics@guessed": lambda w: ["AAAAAAAAAAAAAAAAAAAAAA"],
    "own_ics@suspended": lambda w: [w.people["suspended"].calendar_feed.secret],
}
BODIES = {
    ("subscription_address", "POST"): lambda w: {"act": "change"},
    ("busy_calendars", "POST"): lambda w: {"address": "https://calendar.example.org/guest.ics"},
    ("busy_calendar", "POST"): lambda w: {"act": "remove"},
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
subscription         GET  login    login    200    200   200    200      200        200
subscription_address POST login    login    303    303   303    303      303        303
busy_calendars       GET  login    login    200    200   200    200      200        200
busy_calendars       POST login    login    303    303   303    303      303        303
busy_calendar        POST login    login    404    303   404    404      404        404

# The address is the key.
own_ics              GET  200
own_ics@guessed      GET  404
own_ics@suspended    GET  404
"""
