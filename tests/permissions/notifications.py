"""What a member is told. Whose it is not, it does not exist for; the address in a letter is its own key."""

from features.notifications.links import token

SECRET = {"unsubscribe"}
ARGUMENTS = {
    "notification_reading": lambda w: [w.guest.notifications.earliest("pk").pk],
    "unsubscribe": lambda w: [token(w.guest.pk, "reminders")],
    "unsubscribe@forged": lambda w: [token(w.guest.pk, "reminders") + "x"],
    "unsubscribe@always-sent": lambda w: [token(w.guest.pk, "seats")],
}
BODIES = {
    ("notification_preferences", "POST"): lambda w: {
        "reminders": "off", "follow_up": "inbox", "waitlist_joined": "mail",
    },
}  # fmt: skip

TABLE = """
#                             stranger unverif. member owner expert moderat. moderator+ organiser
inbox                    GET  login    login    200    200   200    200      200        200
notification_reading     POST login    login    404    303   404    404      404        404
notification_preferences GET  login    login    200    200   200    200      200        200
notification_preferences POST login    login    303    303   303    303      303        303

# Signed in or not: the address in the letter is what permits it.
unsubscribe              GET  200
unsubscribe              POST 303
unsubscribe@forged       GET  404
unsubscribe@forged       POST 404
unsubscribe@always-sent  GET  404
unsubscribe@always-sent  POST 404
"""
