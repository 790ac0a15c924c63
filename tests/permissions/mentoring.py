"""Mentoring: times and offers are open to look at; a meeting is there for its two people, a hold for who holds it."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone


def _pk(name):
    return lambda w: [getattr(w, name).public_id]


OF_THE_HOST = {
    "own_offers",
    "offer_new",
    "offer_edit",
    "offer_closing",
    "mentorship_request",
    "testimonial",
    "skill_sign_off",
    "api:answer_in_writing",
    "request_pool",
    "office_hour_new",
}
SECRET = {"meet"}
ARGUMENTS = {
    "mentor_slots": lambda w: [w.host.handle, w.offer.pk],
    "mentor_time_line": lambda w: [w.host.handle, w.offer.pk],
    "mentor_slots@closed": lambda w: [w.host.handle, w.closed_offer.pk],
    "booking": _pk("meeting"),
    "booking@held": _pk("held_meeting"),
    "booking_move": _pk("meeting"),
    "booking_cancellation": _pk("meeting"),
    "booking_agenda": _pk("meeting"),
    "booking_outcome": _pk("past_meeting"),
    "api:mentor": lambda w: [w.host.handle],
    "api:mentor_offers": lambda w: [w.host.handle],
    "api:mentor_times": lambda w: [w.host.handle, w.offer.pk],
    "api:confirm_meeting": _pk("held_meeting"),
    "api:call_off_meeting": _pk("meeting"),
    "api:come_to_meeting": _pk("meeting"),
    "api:come_to_shared_hour": lambda w: [w.host.handle, w.office_hour.pk],
    "booking_calendar": _pk("meeting"),
    "meet": lambda w: [w.meeting.mentee_token],
    "mentorship_request_new": lambda w: [w.host.handle],
    "mentorship_request": _pk("asked_of_host"),
    "testimonial": lambda w: [w.testimonial.pk],
    **{
        name: _pk("paired")
        for name in (
            "engagement",
            "engagement_message",
            "engagement_note",
            "engagement_file_add",
            "engagement_action",
            "agreement",
            "fit_check",
            "ending",
        )
    },
    "engagement_file_removal": lambda w: [w.paired.public_id, w.kept_file.file_id],
    "engagement_note_removal": lambda w: [w.paired.public_id, w.note.pk],
    "api:withdraw_request": _pk("asked_by_guest"),
    "engagement_tick": lambda w: [w.paired.public_id, w.action.pk],
    "skill_sign_off": lambda w: [w.paired.public_id, w.rated.pk],
    "apart_from": lambda w: [w.host.handle],
    "written_review_new": lambda w: [w.host.handle, w.written_offer.pk],
    "office_hour": lambda w: [w.host.handle, w.office_hour.pk],
    "api:shared_hours": lambda w: [w.host.handle],
    "api:join_shared_hour": lambda w: [w.host.handle, w.office_hour.pk],
    "pooled_request": _pk("pooled"),
    "api:take_back_pooled": _pk("pooled"),
    "written_review": _pk("written"),
    "written_review@unpaid": _pk("unpaid_work"),
    "written_review_files": _pk("written"),
    "written_review_file_removal": lambda w: [w.written.public_id, w.written_file.file_id],
    "api:answer_in_writing": _pk("written"),
    "api:take_back_work": _pk("other_work"),
    "offer_edit": lambda w: [w.offer.pk],
    "offer_closing": lambda w: [w.offer.pk],
}
OFFER = {
    "kind": "meeting", "title": "An hour", "minutes": "60", "price": "0", "change_hours": "24", "most_moves": "1",
}  # fmt: skip
BODIES = {
    ("mentor_slots", "POST"): lambda w: {"starts_at": str(w.free_at)},
    ("mentor_time_line", "POST"): lambda w: {"act": "leave"},
    ("booking", "POST"): lambda w: {"note": "Please"},
    ("api:meetings", "POST"): lambda w: {"offer": w.offer.pk, "starts_at": w.free_moment},
    ("api:call_off_meeting", "POST"): lambda w: {"reason": "Ill"},
    ("api:confirm_meeting", "POST"): lambda w: {"note": "Please"},
    ("booking_move", "POST"): lambda w: {"starts_at": str(w.free_at), "reason": "A train"},
    ("booking_cancellation", "POST"): lambda w: {"reason": "Ill"},
    ("booking_agenda", "POST"): lambda w: {"agenda": "1. Indexes"},
    ("own_offers", "POST"): lambda w: {
        "notice_hours": "2", "horizon_days": "20", "before_minutes": "0", "after_minutes": "0", "most_a_day": "0",
        "most_a_week": "0",
    },
    ("mentorship_request_new", "POST"): lambda w: {
        "goal": "Read plans", "skills": "PostgreSQL", "background": "-", "expectation": "-",
    },
    ("mentorship_request", "POST"): lambda w: {"act": "question", "question": "Which version?"},
    ("engagement_message", "POST"): lambda w: {"text": "Hello"},
    ("engagement_file_add", "POST"): lambda w: {"upload": SimpleUploadedFile("plan.txt", b"1. Read")},
    ("api:mentorship_requests", "POST"): lambda w: {
        "mentor": w.host.handle, "goal": "Read plans", "background": "-", "expectation": "-", "skills": ["PostgreSQL"],
    },
    ("engagement_note", "POST"): lambda w: {"text": "Hello", "is_shared": ""},
    ("engagement_action", "POST"): lambda w: {"text": "Write", "owner": "me"},
    ("engagement_tick", "POST"): lambda w: {"is_done": "yes"},
    ("agreement", "POST"): lambda w: {"goal": "Read plans aloud"},
    ("fit_check", "POST"): lambda w: {"answer": "good"},
    ("ending", "POST"): lambda w: {"ending": "reached"},
    ("testimonial", "POST"): lambda w: {"act": "show"},
    ("apart_from", "POST"): lambda w: {"act": "apart"},
    ("office_hour", "POST"): lambda w: {"act": "join"},
    ("office_hour_new", "POST"): lambda w: {
        "title": "For several", "skill": str(w.skill.pk), "minutes": "60",
        "starts_at": f"{timezone.now() + timedelta(days=60):%Y-%m-%d}T10:00",
        "price": "0", "least": "2", "most": "3",
    },
    ("pooled_request_new", "POST"): lambda w: {
        "goal": "Read plans", "skills": "PostgreSQL", "background": "-", "expectation": "-",
    },
    ("pooled_request", "POST"): lambda w: {"act": "withdraw"},
    ("api:pooled_requests", "POST"): lambda w: {
        "goal": "Read plans", "background": "-", "expectation": "-", "skills": ["PostgreSQL"],
    },
    ("written_review_new", "POST"): lambda w: {"question": "Why?", "work": "SELECT 1"},
    ("written_review", "POST"): lambda w: {"act": "withdraw"},
    ("written_review@unpaid", "POST"): lambda w: {"act": "answer", "answer": "Not theirs to give"},
    ("written_review_files", "POST"): lambda w: {"upload": SimpleUploadedFile("plan.txt", b"1. Read")},
    ("api:written_reviews", "POST"): lambda w: {"offer": w.written_offer.pk, "question": "Why?", "work": "SELECT 1"},
    ("api:answer_in_writing", "POST"): lambda w: {"answer": "An index."},
    ("offer_new", "POST"): lambda w: OFFER,
    ("offer_edit", "POST"): lambda w: OFFER,
}  # fmt: skip

TABLE = """
#                          stranger unverif. member owner expert moderat. moderator+ organiser
mentor_slots          GET  200
mentor_slots          POST login    login    303    303   303    303      303        303
mentor_time_line      POST login    login    303    303   303    303      303        303
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
booking_outcome       POST login    login    404    303   404    404      404        404
api:mentors                  GET  200
api:mentor                   GET  200
api:mentor_offers            GET  200
api:mentor_times             GET  200
api:meetings          GET  401      401      200    200   200    200      200        200
api:meetings          POST 401      401      201    201   201    201      201        201
api:confirm_meeting           POST 401      401      404    200   404    404      404        404
api:call_off_meeting  POST 401      401      404    200   404    404      404        404
api:come_to_meeting   POST 401      401      404    409   404    404      404        404
api:come_to_shared_hour POST 401    401      409    409   409    409      409        409
api:mentorship_requests          GET  401      401      200    200   200    200      200        200
api:mentorship_requests          POST 401      401      201    409   409    201      201        201
api:withdraw_request  POST 401      401      404    200   404    404      404        404
booking_calendar      GET  login    login    404    200   404    404      404        404
meet                  GET  200
meet                  POST 409
own_offers            GET  login    login    404    200   200    404      404        404
own_offers            POST login    login    404    303   303    404      404        404
mentoring             GET  login    login    200    200   200    200      200        200
mentoring_return      POST login    login    303    303   303    303      303        303
mentorship_request_new GET login    login    200    200   200    200      200        200
mentorship_request_new POST login   login    303    422   422    303      303        303
mentorship_request    GET  login    login    404    200   404    404      404        404
mentorship_request    POST login    login    404    303   404    404      404        404
engagement            GET  login    login    404    200   404    404      404        404
engagement_message    POST login    login    404    303   404    404      404        404
engagement_file_add   POST login    login    404    303   404    404      404        404
engagement_file_removal POST login  login    404    303   404    404      404        404
engagement_note_removal POST login  login    404    303   404    404      404        404
engagement_note       POST login    login    404    303   404    404      404        404
engagement_action     POST login    login    404    303   404    404      404        404
engagement_tick       POST login    login    404    303   404    404      404        404
skill_sign_off        POST login    login    404    303   404    404      404        404
agreement             GET  login    login    404    200   404    404      404        404
agreement             POST login    login    404    303   404    404      404        404
fit_check             GET  login    login    404    200   404    404      404        404
fit_check             POST login    login    404    303   404    404      404        404
ending                GET  login    login    404    200   404    404      404        404
ending                POST login    login    404    303   404    404      404        404
apart                 GET  login    login    200    200   200    200      200        200
apart_from            GET  login    login    200    200   200    200      200        200
apart_from            POST login    login    303    303   303    303      303        303
office_hour           GET  200
office_hour           POST login    login    303    422   303    303      303        303
office_hour_new       GET  login    login    404    200   200    404      404        404
office_hour_new       POST login    login    404    303   303    404      404        404
api:shared_hours      GET  200
api:join_shared_hour  POST 401      401      201    409   201    201      201        201
api:join_shared_hour  DELETE 401    401      404    200   404    404      404        404
request_pool          GET  login    login    404    200   200    404      404        404
pooled_request_new    GET  login    login    200    200   200    200      200        200
pooled_request_new    POST login    login    303    422   422    303      303        303
pooled_request        GET  login    login    404    200   404    404      404        404
pooled_request        POST login    login    404    303   404    404      404        404
api:pooled_requests   GET  401      401      200    200   200    200      200        200
api:pooled_requests   POST 401      401      201    409   409    201      201        201
api:waiting_requests  GET  401      401      200    200   200    200      200        200
api:take_back_pooled  POST 401      401      404    200   404    404      404        404
written_review_new    GET  200
written_review_new    POST login    login    303    422   422    303      303        303
written_reviews       GET  login    login    200    200   200    200      200        200
written_review        GET  login    login    404    200   404    404      404        404
written_review        POST login    login    404    303   404    404      404        404
written_review@unpaid GET  login    login    404    200   404    404      404        404
written_review@unpaid POST login    login    404    404   404    404      404        404
written_review_files  POST login    login    404    303   404    404      404        404
written_review_file_removal POST login login 404    303   404    404      404        404
api:written_reviews   GET  401      401      200    200   200    200      200        200
api:written_reviews   POST 401      401      201    409   409    201      201        201
api:answer_in_writing POST 401      401      404    200   404    404      404        404
api:take_back_work    POST 401      401      404    200   404    404      404        404
testimonial           POST login    login    404    303   404    404      404        404
offer_new             GET  login    login    404    200   200    404      404        404
offer_new             POST login    login    404    303   303    404      404        404
offer_edit            GET  login    login    404    200   404    404      404        404
offer_edit            POST login    login    404    303   404    404      404        404
offer_closing         POST login    login    404    303   404    404      404        404
"""
