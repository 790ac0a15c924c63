"""What a member is told. Whose it is not, it does not exist for; the address in a letter is its own key."""

from features.notifications import services
from features.notifications.links import token

SECRET = {"unsubscribe"}
REFUSED = "refused@example.org"
ARGUMENTS = {
    "admin:notifications_suppressedaddress_change": lambda w: [REFUSED],
    "admin:/admin/notifications/suppressedaddress/<path:object_id>/": lambda w: [REFUSED],
    "admin:notifications_suppressedaddress_history": lambda w: [REFUSED],
    "admin:notifications_suppressedaddress_delete": lambda w: [REFUSED],
    "api:reading": lambda w: [w.guest.notifications.earliest("pk").pk],
    "api:follow": lambda w: [f"skill:{w.skill.pk}"],
    "api:unfollow": lambda w: [f"skill:{w.skill.pk}"],
    "api:follow@nobody-to-follow": lambda w: [f"person:{w.people['member'].pk}"],
    "unsubscribe@digest": lambda w: [token(w.guest.pk, "digest")],
    "notification_reading": lambda w: [w.guest.notifications.earliest("pk").pk],
    "follow": lambda w: [f"person:{w.host.pk}"],
    "follow@nobody-to-follow": lambda w: [f"person:{w.people['member'].pk}"],
    "follow_level": lambda w: [f"skill:{w.skill.pk}"],
    "unsubscribe": lambda w: [token(w.guest.pk, "reminders")],
    "unsubscribe@forged": lambda w: [token(w.guest.pk, "reminders") + "x"],
    "unsubscribe@always-sent": lambda w: [token(w.guest.pk, "seats")],
}
BODIES = {
    ("notification_preferences", "POST"): lambda w: {
        **dict.fromkeys(services.levels(w.guest), "off"),
        "digest": "daily",
    },
    ("follow", "POST"): lambda w: {"act": "follow"},
    ("follow_level", "POST"): lambda w: {"level": "mail"},
    ("admin:notifications_suppressedaddress_add", "POST"): lambda w: {"address": "a@example.org", "reason": "bounced"},
    ("admin:notifications_suppressedaddress_delete", "POST"): lambda w: {"post": "yes"},
}  # fmt: skip

TABLE = """
#                             stranger unverif. member owner expert moderat. moderator+ organiser
inbox                    GET  login    login    200    200   200    200      200        200
notification_reading     POST login    login    404    303   404    404      404        404
page_reading             POST login    login    303    303   303    303      303        303
notification_preferences GET  login    login    200    200   200    200      200        200
notification_preferences POST login    login    303    303   303    303      303        303
address_again            POST login    login    303    303   303    303      303        303

# Hosts and skills can be followed. Whoever comes back from the log-in is led to the page of what they wanted.
follows                  GET  login    login    200    200   200    200      200        200
follow                   GET  login    login    303    303   303    303      303        303
follow                   POST login    login    303    303   303    303      303        303
follow@nobody-to-follow  GET  login    login    404    404   404    404      404        404
follow@nobody-to-follow  POST login    login    404    404   404    404      404        404
follow_level             POST login    login    404    303   404    404      404        404

api:notifications        GET    401    401      200    200   200    200      200        200
api:reading              POST   401    401      404    204   404    404      404        404
api:follows              GET    401    401      200    200   200    200      200        200
api:follow               PUT    401    401      200    200   200    200      200        200
api:follow               DELETE 401    401      404    204   404    404      404        404
api:unfollow             PUT    401    401      200    200   200    200      200        200
api:unfollow             DELETE 401    401      404    204   404    404      404        404
api:follow@nobody-to-follow PUT 401    401      404    404   404    404      404        404
api:follow@nobody-to-follow DELETE 401 401      404    404   404    404      404        404

# Addresses that are not written to: the organiser's records.
admin:notifications_suppressedaddress_changelist GET  login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_changelist POST login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_add        GET  login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_add        POST login login 404 404 404 mfa 404 302
admin:notifications_suppressedaddress_change     GET  login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_change     POST login login 404 404 404 mfa 404 403
admin:/admin/notifications/suppressedaddress/<path:object_id>/ GET  login login 404 404 404 mfa 404 302
admin:/admin/notifications/suppressedaddress/<path:object_id>/ POST login login 404 404 404 mfa 404 302
admin:notifications_suppressedaddress_history    GET  login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_history    POST login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_delete     GET  login login 404 404 404 mfa 404 200
admin:notifications_suppressedaddress_delete     POST login login 404 404 404 mfa 404 302

# Signed in or not: the address in the letter is what permits it.
unsubscribe              GET  200
unsubscribe              POST 303
unsubscribe@digest       GET  200
unsubscribe@digest       POST 303
unsubscribe@forged       GET  404
unsubscribe@forged       POST 404
unsubscribe@always-sent  GET  404
unsubscribe@always-sent  POST 404
"""
