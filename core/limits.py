"""How often one may act. N times are allowed in a window, exactly, however many ask at once; the next one is refused.

    action            times  in       counted by     why
    registration         20  1 hour   person         a script that takes or joins lines everywhere
    booking              40  1 hour   person         a script that keeps the time of mentors
    mentorship_request   10  1 day    person         a flood of requests to mentors
    mentoring_message    60  1 hour   person         a flood of messages
    session_publish      20  1 day    person         a flood of offers
    mark_request         10  1 day    person         a flood of claims for staff to check
    newsletter_test      20  1 hour   person         a flood of drafts to oneself
    search              120  1 minute client address a crawler that tries every filter
    api                 300  1 minute token, person  a program that asks without a pause
    api_stranger        120  1 minute client address the same, by somebody who does not say who they are
    webhook_test         20  1 hour   person         tests and replays sent to a server of somebody else
    handle                5  1 day    person         a script that takes one good name after another
    follow              100  1 hour   person         a script that follows everybody
    wish                 20  1 day    person         making up what people look for
    upload               30  1 hour   person         pictures and résumés, which take a while to read
    link_check           30  1 day    person         our looking at pages being turned against a site
    data_export           3  1 day    person         archives of all that is known, which take a while to make
    bulk_export          10  1 hour   person         archives of whole tables, which take a while to make
    coupon               20  1 hour   person         trying codes until one fits
    coupon_look          60  1 hour   client address the same, by a stranger
    forum_thread         10  1 day    person         a flood of questions
    forum_first_thread    3  1 day    person         the same, in the first day of a member
    forum_post           60  1 hour   person         a flood of answers and comments
    forum_first_reply    10  1 day    person         the same, in the first day of a member
    forum_first_comment  10  1 day    person         the same, in the first day of a member
    forum_vote          100  1 hour   person         a script that votes on everything
    work_publish         20  1 day    person         a flood of articles and courses
    work_typing          60  1 minute person         previews of lessons, which take a while to make
    typing               60  1 minute person         a script that has forms kept which nobody types
    forum_down           10  1 day    person         voting down as a pastime
    forum_down_on         3  1 day    person, author voting one person down wherever they write
    forum_duplicate      10  1 day    person         a flood of proposals to who asked
    forum_invite          5  1 day    person         asking everybody who knows something
    flag                 30  1 hour   person         a script that reports everything
    forum_typing         90  1 minute person         drafts, previews and similar questions, which take a while to make
    assessment           10  1 day    person         collecting the questions of all banks
    practice            300  1 hour   person         the same, by practice
    submission           10  1 day    person         a flood of work for experts to read
    host_message         10  1 day    person         letters to all who registered
    host_first_message    2  1 day    person         the same, by a host whose sessions nobody has been to yet
    cohost_invite        20  1 day    person         asking everybody to host along
    recap                60  1 hour   person         notes saved by a script, each rendered and made findable

Log-in, sign-up, codes and passwords have allauth's own limits, which count in the same database through `core.cache`.
A window opens with the first act. Counted inside a transaction, a rollback forgives the act, and the next one waits.
"""

import ipaddress
import math
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.db import connection

from core.db import is_reading_only

LIMITS = {
    "registration": (20, 3600),
    "booking": (40, 3600),
    "coupon": (20, 3600),
    "coupon_look": (60, 3600),
    "mentorship_request": (10, 24 * 3600),
    "mentoring_message": (60, 3600),
    "session_publish": (20, 24 * 3600),
    "mark_request": (10, 24 * 3600),
    "newsletter_test": (20, 3600),
    "search": (120, 60),
    "api": (300, 60),
    "api_stranger": (120, 60),
    "webhook_test": (20, 3600),
    "handle": (5, 24 * 3600),
    "follow": (100, 3600),
    "wish": (20, 24 * 3600),
    "upload": (30, 3600),
    "link_check": (30, 24 * 3600),
    "data_export": (3, 24 * 3600),
    "bulk_export": (10, 3600),
    "forum_thread": (10, 24 * 3600),
    "forum_first_thread": (3, 24 * 3600),
    "forum_post": (60, 3600),
    "forum_first_reply": (10, 24 * 3600),
    "forum_first_comment": (10, 24 * 3600),
    "forum_vote": (100, 3600),
    "work_publish": (20, 24 * 3600),
    "work_typing": (60, 60),
    "typing": (60, 60),
    "forum_down": (10, 24 * 3600),
    "forum_down_on": (3, 24 * 3600),
    "forum_duplicate": (10, 24 * 3600),
    "forum_invite": (5, 24 * 3600),
    "flag": (30, 3600),
    "forum_typing": (90, 60),
    "assessment": (10, 24 * 3600),
    "practice": (300, 3600),
    "submission": (10, 24 * 3600),
    "host_message": (10, 24 * 3600),
    "host_first_message": (2, 24 * 3600),
    "cohost_invite": (20, 24 * 3600),
    "recap": (60, 3600),
}

COUNT = """
    INSERT INTO core_ratecounter AS old (key, count, ends_at)
    VALUES (%(key)s, 1, statement_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN old.ends_at <= statement_timestamp() THEN 1 ELSE old.count + 1 END,
        ends_at = CASE WHEN old.ends_at <= statement_timestamp() THEN excluded.ends_at ELSE old.ends_at END
    RETURNING count, extract(epoch FROM ends_at - statement_timestamp())
"""


class RateLimited(Exception):
    def __init__(self, retry_after: int):
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Window:
    """What is left of a limit, and the seconds until it begins anew."""

    limit: int
    left: int
    seconds: int


def hit(action: str, key: object, limit: int | None = None, seconds: int | None = None) -> Window:
    """Count one `action` by `key` (an id, or `client_address`); raises RateLimited from the (limit + 1)th on."""
    if limit is None or seconds is None:
        limit, seconds = LIMITS[action]
    if is_reading_only():
        return Window(limit, limit, seconds)  # whoever looks on for somebody else uses up nothing of theirs
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": f"{action}:{key}", "seconds": seconds})
        count, left = cursor.fetchone()
    window = Window(limit, max(0, limit - count), max(1, math.ceil(left)))
    if count > limit:
        raise RateLimited(window.seconds)
    return window


def client_address(request) -> str:
    """Who a stranger is counted as. Only as many forwarding headers are believed as there are proxies of ours
    (TRUSTED_PROXY_COUNT, the rule that allauth's limits go by); the many addresses of one IPv6 network are one."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)
