"""C1 and C2: what people write stays text, on a page as in what htmx swaps in. Nothing runs, nothing is asked for."""

from datetime import timedelta
from itertools import cycle
from urllib.parse import quote

import pytest

from e2e import hostile
from features.sessions import services
from features.sessions.models import Attendance, Registration
from tests.factories import make_session, make_user

# What no page of ours has, whoever wrote in it: handlers, links that are no links, scripts of another place.
UNSOUND = """(doc) => [...doc.querySelectorAll("*")].filter((node) =>
  [...node.attributes].some(({ name }) => /^on|hx-on/.test(name)) ||
  (node.href && node.protocol && !/^(https?|mailto):$/.test(node.protocol)) ||
  (node.localName === "script" && !node.src.startsWith(location.origin + "/static/") && !/json/.test(node.type))
).map((node) => node.outerHTML)"""
# Several pages at once, each in a frame of its own.
OPEN = f"""async (paths) => {{
  const open = (path) => new Promise((done) => {{
    const frame = document.createElement("iframe");
    frame.onload = () => {{
      const {{ contentDocument: doc, contentWindow: there }} = frame;
      const found = ({UNSOUND})(doc);
      if (there.__pwned || window.__pwned) found.push(`${{path}} ran`);
      if (doc.querySelectorAll("h1").length !== 1) found.push(`${{path}} has no heading`);
      frame.remove();
      done(found);
    }};
    frame.src = path;
    document.body.append(frame);
  }});
  return (await Promise.all(paths.map(open))).flat();
}}"""
SWAP = f"""async ([paths, target, verb]) => {{
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const found = [];
  for (const path of paths) {{
    const values = verb === "POST" ? {{ csrfmiddlewaretoken }} : {{}};
    await htmx.ajax(verb, path, {{ target, swap: "outerHTML", values }});
    found.push(...({UNSOUND})(document.querySelector(target)));
    if (window.__pwned) found.push(`${{path}} ran`);
  }}
  return found;
}}"""


def open_pages(page, paths, at_once=8):
    for first in range(0, len(paths), at_once):
        assert page.evaluate(OPEN, paths[first : first + at_once]) == []


def swap(page, paths, target, verb="GET"):
    assert page.evaluate(SWAP, [paths, target, verb]) == []


def paged(path, rows, size=25):
    return [f"{path}?page={n + 1}" for n in range(-(-rows // size))]


@pytest.fixture
def stolen():
    """Every request for what only the words of strangers ask for."""
    return []


@pytest.fixture
def page(enter, learner, stolen):
    page = enter(learner)
    page.on("request", lambda request: stolen.append(request) if request.url.endswith("/stolen/") else None)
    page.goto("/skills/")
    return page


@pytest.fixture
def people(expert):
    return hostile.people(hostile.WORDS)


@pytest.mark.parametrize("part", [0, 1])
def test_on_the_pages_of_sessions_and_people(page, people, skill, part):
    people = people[part::2]
    sessions = hostile.sessions(hostile.WORDS[part::2], people, [skill])
    paths = [session.get_absolute_url() for session in sessions]
    open_pages(page, [*paths, *(person.get_absolute_url() for person in people)])
    reasons = hostile.packed(hostile.WORDS[part::2], 200)
    for session, reason in zip(sessions, reasons, strict=False):
        services.cancel_session(session=session, by=session.host, reason=reason)
    assert len(reasons) <= len(sessions)
    open_pages(page, paths[: len(reasons)])


def test_in_what_was_searched_for(page):
    assert len(set(hostile.WORDS)) >= 200
    paths = [f"/sessions/?q={quote(words)}" for words in hostile.packed(hostile.WORDS, 200)]
    open_pages(page, paths)
    page.goto("/sessions/")
    swap(page, paths, "#results")


def test_in_lists_and_in_the_panel_that_is_swapped(page, learner, people, skill):
    sessions = hostile.sessions(hostile.WORDS, people, [skill])
    page.goto("/sessions/")
    pages = 0
    while page.get_by_role("link", name="Next page").count():
        pages += 1
        path = page.get_by_role("link", name="Next page").get_attribute("href")
        open_pages(page, [path])
        swap(page, [path], "#results")
    assert pages == (len(sessions) - 1) // 20
    page.goto(sessions[0].get_absolute_url())
    count = len(hostile.packed(hostile.WORDS, 2000, "\n"))
    swap(page, [f"{session.get_absolute_url()}registration/" for session in sessions[:count]], "#join", "POST")
    assert learner.registrations.count() == count
    open_pages(page, ["/", "/agenda/", *(f"{s.get_absolute_url()}registration/" for s in sessions[:count])])


def test_on_the_roster(enter, expert, people, skill):
    [session] = hostile.sessions(["Everybody"], [expert], [skill])
    notes = cycle(hostile.packed(hostile.WORDS, 500))
    for person in people:
        services.register(session=session, person=person, note=next(notes))
    page = enter(expert)
    roster = f"{session.get_absolute_url()}roster/"
    page.goto(roster)
    open_pages(page, paged(roster, len(people)))
    swap(page, paged(roster, len(people)), "#people")
    page.goto(roster)
    for tick in page.locator("[id^=tick-]").all()[:5]:
        name = tick.get_attribute("id")
        swap(page, [tick.get_attribute("action")], f"#{name}", "POST")


def test_in_reviews_and_their_answers(page, stolen, expert, skill):
    session = make_session(expert, about=[skill], starts_in=timedelta(days=-2), capacity=500)
    answers = hostile.packed([*hostile.WORDS, *hostile.REQUESTS], 1000, "\n")
    reviews = cycle(hostile.packed([*hostile.WORDS, *hostile.REQUESTS], 2000, "\n"))
    for number, answer in enumerate(answers):
        person = make_user(f"Guest {number}")
        seat = Registration.objects.create(session=session, person=person, confirmed_at=session.starts_at)
        Attendance.objects.create(registration=seat, source=Attendance.Source.CHECK_IN)
        review = services.write_review(registration=seat, rating=5, words=next(reviews))
        services.reply_to_review(review=review, words=answer)
        open_pages(page, [f"/reviews/{review.pk}/"])
    assert len(answers) > 10
    page.goto(f"{session.get_absolute_url()}reviews/")
    paths = [page.url]
    while page.get_by_role("link", name="Next page").count():
        page.get_by_role("link", name="Next page").click()
        paths.append(page.url)
    open_pages(page, [session.get_absolute_url(), *paths])
    assert stolen == []


def test_nothing_that_people_write_makes_a_request(page, stolen, skill):
    people = hostile.people(hostile.REQUESTS)
    sessions = hostile.sessions(hostile.REQUESTS, people, [skill])
    paths = [session.get_absolute_url() for session in sessions]
    open_pages(page, [*paths, "/sessions/", *(person.get_absolute_url() for person in people)])
    page.goto("/sessions/")
    swap(page, [f"/sessions/?q={quote(word)}" for word in ["", *hostile.REQUESTS]], "#results")
    page.goto(paths[0])
    swap(page, [f"{path}registration/" for path in paths], "#join", "POST")
    page.wait_for_load_state("networkidle")
    assert stolen == []


class TestControl:
    """Without escaping the same words are noticed, or the tests above would say nothing."""

    pytestmark = pytest.mark.urls("e2e.script_pages")

    def test_what_wants_to_run_is_noticed(self, page, watch):
        found = page.evaluate(OPEN, [f"/try/unescaped/?text={quote(word)}" for word in hostile.WORDS[:20]])
        assert len(found) >= 15
        assert len([fault for fault in watch.faults if fault.startswith("Policy:")]) >= 10
        watch.faults.clear()

    def test_what_wants_to_ask_is_noticed(self, page, watch, stolen):
        watch.expect(404, 405, 403)
        for word in hostile.REQUESTS[:4]:
            page.goto(f"/try/unescaped/?text={quote(word)}")
            page.wait_for_load_state("networkidle")
        assert len(stolen) >= 4
