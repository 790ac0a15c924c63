"""Z1: every URL, with every method, for every kind of person, answers what the table says.

What somebody may not see is 404 and never a 403 that tells of it; members' pages lead strangers to the log-in page;
the organiser's pages take a second factor.
"""

import re

import pytest

from tests.permissions.table import COLUMNS, METHODS, each, is_success, outcome, patterns, rows
from tests.permissions.traces import undone

ROWS = rows()
EVERYBODY = (*COLUMNS, "suspended")


def test_every_url_has_a_row_and_every_row_a_url():
    assert {row.url_name for row in ROWS} == set(patterns())


@each(ROWS)
def test_everybody_gets_what_the_table_says(world, row):
    wrong = []
    for method in METHODS:
        # What no page knows is refused before anybody looks who asks.
        is_refused_unseen = method not in row.cells and method != "POST" and not row.is_json
        for persona in ("stranger", "organiser") if is_refused_unseen else EVERYBODY:
            got = outcome(row.look(world, persona, method).answer)
            if got != row.expected(method, persona):
                wrong.append(f"{method} by {persona}: {got}, not {row.expected(method, persona)}")
    assert not wrong, "\n".join(wrong)


# The API's framework answers the methods that an operation names, and no other.
READ = [row for row in ROWS if "GET" in row.cells and not row.is_json]


@each(READ)
def test_head_is_get_without_a_body(world, row):
    for persona in ("stranger", "owner"):
        with undone():
            answer = row.ask(world, persona, "HEAD")
        assert outcome(answer) == row.expected("GET", persona)
        assert not answer.content


NO_OBJECT = {"admin:app_list", "admin:/admin/(?P<url>.*)$"}  # what stands in their address is no id
HIDDEN = [
    row
    for row in ROWS
    if row.arguments and row.name not in NO_OBJECT and any("404" in cells.values() for cells in row.cells.values())
]


@each(HIDDEN)
def test_what_is_hidden_looks_like_what_is_not_there(world, row):
    """Z2. The same words, the same headers, as for an id that nothing has."""
    compared = 0
    for method, cells in row.cells.items():
        for persona in EVERYBODY:
            if cells.get(persona, cells["stranger"]) == "404":
                hidden = row.look(world, persona, method).answer
                with undone():
                    missing = row.ask(world, persona, method, missing=True)
                assert looks(hidden) == looks(missing), f"{method} by {persona}"
                compared += 1
    assert compared


# What the first tap takes away or ends; and where there are several buttons, which of them does.
ENDINGS = {
    "weekly_hours_removal", "busy_calendar", "profile_entry_removal", "profile_import_rows", "end_session",
    "engagement_note_removal", "engagement_file_removal", "ending", "offer_closing",
    "written_review_file_removal", "certificate_revocation", "lesson_file", "work_removal",
    "work_removal@removed", "cohosting@accepted", "reading", "reading_return", "role_mark_withdrawal",
    "token_revocation", "mfa_deactivate_totp", "mfa_remove_webauthn", "manage_apart_ending",
    "manage_cohort_leaving", "manage_role_revocation", "manage_lifting", "evaluation_calling_off",
    "post_removal", "moderation_selection", "webhook", "lesson_place", "manage_newsletter",
    "session_removal@draft", "session_removal@restored",
}  # fmt: skip
BUTTONS = {"webhook": "remove", "lesson_place": "remove", "manage_newsletter": "discard"}


@each([row for row in ROWS if row.name in ENDINGS])
@pytest.mark.parametrize("headers", [{}, {"HX_Request": "true"}], ids=["plain", "htmx"])
def test_a_second_tap_leads_where_the_first_one_led(world, row, headers):
    """And to everybody else what is gone looks like what never was."""
    cells = row.cells["POST"]
    actor = next(who for who in ("owner", "expert", "moderator+", "organiser") if is_success(cells[who]))
    extra = {"act": BUTTONS[row.name]} if row.name in BUTTONS else None
    with undone():
        taps = [row.ask(world, actor, "POST", extra=extra, **headers) for _tap in range(2)]
        first, second = (tap.get("Location") or tap.get("HX-Redirect") for tap in taps)
        if first:  # else it was done in place, where there is nothing left to tap at
            assert second == first
        if row.arguments:
            gone, missing = (row.ask(world, "member", "POST", missing=missing) for missing in (False, True))
            assert looks(gone) == looks(missing)


COUNTED = {"X-Request-ID", "Content-Length", "RateLimit-Remaining"}


def looks(answer):
    """An answer without what differs each time, and without the address it was asked at."""
    path = answer.request["PATH_INFO"]
    content = answer.content.decode(errors="replace")  # it may be a picture
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", content.replace(path, "/path/"))
    # A second later other numbers stand there, in the same words.
    text = re.sub(r"data-countdown=[^<]*", lambda found: re.sub(r"\d+", "#", found[0]), text)
    headers = {name: value for name, value in answer.headers.items() if name not in COUNTED}
    return answer.status_code, text, headers, sorted(answer.cookies)


@each([row for row in READ if row.cells["GET"]["stranger"] == "200"])
def test_whoever_is_suspended_reads_what_a_stranger_reads(world, row):
    assert looks(row.look(world, "suspended").answer)[1] == looks(row.look(world, "stranger").answer)[1]
