"""Mentoring: times and offers are open to look at; a meeting is there for its two people, a hold for who holds it."""


def _pk(name):
    return lambda w: [getattr(w, name).public_id]


OF_THE_HOST = {"own_offers", "offer_new", "offer_edit", "offer_closing"}
SECRET = {"meet"}
ARGUMENTS = {
    "mentor_slots": lambda w: [w.host.handle, w.offer.pk],
    "mentor_slots@closed": lambda w: [w.host.handle, w.closed_offer.pk],
    "booking": _pk("meeting"),
    "booking@held": _pk("held_meeting"),
    "booking_move": _pk("meeting"),
    "booking_cancellation": _pk("meeting"),
    "booking_agenda": _pk("meeting"),
    "booking_calendar": _pk("meeting"),
    "meet": lambda w: [w.meeting.mentee_token],
    "offer_edit": lambda w: [w.offer.pk],
    "offer_closing": lambda w: [w.offer.pk],
}
OFFER = {
    "kind": "meeting", "title": "An hour", "minutes": "60", "price": "0", "change_hours": "24", "most_moves": "1",
}  # fmt: skip
BODIES = {
    ("mentor_slots", "POST"): lambda w: {"starts_at": str(w.free_at)},
    ("booking", "POST"): lambda w: {"note": "Please"},
    ("booking_move", "POST"): lambda w: {"starts_at": str(w.free_at), "reason": "A train"},
    ("booking_cancellation", "POST"): lambda w: {"reason": "Ill"},
    ("booking_agenda", "POST"): lambda w: {"agenda": "1. Indexes"},
    ("own_offers", "POST"): lambda w: {
        "notice_hours": "2", "horizon_days": "20", "before_minutes": "0", "after_minutes": "0", "most_a_day": "0",
        "most_a_week": "0",
    },
    ("offer_new", "POST"): lambda w: OFFER,
    ("offer_edit", "POST"): lambda w: OFFER,
}  # fmt: skip

TABLE = """
#                          stranger unverif. member owner expert moderat. moderator+ organiser
mentor_slots          GET  200
mentor_slots          POST login    login    303    303   303    303      303        303
mentor_slots@closed   GET  404
mentor_slots@closed   POST 404
bookings              GET  login    login    200    200   200    200      200        200
booking               GET  login    login    404    200   404    404      404        404
booking               POST login    login    404    303   404    404      404        404
booking@held          GET  login    login    404    200   404    404      404        404
booking@held          POST login    login    404    303   404    404      404        404
booking_move          GET  login    login    404    200   404    404      404        404
booking_move          POST login    login    404    303   404    404      404        404
booking_cancellation  GET  login    login    404    200   404    404      404        404
booking_cancellation  POST login    login    404    303   404    404      404        404
booking_agenda        POST login    login    404    303   404    404      404        404
booking_calendar      GET  login    login    404    200   404    404      404        404
meet                  GET  200
meet                  POST 409
own_offers            GET  login    login    404    200   200    404      404        404
own_offers            POST login    login    404    303   303    404      404        404
offer_new             GET  login    login    404    200   200    404      404        404
offer_new             POST login    login    404    303   303    404      404        404
offer_edit            GET  login    login    404    200   404    404      404        404
offer_edit            POST login    login    404    303   404    404      404        404
offer_closing         POST login    login    404    303   404    404      404        404
"""
