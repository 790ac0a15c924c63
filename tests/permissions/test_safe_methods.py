"""H5: without the page's token nothing is changed, and looking never changes anything."""

import re
from urllib.parse import urlencode

from features.accounts import services as accounts
from features.accounts.stranger_pages import is_open
from features.moderation import services as moderation
from features.moderation.support_pages import KEY, OPEN
from tests.permissions.table import METHODS, each, outcome, patterns, rows, send
from tests.permissions.traces import undone, watched
from tests.permissions.world import NOTE, ROOM

ROWS = rows()
# In the row of the codes themselves allauth writes down that their owner has seen them.
# That a mentor has seen what somebody asked is a state of the request, and who asked is shown it.
NOTED = {
    "mfa_view_recovery_codes": {"mfa_authenticator"},
    "mfa_download_recovery_codes": {"mfa_authenticator"},
    "mentorship_request": {"mentoring_mentorshiprequest"},
}

LOOKING = ("stranger", "member", "owner", "organiser")


# Mail programs post to this one by themselves (RFC 8058); what permits it is the signed address.
# Stripe signs what it sends, and so does a provider that takes in mail.
# Below /api/ what is no address does nothing, and the page about it takes nothing.
EXEMPT = {"unsubscribe", "stripe_webhook", "inbound_mail", "api_nothing", "api_docs"}


def test_only_what_has_another_key_asks_for_no_token():
    """The API's operations ask for it themselves, wherever a session could be used: see below."""
    exempt = {name for name, pattern in patterns().items() if getattr(pattern.callback, "csrf_exempt", False)}
    assert {name for name in exempt if not name.startswith("api:")} == EXEMPT


@each([row for row in ROWS if row.url_name not in EXEMPT])
def test_without_a_token_nothing_is_changed(world, row):
    with watched() as written:
        for method in METHODS[1:]:
            for persona in LOOKING:
                body = row.bodies[method](world) if method in row.bodies else {}
                answer = send(
                    row.browser(world, persona), method, row.path(world), body, is_json=row.is_json, csrf=True
                )
                assert outcome(answer) == without_token(row, method, persona), f"{method} by {persona}"
    assert not written


def without_token(row, method, persona):
    if row.is_json:
        if method not in row.cells:
            return "405"
        # Without a session there is nothing that a token would have to guard.
        is_unknown = persona == "stranger" and row.expected(method, persona) == "401"
        return "401" if is_unknown else "403"
    if method != "POST":
        return "405"
    # Whom the second factor keeps out is turned away before a token is looked for.
    is_privileged = any("mfa" in cells.values() for cells in row.cells.values())
    return row.expected(method, persona) if is_privileged and persona != "organiser" else "403"


def test_with_the_token_of_the_page_it_goes_on(world):
    """Otherwise the test above would be content with a site on which nothing works."""
    for persona, name in (("owner", "registration_cancellation"), ("stranger", "cancellation_link")):
        row = next(row for row in ROWS if row.name == name)
        client = row.browser(world, persona)
        with undone():
            client.handler.enforce_csrf_checks = True
            [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(row.path(world)).text))
            answer = client.post(row.path(world), {"csrfmiddlewaretoken": token})
            client.handler.enforce_csrf_checks = False
        assert answer.status_code == 303, name


@each([row for row in ROWS if "GET" in row.cells])
def test_looking_changes_nothing(world, row):
    """Nor does asking for a page with the fields of an act in its address."""
    body = next((body(world) for body in row.bodies.values()), {"act": "leave"})
    path = f"{row.path(world)}?{urlencode(body, doseq=True)}"
    looks = [row.look(world, persona, **headers) for persona in LOOKING for headers in ({}, {"hx_request": "true"})]
    with watched() as written:
        for persona in LOOKING:
            send(row.browser(world, persona), "GET", path)
    assert written.union(*(look.written for look in looks)) == NOTED.get(row.name, set())


def test_who_sees_the_site_as_somebody_changes_nothing_and_is_shown_no_keys(world):
    """Of all pages that are open in a support view: those of the owner of most things here."""
    organiser, client, shown = world.people["organiser"], world.browsers["organiser"], 0
    with undone():
        view = moderation.begin_support_view(by=organiser, person=world.guest, cause="check", reason="A test")
        session = client.session
        session[KEY] = view.pk
        session.save()
        with watched() as written:
            for row in ROWS:
                if row.url_name not in OPEN or "GET" not in row.cells:
                    continue
                answer = row.ask(world, "organiser", "GET")
                assert answer.status_code in (200, 301, 302, 303, 404), row.name
                if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                    continue
                if "<!doctype html>" in answer.text:
                    shown += 1
                    assert "You see the site as" in answer.text, row.name
                for secret in (world.guest.email, ROOM, NOTE, world.now_seat.join_token, world.seat.join_token):
                    assert secret not in answer.text, (row.name, secret)
    assert not written
    assert shown > 60


def test_where_only_members_see_the_site_strangers_see_the_ways_in(world):
    """Whatever is open to strangers otherwise: a page of a later feature is closed until it is named."""
    with undone():
        accounts.change_rules(by=world.people["organiser"], after=0, audience="members")
        for row in ROWS:
            path = row.path(world)
            if "GET" in row.cells and not is_open(path):
                answer = row.ask(world, "stranger", "GET")
                is_robots = path == "/robots.txt"
                assert is_robots or outcome(answer) in ("login", "401", "404"), row.name
