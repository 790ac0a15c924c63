"""Sessions: pages, signed links, and the JSON API. The owner is the guest, or the host where the page is the host's."""

from datetime import timedelta

from django.utils import timezone

from tests.permissions.world import DRAFT, ROOM

OF_THE_HOST = {
    "session_edit", "session_publication", "session_cancellation", "session_copy", "session_removal",
    "session_roster", "session_roster_file", "attendance", "session_messages", "session_message",
    "session_message_edit", "session_message_edit@sent", "session_message@another-session",
    "session_late", "session_new", "hosting", "kept_form",
    "review_reply",
    "session_short@draft",
    "session_image@draft",
    "recap", "recap@to-come", "recap@draft", "api:posted_recap", "api:post_recap", "api:take_back_recap",
    "session@draft", "session@old-slug-of-a-draft", "session@removed", "registration@draft", "registration@removed",
    "waitlist@draft", "waitlist@removed", "api:session@draft", "api:standing@draft", "api:register@draft",
    "api:hosting", "api:hosted_one", "api:hosted_one@draft", "api:publish@draft", "api:call_off", "api:roster",
    "api:check_in", "api:undo_check_in", "api:answer_for_host", "host_absence@of-the-host",
    "api:new_session", "api:change", "api:remove",
    "session_schedule", "session_schedule@draft", "api:publish_later@draft", "api:keep_draft@draft",
    "session_dashboard", "session_share", "session_cohosts", "api:cohosts", "api:invite_cohost", "api:remove_cohost",
}  # fmt: skip
SECRET = {"join", "waitlist_link", "cancellation_link"}


def _session(name):
    return lambda w: [getattr(w, name).pk, getattr(w, name).slug]


def _message(name):
    return lambda w: [w.session.pk, w.session.slug, getattr(w, name).pk]


def _every(url_names, states):
    return {f"{name}@{state}": _session(state) for name in url_names for state in states}


ABOUT_ONE = (
    "session", "session_image",
    "registration", "registration_cancellation", "registration_calendar", "waitlist", "session_edit",
    "session_publication", "session_cancellation", "session_copy", "session_removal", "session_roster",
    "session_roster_file",
)  # fmt: skip

OF_A_COHOST = (
    "session", "session_edit", "session_publication", "session_cancellation", "session_copy", "session_removal",
    "session_roster", "session_roster_file", "session_messages", "session_cohosts", "host_absence",
    "session_dashboard", "session_share", "session_schedule",
)  # fmt: skip

OF_THE_GUEST = {
    f"{name}@together"
    for name in (*OF_A_COHOST, "api:cohosts", "api:hosted_one", "api:roster", "api:call_off", "api:publish")
}

ARGUMENTS = {
    **{name: _session("session") for name in ABOUT_ONE},
    **_every(ABOUT_ONE, ("draft", "removed", "full", "offered", "now")),
    "session@old-slug": lambda w: [w.session.pk, "as-it-was-called"],
    "registration@old-slug": lambda w: [w.session.pk, "as-it-was-called"],
    "session@old-slug-of-a-draft": lambda w: [w.draft.pk, "as-it-was-called"],
    "session_removal@restored": _session("removed"),
    "session_cohosts": _session("together"),
    "session_schedule": _session("session"),
    "session_schedule@draft": _session("draft"),
    "session_dashboard": _session("session"),
    "session_share": _session("session"),
    "session_short": lambda w: [w.session.pk],
    "session_short@draft": lambda w: [w.draft.pk],
    "cohosting": _session("asked"),
    "cohosting@accepted": _session("together"),
    **_every(OF_A_COHOST, ("together",)),
    "api:accept_cohosting": lambda w: [w.asked.pk],
    "api:decline_cohosting": lambda w: [w.asked.pk],
    "api:cohosts": lambda w: [w.together.pk],
    "api:invite_cohost": lambda w: [w.together.pk],
    "api:cohosts@together": lambda w: [w.together.pk],
    "api:remove_cohost": lambda w: [w.together.pk, w.guest.handle],
    "api:hosted_one@together": lambda w: [w.together.pk],
    "api:roster@together": lambda w: [w.together.pk],
    "api:call_off@together": lambda w: [w.together.pk],
    "api:publish@together": lambda w: [w.together.pk],
    "session_messages": _session("session"),
    "session_late": _session("now"),
    "session_message": _message("draft_message"),
    "session_message@sent": _message("sent_message"),
    "session_message@another-session": lambda w: [w.past.pk, w.past.slug, w.draft_message.pk],
    "session_message_edit": _message("draft_message"),
    "session_message_edit@sent": _message("sent_message"),
    "kept_form": lambda w: [str(w.session.pk)],
    "kept_form@new": lambda w: ["new"],
    "own_review": _session("past"),
    "host_absence": _session("past"),
    "host_absence@to-come": _session("session"),
    "host_absence@of-the-host": _session("past"),
    "api:say_of_host": lambda w: [w.past.pk],
    "api:answer_for_host": lambda w: [w.past.pk],
    "own_review@to-come": _session("session"),
    "session_reviews": _session("past"),
    "session_reviews@draft": _session("draft"),
    "api:reviews": lambda w: [w.past.pk],
    "api:reviews@draft": lambda w: [w.draft.pk],
    "recap": _session("past"),
    "recap@to-come": _session("session"),
    "recap@draft": _session("draft"),
    "api:recap": lambda w: [w.past.pk],
    "api:recap@to-come": lambda w: [w.session.pk],
    "api:recap@draft": lambda w: [w.draft.pk],
    "api:posted_recap": lambda w: [w.past.pk],
    "api:post_recap": lambda w: [w.past.pk],
    "api:take_back_recap": lambda w: [w.past.pk],
    "review": lambda w: [w.review.pk],
    "review@hidden": lambda w: [w.hidden_review.pk],
    "review_reply": lambda w: [w.review.pk],
    "review_reply@hidden": lambda w: [w.hidden_review.pk],
    "attendance": lambda w: [w.now_seat.public_id],
    "join": lambda w: [w.now_seat.join_token],
    "join@before-it-opens": lambda w: [w.seat.join_token],
    "waitlist_link": lambda w: [w.place_link(w.entry)],
    "waitlist_link@offered": lambda w: [w.place_link(w.offer_entry)],
    "waitlist_link@forged": lambda w: [w.entry.public_id + "~1vMZTf~forged"],
    "join@suspended": lambda w: [w.suspended_now.join_token],
    "waitlist_link@suspended": lambda w: [w.place_link(w.suspended_entry)],
    "cancellation_link@suspended": lambda w: [w.seat_link(w.suspended_seat)],
    "cancellation_link": lambda w: [w.seat_link(w.seat)],
    "cancellation_link@forged": lambda w: [w.seat.public_id + "~1vMZTf~forged"],
    "cancellation_link@for-another-purpose": lambda w: [w.place_link(w.entry)],
    **{f"skill_{form}": lambda w: [w.skill.slug] for form in ("atom", "ics")},
    **{f"skill_{form}@nothing": lambda w: ["no-such-skill"] for form in ("atom", "ics")},
    **{f"person_{form}": lambda w: [w.host.handle] for form in ("atom", "ics")},
    **{f"person_{form}@no-host": lambda w: [w.guest.handle] for form in ("atom", "ics")},
    **{f"person_{form}@suspended": lambda w: [w.people["suspended"].handle] for form in ("atom", "ics")},
    "api:session": lambda w: [w.session.pk],
    "api:session@draft": lambda w: [w.draft.pk],
    "api:standing": lambda w: [w.session.pk],
    "api:standing@draft": lambda w: [w.draft.pk],
    "api:register": lambda w: [w.session.pk],
    "api:register@draft": lambda w: [w.draft.pk],
    "api:cancel": lambda w: [w.session.pk],
    "api:my_place": lambda w: [w.full.pk],
    "api:leave_waitlist": lambda w: [w.full.pk],
    "api:join_waitlist": lambda w: [w.full.pk],
    "api:hosted_one": lambda w: [w.session.pk],
    "api:remove": lambda w: [w.session.pk],
    "api:change": lambda w: [w.session.pk],
    "api:hosted_one@draft": lambda w: [w.draft.pk],
    "api:publish@draft": lambda w: [w.draft.pk],
    "api:publish_later@draft": lambda w: [w.draft.pk],
    "api:keep_draft@draft": lambda w: [w.draft.pk],
    "api:call_off": lambda w: [w.session.pk],
    "api:roster": lambda w: [w.session.pk],
    "api:check_in": lambda w: [w.here_seat.public_id],
    "api:undo_check_in": lambda w: [w.here_seat.public_id],
}


def wording(**changes):
    return {
        "title": "Reading a plan again", "outcome": "Know where to look.", "skills": "PostgreSQL", "kind": "workshop",
        "level": "3", "language": "en", "date": "2031-03-04", "time": "10:00", "minutes": "90",
        "time_zone": "Africa/Lagos", "format": "online", "room_url": ROOM, "address": "", "capacity": "12",
        "description": "", "preparation": "", "cancellation_hours": "24", "reminder_minutes": ["60"],
    } | changes  # fmt: skip


def _tomorrow():
    return timezone.now() + timedelta(days=1)


def _soon(world):
    return {"date": f"{_tomorrow():%Y-%m-%d}", "time": "12:00"}


RECAP = {"act": "save", "notes": "Read it aloud.", "notes_for": "everybody", "recording_for": "seats"}

BODIES = {
    # What a stranger says besides; for members it is of no meaning.
    ("registration", "POST"): lambda w: {"note": "Hello", "name": "New Person", "email": "new@example.org"},
    ("waitlist", "POST"): lambda w: {"act": "leave"},
    ("waitlist@offered", "POST"): lambda w: {"act": "decline"},
    ("session_new", "POST"): lambda w: wording(),
    ("session_edit", "POST"): lambda w: wording(),
    ("session_edit@draft", "POST"): lambda w: wording(title=DRAFT),
    ("session_removal@restored", "POST"): lambda w: {"act": "restore"},
    ("session_messages", "POST"): lambda w: {"to": "seats", "title": "Hello", "text": "Bring it."},
    ("session_message_edit", "POST"): lambda w: {"to": "seats", "title": "Hello", "text": "Bring it."},
    ("session_message", "POST"): lambda w: {"act": "send"},
    ("session_late", "POST"): lambda w: {"minutes": "10"},
    ("session_message@sent", "POST"): lambda w: {"act": "discard"},
    ("session_copy", "POST"): lambda w: {"form_key": "AbCdEfGhIjKlMnOpQrStUv"},
    ("kept_form", "POST"): lambda w: {"title": "Half a tit"},
    ("session_cohosts", "POST"): lambda w: {"handle": w.people["member"].handle},
    ("session_cohosts@together", "POST"): lambda w: {"remove": w.cohost.pk},
    ("session_schedule@draft", "POST"): _soon,
    ("session_schedule@together", "POST"): _soon,
    ("api:publish@draft", "PUT"): lambda w: {"at": _tomorrow().isoformat()},
    ("api:publish_later@draft", "PUT"): lambda w: {"at": _tomorrow().isoformat()},
    ("api:keep_draft@draft", "PUT"): lambda w: {"at": _tomorrow().isoformat()},
    ("api:publish@together", "PUT"): lambda w: {"at": _tomorrow().isoformat()},
    ("cohosting", "POST"): lambda w: {"act": "accept"},
    ("cohosting@accepted", "POST"): lambda w: {"act": "decline"},
    ("session_edit@together", "POST"): lambda w: wording(),
    ("session_messages@together", "POST"): lambda w: {"to": "seats", "title": "Hello", "text": "Bring it."},
    ("session_cancellation@together", "POST"): lambda w: {"reason": "I am ill."},
    ("api:cohosts", "POST"): lambda w: {"handle": w.people["member"].handle},
    ("api:cohosts@together", "POST"): lambda w: {"handle": w.people["member"].handle},
    ("api:invite_cohost", "POST"): lambda w: {"handle": w.people["member"].handle},
    ("api:hosted_one@together", "PATCH"): lambda w: {"title": "Canary two, again"},
    ("api:call_off@together", "POST"): lambda w: {"reason": "I am ill."},
    ("session_cancellation", "POST"): lambda w: {"reason": "I am ill."},
    ("own_review", "POST"): lambda w: {"rating": "5", "words": "Of much use."},
    ("host_absence@to-come", "POST"): lambda w: {"came": "no"},
    ("host_absence@of-the-host", "POST"): lambda w: {"came": "no"},
    ("host_absence", "POST"): lambda w: {"came": "no", "words": "Nobody was there."},
    ("api:say_of_host", "PUT"): lambda w: {"came": False},
    ("api:answer_for_host", "PUT"): lambda w: {"came": True, "words": "I was there."},
    ("recap", "POST"): lambda w: RECAP,
    ("recap@to-come", "POST"): lambda w: RECAP,
    ("recap@draft", "POST"): lambda w: RECAP,
    ("api:posted_recap", "PUT"): lambda w: {"notes": "Read it aloud."},
    ("api:post_recap", "PUT"): lambda w: {"notes": "Read it aloud."},
    ("api:take_back_recap", "PUT"): lambda w: {"notes": "Read it aloud."},
    ("review_reply", "POST"): lambda w: {"words": "Thank you for coming."},
    ("attendance", "POST"): lambda w: {"act": "check_in"},
    ("waitlist_link", "POST"): lambda w: {"act": "leave"},
    ("waitlist_link@offered", "POST"): lambda w: {"act": "claim"},
    ("api:register", "POST"): lambda w: {"note": "Hello"},
    ("api:cancel", "POST"): lambda w: {"note": "Hello"},
    ("api:my_place", "POST"): lambda w: {"note": "Hello"},
    ("api:leave_waitlist", "POST"): lambda w: {"note": "Hello"},
    ("api:join_waitlist", "POST"): lambda w: {"note": "Hello"},
    ("api:hosting", "POST"): lambda w: {"title": "A plan", "outcome": "Know where to look.", "skills": ["PostgreSQL"]},
    ("api:new_session", "POST"): lambda w: {
        "title": "A plan",
        "outcome": "Know where to look.",
        "skills": ["PostgreSQL"],
    },
    ("api:hosted_one", "PATCH"): lambda w: {"title": "Reading a plan again"},
    ("api:remove", "PATCH"): lambda w: {"title": "Reading a plan again"},
    ("api:change", "PATCH"): lambda w: {"title": "Reading a plan again"},
    ("api:hosted_one@draft", "PATCH"): lambda w: {"title": DRAFT, "outcome": "Another end."},
    ("api:call_off", "POST"): lambda w: {"reason": "I am ill."},
}

TABLE = """
#                                     stranger unverif. member owner expert moderat. moderator+ organiser
sessions                       GET    200
session                        GET    200
session@old-slug               GET    301
session@old-slug-of-a-draft    GET    404      404      404    301   404    404      404        404
session@draft                  GET    404      404      404    200   404    404      404        404
session@removed                GET    404
session_image                  GET    200
session_image@draft            GET    404      404      404    200   404    404      404        404
session@full                   GET    200
session@now                    GET    200

# A seat is taken by whoever asks; without an account it begins with signing up.
registration                   GET    200
registration                   POST   302      302      303    303   303    303      303        303
registration@old-slug          GET    301
registration@old-slug          POST   302      302      303    303   303    303      303        303
registration@draft             GET    404      404      404    200   404    404      404        404
registration@draft             POST   404      404      404    422   404    404      404        404
registration@removed           GET    404
registration@removed           POST   404
registration@full              GET    200
registration@full              POST   302      302      422    422   303    422      422        422
registration@now               GET    200
registration@now               POST   302      302      422    303   303    422      422        422
registration_cancellation      GET    login    login    404    200   404    404      404        404
registration_cancellation      POST   login    login    404    303   404    404      404        404
registration_cancellation@full GET    login    login    404    404   200    404      404        404
registration_cancellation@full POST   login    login    404    404   303    404      404        404
registration_calendar          GET    login    login    404    200   404    404      404        404
waitlist@full                  GET    login    login    302    200   302    302      302        302
waitlist@full                  POST   login    login    303    303   303    303      303        303
waitlist@offered               GET    login    login    302    200   302    302      302        302
waitlist@offered               POST   login    login    303    303   303    303      303        303
waitlist@draft                 GET    login    login    404    302   404    404      404        404
waitlist@draft                 POST   login    login    404    303   404    404      404        404
waitlist@removed               GET    login    login    404    404   404    404      404        404
waitlist@removed               POST   login    login    404    404   404    404      404        404
agenda                         GET    login    login    200    200   200    200      200        200

# Anybody may write a draft; it is their own. Publishing one takes an expert: 422, and the draft is kept.
hosting                        GET    login    login    200    200   200    200      200        200
session_new                    GET    login    login    200    200   200    200      200        200
session_new                    POST   login    login    303    303   303    303      303        303
session_edit                   GET    login    login    404    200   404    404      404        404
session_edit                   POST   login    login    404    303   404    404      404        404
session_edit@draft             GET    login    login    404    200   404    404      404        404
session_edit@draft             POST   login    login    404    303   404    404      404        404
session_edit@removed           GET    login    login    404    404   404    404      404        404
session_edit@removed           POST   login    login    404    404   404    404      404        404
session_publication@draft      POST   login    login    404    303   404    404      404        404
session_publication@removed    POST   login    login    404    404   404    404      404        404
session_cancellation           GET    login    login    404    200   404    404      404        404
session_cancellation           POST   login    login    404    303   404    404      404        404
session_copy                   POST   login    login    404    303   404    404      404        404
session_copy@removed           POST   login    login    404    404   404    404      404        404
session_removal@draft          POST   login    login    404    303   404    404      404        404
session_removal@removed        POST   login    login    404    404   404    404      404        404
session_removal@restored       POST   login    login    404    303   404    404      404        404
kept_form                      POST   login    login    404    303   404    404      404        404
kept_form@new                  POST   login    login    303    303   303    303      303        303
session_roster                 GET    login    login    404    200   404    404      404        404
session_roster_file            GET    login    login    404    200   404    404      404        404
attendance                     POST   login    login    404    303   404    404      404        404

# What a host writes to those who registered: drafts are the host's; who got it reads it, and so do moderators.
session_messages               GET    login    login    404    200   404    404      404        404
session_messages               POST   login    login    404    303   404    404      404        404
session_late                   POST   login    login    404    303   404    404      404        404
session_message                GET    login    login    404    200   404    404      404        404
session_message                POST   login    login    404    303   404    404      404        404
session_message@sent           GET    login    login    404    200   404    404      200        200
session_message@sent           POST   login    login    404    422   404    404      404        404
session_message@another-session GET   login    login    404    404   404    404      404        404
session_message@another-session POST  login    login    404    404   404    404      404        404
session_message_edit           GET    login    login    404    200   404    404      404        404
session_message_edit           POST   login    login    404    303   404    404      404        404
session_message_edit@sent      GET    login    login    404    404   404    404      404        404
session_message_edit@sent      POST   login    login    404    404   404    404      404        404

# Who was asked to host along, and who does: here the owner is the guest, who said yes to the host's draft. What a
# co-host may not is nothing to them.
session_cohosts                GET    login    login    404    200   404    404      404        404
session_cohosts                POST   login    login    404    303   404    404      404        404
session_dashboard              GET    login    login    404    200   404    404      404        404
session_dashboard@together     GET    login    login    404    200   404    404      404        404
session_schedule               GET    login    login    404    404   404    404      404        404
session_schedule               POST   login    login    404    404   404    404      404        404
session_schedule@draft         GET    login    login    404    200   404    404      404        404
session_schedule@draft         POST   login    login    404    303   404    404      404        404
session_schedule@together      GET    login    login    404    404   404    404      404        404
session_schedule@together      POST   login    login    404    404   404    404      404        404
session_share                  GET    login    login    404    200   404    404      404        404
session_share@together         GET    login    login    404    200   404    404      404        404
session_short                  GET    302
session_short@draft            GET    404      404      404    302   404    404      404        404
cohosting                      GET    login    login    404    200   404    404      404        404
cohosting                      POST   login    login    404    303   404    404      404        404
cohosting@accepted             GET    login    login    404    200   404    404      404        404
cohosting@accepted             POST   login    login    404    303   404    404      404        404
session@together               GET    404      404      404    200   404    404      404        404
session_edit@together          GET    login    login    404    200   404    404      404        404
session_edit@together          POST   login    login    404    303   404    404      404        404
session_roster@together        GET    login    login    404    200   404    404      404        404
session_roster_file@together   GET    login    login    404    200   404    404      404        404
session_messages@together      GET    login    login    404    200   404    404      404        404
session_messages@together      POST   login    login    404    422   404    404      404        404
session_cohosts@together       GET    login    login    404    200   404    404      404        404
session_cohosts@together       POST   login    login    404    404   404    404      404        404
session_publication@together   POST   login    login    404    404   404    404      404        404
session_cancellation@together  GET    login    login    404    404   404    404      404        404
session_cancellation@together  POST   login    login    404    404   404    404      404        404
session_copy@together          POST   login    login    404    404   404    404      404        404
session_removal@together       POST   login    login    404    404   404    404      404        404
host_absence@together          GET    login    login    404    404   404    404      404        404
host_absence@together          POST   login    login    404    404   404    404      404        404
api:invitations                GET    401      401      200    200   200    200      200        200
api:accept_cohosting           PUT    401      401      404    200   404    404      404        404
api:accept_cohosting           DELETE 401      401      404    204   404    404      404        404
api:decline_cohosting          PUT    401      401      404    200   404    404      404        404
api:decline_cohosting          DELETE 401      401      404    204   404    404      404        404
api:cohosts                    GET    401      401      404    200   404    404      404        404
api:cohosts                    POST   401      401      404    201   404    404      404        404
api:invite_cohost              GET    401      401      404    200   404    404      404        404
api:invite_cohost              POST   401      401      404    201   404    404      404        404
api:cohosts@together           GET    401      401      404    200   404    404      404        404
api:cohosts@together           POST   401      401      404    404   404    404      404        404
api:remove_cohost              DELETE 401      401      404    204   404    404      404        404
api:hosted_one@together        GET    401      401      404    200   404    404      404        404
api:hosted_one@together        PATCH  401      401      404    200   404    404      404        404
api:hosted_one@together        DELETE 401      401      404    404   404    404      404        404
api:roster@together            GET    401      401      404    200   404    404      404        404
api:call_off@together          POST   401      401      404    404   404    404      404        404
api:publish@together           POST   401      401      404    404   404    404      404        404
api:publish@together           PUT    401      401      404    404   404    404      404        404
api:publish@together           DELETE 401      401      404    404   404    404      404        404
# What stays of a session: its host posts it, once it has begun; who may see it reads it.
recap                          GET    login    login    404    200   404    404      404        404
recap                          POST   login    login    404    303   404    404      404        404
recap@to-come                  GET    login    login    404    200   404    404      404        404
recap@to-come                  POST   login    login    404    422   404    404      404        404
recap@draft                    GET    login    login    404    404   404    404      404        404
recap@draft                    POST   login    login    404    404   404    404      404        404
api:recap                      GET    200
api:recap@to-come              GET    404
api:recap@draft                GET    404
api:posted_recap               GET    401      401      404    200   404    404      404        404
api:posted_recap               PUT    401      401      404    200   404    404      404        404
api:posted_recap               DELETE 401      401      404    204   404    404      404        404
api:post_recap                 GET    401      401      404    200   404    404      404        404
api:post_recap                 PUT    401      401      404    200   404    404      404        404
api:post_recap                 DELETE 401      401      404    204   404    404      404        404
api:take_back_recap            GET    401      401      404    200   404    404      404        404
api:take_back_recap            PUT    401      401      404    200   404    404      404        404
api:take_back_recap            DELETE 401      401      404    204   404    404      404        404

# Who was there reviews, everybody reads, the host answers. A seat in what is to come: 422 says that it is not over.
own_review                     GET    login    login    404    200   404    404      404        404
own_review                     POST   login    login    404    303   404    404      404        404
own_review@to-come             GET    login    login    404    200   404    404      404        404
own_review@to-come             POST   login    login    404    422   404    404      404        404

# Who has a seat says whether the host came: refused here, as the guest has reviewed it. The host is asked after that.
host_absence                   GET    login    login    404    200   404    404      404        404
host_absence                   POST   login    login    404    422   404    404      404        404
host_absence@to-come           GET    login    login    404    200   404    404      404        404
host_absence@to-come           POST   login    login    404    422   404    404      404        404
host_absence@of-the-host       GET    login    login    404    200   404    404      404        404
host_absence@of-the-host       POST   login    login    404    422   404    404      404        404
api:say_of_host                PUT    401      401      404    409   404    404      404        404
api:answer_for_host            PUT    401      401      404    409   404    404      404        404
session_reviews                GET    200
session_reviews@draft          GET    404
api:reviews                    GET    200
api:reviews@draft              GET    404
review                         GET    200
review@hidden                  GET    404
review_reply                   POST   login    login    404    303   404    404      404        404
review_reply@hidden            POST   login    login    404    404   404    404      404        404

# Links in letters: the address is the key, and what is no such address is nothing.
join                           GET    200
join                           POST   303
join@before-it-opens           GET    200
join@before-it-opens           POST   409
waitlist_link                  GET    200
waitlist_link                  POST   303
waitlist_link@offered          GET    200
waitlist_link@offered          POST   303
waitlist_link@forged           GET    404
waitlist_link@forged           POST   404
cancellation_link              GET    200
cancellation_link              POST   303
cancellation_link@forged       GET    404
cancellation_link@forged       POST   404
cancellation_link@for-another-purpose GET  404
cancellation_link@for-another-purpose POST 404
join@suspended                 GET    404
join@suspended                 POST   404
waitlist_link@suspended        GET    404
waitlist_link@suspended        POST   404
cancellation_link@suspended    GET    200
cancellation_link@suspended    POST   303

# Feeds: the same for everybody.
sessions_atom                  GET    200
sessions_ics                   GET    200
skill_atom                     GET    200
skill_ics                      GET    200
skill_atom@nothing             GET    404
skill_ics@nothing              GET    404
person_atom                    GET    200
person_ics                     GET    200
person_atom@no-host            GET    404
person_ics@no-host             GET    404
person_atom@suspended          GET    404
person_ics@suspended           GET    404

# The API: 401 says sign in. Its description is the same whatever the method; its root is nothing.
api:openapi-json               GET    200
api:openapi-json               POST   200
api:openapi-json               PUT    200
api:openapi-json               PATCH  200
api:openapi-json               DELETE 200
api:api-root                   GET    404
api:api-root                   POST   404
api:api-root                   PUT    404
api:api-root                   PATCH  404
api:api-root                   DELETE 404
api:sessions                   GET    200
api:session                    GET    200
api:session@draft              GET    404
api:standing                   GET    200
api:standing@draft             GET    404
api:register                   POST   401      401      201    201   201    201      201        201
api:register                   DELETE 401      401      404    204   404    404      404        404
api:cancel                     POST   401      401      201    201   201    201      201        201
api:cancel                     DELETE 401      401      404    204   404    404      404        404
api:register@draft             POST   401      401      404    404   404    404      404        404
api:register@draft             DELETE 401      401      404    404   404    404      404        404
api:my_place                   GET    401      401      404    200   404    404      404        404
api:my_place                   POST   401      401      201    201   409    201      201        201
api:my_place                   DELETE 401      401      404    204   404    404      404        404
api:join_waitlist              GET    401      401      404    200   404    404      404        404
api:join_waitlist              POST   401      401      201    201   409    201      201        201
api:join_waitlist              DELETE 401      401      404    204   404    404      404        404
api:leave_waitlist             GET    401      401      404    200   404    404      404        404
api:leave_waitlist             POST   401      401      201    201   409    201      201        201
api:leave_waitlist             DELETE 401      401      404    204   404    404      404        404
api:registrations              GET    401      401      200    200   200    200      200        200
api:hosting                    GET    401      401      200    200   200    200      200        200
api:hosting                    POST   401      401      201    201   201    201      201        201
api:new_session                GET    401      401      200    200   200    200      200        200
api:new_session                POST   401      401      201    201   201    201      201        201
api:hosted_one                 GET    401      401      404    200   404    404      404        404
api:hosted_one                 PATCH  401      401      404    200   404    404      404        404
api:hosted_one                 DELETE 401      401      404    409   404    404      404        404
api:change                     GET    401      401      404    200   404    404      404        404
api:change                     PATCH  401      401      404    200   404    404      404        404
api:change                     DELETE 401      401      404    409   404    404      404        404
api:remove                     GET    401      401      404    200   404    404      404        404
api:remove                     PATCH  401      401      404    200   404    404      404        404
api:remove                     DELETE 401      401      404    409   404    404      404        404
api:hosted_one@draft           GET    401      401      404    200   404    404      404        404
api:hosted_one@draft           PATCH  401      401      404    200   404    404      404        404
api:hosted_one@draft           DELETE 401      401      404    204   404    404      404        404
api:publish@draft              POST   401      401      404    200   404    404      404        404
api:publish@draft              PUT    401      401      404    200   404    404      404        404
api:publish@draft              DELETE 401      401      404    200   404    404      404        404
api:publish_later@draft        POST   401      401      404    200   404    404      404        404
api:publish_later@draft        PUT    401      401      404    200   404    404      404        404
api:publish_later@draft        DELETE 401      401      404    200   404    404      404        404
api:keep_draft@draft           POST   401      401      404    200   404    404      404        404
api:keep_draft@draft           PUT    401      401      404    200   404    404      404        404
api:keep_draft@draft           DELETE 401      401      404    200   404    404      404        404
api:call_off                   POST   401      401      404    200   404    404      404        404
api:roster                     GET    401      401      404    200   404    404      404        404
api:check_in                   PUT    401      401      404    200   404    404      404        404
api:check_in                   DELETE 401      401      404    204   404    404      404        404
api:undo_check_in              PUT    401      401      404    200   404    404      404        404
api:undo_check_in              DELETE 401      401      404    204   404    404      404        404
"""
