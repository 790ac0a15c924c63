"""On 320 pixels nothing stands out sideways, not even names and titles without a space."""

from datetime import timedelta

import pytest

from e2e.world import published
from features.sessions import services
from tests.factories import make_skill, make_user

LONG = "Wortzusammensetzungsungetüm" * 5
STICKING_OUT = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .map((node) => node.outerHTML.slice(0, 120)).slice(-3)"""


@pytest.fixture
def host():
    return make_user(LONG[:80], handle="a" * 30, email=f"{'e' * 60}@example.org", headline=LONG[:120], role="expert")


@pytest.fixture
def session(host):
    skill = make_skill(LONG[:60])
    table = f"|a|b|\n|-|-|\n|{LONG}|{LONG}|"
    text = {
        "title": LONG[:120],
        "outcome": LONG,
        "preparation": LONG,
        "description": f"{LONG}\n\n    {LONG}\n\n{table}",
    }
    return published(host, [skill], **text, format="in_person", address=LONG, starts_in=timedelta(minutes=30))


def test_pages_fit(enter, watch, session, host, learner):
    watch.expect(404)
    guest = make_user(LONG[:80], handle="b" * 30, headline=LONG[:120])
    seat = services.register(session=session, person=guest, note=LONG)
    at = session.get_absolute_url()
    pages = {
        None: ["/", "/sessions/", f"/sessions/?q={LONG}", at, f"{at}registration/", "/skills/", "/nothing/",
               "/account/login/", host.get_absolute_url()],
        guest: ["/", "/agenda/", "/inbox/", at, f"{at}registration/", f"{at}registration/cancellation/",
                f"/join/{seat.join_token}/", "/account/", "/account/preferences/", "/account/weekly-hours/"],
        host: ["/hosting/", "/sessions/new/", f"{at}edit/", f"{at}roster/", f"{at}cancellation/", f"{at}dashboard/",
               f"{at}share/", f"{at}co-hosts/"],
    }  # fmt: skip
    found = {}
    for person, paths in pages.items():
        page = enter(person, viewport={"width": 320, "height": 640})
        for path in paths:
            page.goto(path)
            found[path] = page.evaluate(STICKING_OUT)
    assert {path: nodes for path, nodes in found.items() if nodes} == {}


def test_in_the_readers_own_colours_what_is_chosen_is_seen(enter, learner):
    page = enter(learner, forced_colors="active")
    page.goto("/account/notifications/")
    rings = page.evaluate(
        """[...document.querySelectorAll(".pick span")].map((one) =>
          [one.previousElementSibling.checked, getComputedStyle(one).outlineStyle])"""
    )
    assert {(chosen, ring) for chosen, ring in rings} == {(True, "solid"), (False, "none")}
