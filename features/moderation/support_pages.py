"""What of the site an organiser sees who sees it as somebody else. What is not named here stays closed: a new page is
closed until somebody has asked what it shows.

Not here: what two people write to each other (requests, mentorships, meetings, messages, rosters, work that is read),
what opens something elsewhere (tokens, calendars, rooms, coupons, gifts), money that is paid out, particulars on bills,
log-in, password, address, second factor, sessions of browsers, one's own data, and forms in which somebody writes.
"""

import re
from functools import cache

from django.urls import reverse

KEY = "support_view"  # in the organiser's own session

OPEN = frozenset(
    """
    home own_places preferences terms privacy
    skills levels skill skill_people skill_held skill_causes skill_suggestions search
    person reputation profile_edit reliability own_reliability abilities expert_application role_marks moderation_log
    sessions session registration session_reviews review recap waitlist agenda hosting own_review session_image
    forum forum_unanswered board thread post post_comments post_history forum_similar thread_image
    library work lesson learning certificate work_image
    assessments assessment tasks task progress progress_skill achievements badge result_record
    mentors mentor mentor_ranking mentor_slots mentor_suggestions bookings own_offers office_hour
    weekly_hours notification_preferences follows follow newsletter
    orders order wallet packages package plans own_subscription
    api_docs
    """.split()  # noqa: SIM905
)
# What belongs to the organiser, also meanwhile.
OWN = frozenset({"support_view_end", "account_logout"})
# Files for everybody, and no others.
AS_STRANGER = frozenset({"stored_file"})
# Whoever has such an address may use it, whoever they are: on the pages that are shown it leads nowhere.
KEYS = {
    "join": "token", "meet": "token", "waitlist_link": "token", "cancellation_link": "token", "sanction": "token",
    "reopening": "token", "unsubscribe": "token", "gift": "code", "own_ics": "secret",
}  # fmt: skip


@cache
def _keys() -> re.Pattern[bytes]:
    paths = (re.escape(reverse(name, kwargs={word: "KEY"})) for name, word in KEYS.items())
    return re.compile("|".join(path.replace("KEY", r"[\w~:.=-]+") for path in paths).encode())


def without_keys(content: bytes) -> bytes:
    return _keys().sub(reverse("own_support_views").encode(), content)
