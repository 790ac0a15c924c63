"""axe on every kind of page, in both themes, on phone and desk: no violation."""

import re
from collections import defaultdict
from datetime import time, timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import expect

from core.preconditions import ROOT
from e2e.conftest import SCREENS
from e2e.world import published, seated
from features.accounts import services as accounts
from features.accounts.models import site_day
from features.assessments import services as assessments
from features.assessments.models import Badge
from features.calendar import services as calendar
from features.calendar.models import BusyCalendar
from features.forum import services as forum
from features.forum.models import Board, Post, Thread
from features.library import services as library
from features.marketing import services as marketing
from features.marketing.models import Newsletter
from features.mentoring import services as mentoring
from features.mentoring.models import Booking, BookingRules, Cohort, MentorPage, Offer, OfficeHour
from features.moderation import services as moderation
from features.moderation.links import page_of
from features.notifications import services as notifications
from features.notifications.links import token as unsubscribe_token
from features.payments import services as payments
from features.sessions import services
from features.sessions.links import CANCELLATION, WAITLIST, token
from features.sessions.models import SessionMessage, SkillSession
from tests.accounts.conftest import add_totp, code_now
from tests.assessments.conftest import make_bank, make_task, read, sit
from tests.assessments.conftest import write as assessment_item
from tests.assessments.test_evaluations import make_talk
from tests.assessments.test_work import proven
from tests.factories import PASSWORD, make_skill, make_user
from tests.library.conftest import write
from tests.local_stripe import money
from tests.permissions.purchases_world import refused_transfer

PHONE_BY_DAY, PHONE_BY_NIGHT, DESK_BY_DAY, DESK_BY_NIGHT = (
    {"screen": screen, "color_scheme": theme} for screen in ("phone", "desk") for theme in ("light", "dark")
)
# Not pages, or not ours.
LEFT_OUT = (
    "calendar", "file", "download", "logout", "mfa_login_webauthn", "admin:", "api-", "dev_", "_atom", "_ics", "_json",
)  # fmt: skip
LINKS = "[...document.links].filter((a) => a.origin === location.origin).map((a) => a.pathname)"


def kind(path):
    """The name of the page at `path`; one that does not exist is of a kind of its own."""
    try:
        return resolve(path.partition("?")[0]).view_name or path
    except Resolver404:
        return path


# What colours a text has is decided by its tag, its classes and states, and by those of all that it stands in. Answers
# that of each text that can be seen, by which it is numbered.
TEXTS = """() => {
  const states = ["class", "type", "dir", "role", "open", "readonly", "disabled", "aria-current", "aria-pressed",
    "aria-selected", "aria-invalid", "aria-disabled", "aria-busy", "data-theme"];
  const known = new Map();
  const look = (node) => {
    if (!node) return "";
    if (!known.has(node)) {
      const own = states.filter((name) => node.hasAttribute(name)).map((name) => name + "=" + node.getAttribute(name));
      if (node.querySelector(":scope > :checked")) own.push("!");
      if (/^http/.test(node.getAttribute("href"))) own.push("*");
      known.set(node, `${look(node.parentElement)}>${node.localName} ${own}`);
    }
    return known.get(node);
  };
  const says = (node) => node.value || node.placeholder ||
    [...node.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
  for (const link of document.links) link.look = look(link);
  globalThis.texts = [...document.body.querySelectorAll("*")].filter((node) => says(node) && node.checkVisibility());
  return texts.map(look);
}"""
# Every page holds it from its beginning on, without running it: handing half a megabyte over for each look took a
# fifth of all the time. The contrast of a text is measured where it is `fresh`; that of a link in a text with the
# words beside it, which took half of all the rest, until one of its look was told apart.
AXE = f"""globalThis.loadAxe = () => {{ {AXE_SCRIPT}
  axe.configure({{ rules: [{{ id: "color-contrast", selector: "[data-fresh]" }}] }});
  const check = axe._audit.checks["link-in-text-block"], measure = check.evaluate, told = new Set();
  check.evaluate = function (link, ...more) {{
    const look = link.look && `${{link.look}} ${{innerWidth}} ${{matchMedia("(prefers-color-scheme: dark)").matches}}`;
    if (told.has(look)) return true;
    const result = measure.call(this, link, ...more);
    if (look && result) told.add(look);
    return result;
  }};
}};"""
AXE_RUN = """async ([fresh, options]) => {
  globalThis.axe ?? loadAxe();
  for (const text of document.querySelectorAll("[data-fresh]")) delete text.dataset.fresh;
  for (const number of fresh) texts[number].dataset.fresh = "";
  return (await axe.run(options)).violations;
}"""
# What no rule asks for is left out: where in the page a fault is, and the style sheets loaded once more.
AXE_OPTIONS = {"resultTypes": ["violations"], "selectors": False, "preload": {"assets": ["media"]}}
# Axe takes most of its time to warm up, in each new window. So a page is written into the window of the one before,
# as a navigation would: parsed, styled and run anew, under its own address.
TURN = """async (path) => {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  const text = await answer.text();
  document.open();
  history.replaceState(null, "", answer.url);
  document.write(text);
  const loaded = new Promise((done) => addEventListener("load", done, { once: true }));
  document.close();
  await loaded;
}"""
CONTRAST = "color-contrast"
# By screen and theme, the looks of texts whose contrast was measured: it takes most of the time that axe takes.
measured: defaultdict[tuple, set[str]] = defaultdict(set)


class Inspector:
    """Looks at pages with axe in all `ways`, the first of which the window is in; and at one page of every kind that
    they link to."""

    def __init__(self, page, ways):
        self.page, self.seen, self.found = page, set(), []
        self.ways = list(ways)  # the present one first
        page.add_init_script(AXE)
        page.goto("about:blank")
        self.devtools = page.context.new_cdp_session(page)

    def become(self, way):
        """What a window of that size is, and of that theme: a change of size alone would leave a phone one to touch."""
        screen = SCREENS[way["screen"]]
        is_phone = screen.get("is_mobile", False)
        metrics = screen["viewport"] | {"deviceScaleFactor": 1, "mobile": is_phone}
        self.devtools.send("Emulation.setDeviceMetricsOverride", metrics)
        self.devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": is_phone})
        self.page.emulate_media(color_scheme=way["color_scheme"])
        if not is_phone:  # a page that grows shows its filters as one that was loaded so wide; axe asks if it is open
            self.page.evaluate("document.querySelectorAll('details.filters').forEach((fold) => { fold.open = true; })")
        self.ways.remove(way)
        self.ways.insert(0, way)

    def visit(self, *paths, under="/"):
        """Links that lead elsewhere than `under` are not followed."""
        paths = list(paths)
        self.seen |= {kind(path) for path in paths}
        for path in paths:  # which grows on the way
            self.turn_to(path)
            self.look(path)
            for link in self.page.evaluate(LINKS):
                found = kind(link)
                if found not in self.seen and link.startswith(under) and not any(word in found for word in LEFT_OUT):
                    self.seen.add(found)
                    paths.append(link)

    def turn_to(self, path):
        if self.page.url == "about:blank":
            self.page.goto(path)
        else:
            self.page.evaluate(TURN, path)

    def look(self, name):
        """At what stands on the page now, in all ways."""
        for number, way in enumerate(list(self.ways)):
            if number:
                self.become(way)
            self.look_once(name)

    def look_once(self, name):
        way = self.ways[0]
        name = f"{name} ({', '.join(way.values())})"
        known = measured[tuple(way.values())]
        looks = self.page.evaluate(TEXTS)
        fresh = {look: number for number, look in enumerate(looks) if look not in known}
        known.update(fresh)
        faults = self.page.evaluate(AXE_RUN, [list(fresh.values()), AXE_OPTIONS])
        for fault in faults:
            for node in fault["nodes"]:
                said = f"{name}: {fault['id']}: {node['html'][:200]}\n    {node['failureSummary'][:400]}"
                self.found.append(said)


@pytest.fixture
def ways():
    return PHONE_BY_DAY, DESK_BY_NIGHT


@pytest.fixture
def inspect(enter, ways):
    """An inspector in a browser of somebody's; what it found, all at once, is the test's failure."""
    inspectors = []

    def inspect(person=None):
        inspectors.append(Inspector(enter(person, **ways[0]), ways))
        return inspectors[-1]

    yield inspect
    found = dict.fromkeys(fault for inspector in inspectors for fault in inspector.found)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_what_can_hardly_be_read_is_found_once_for_each_look(enter):
    page = enter()
    inspector = Inspector(page, [{"screen": "none", "color_scheme": "none"}])
    for n, style in enumerate(["color: #bbb", "color: #bbb", "color: #ccc", "color: black"]):
        page.set_content(f"<main><h1>A title</h1><p>Plain</p><p class='{style[-4:]}' style='{style}'>Pale</p></main>")
        inspector.look(n)
    assert [said.partition("<")[0] for said in inspector.found if "color-contrast" in said] == [
        "0 (none, none): color-contrast: ", "2 (none, none): color-contrast: ",
    ]  # fmt: skip


def test_a_link_in_a_text_is_found_where_only_its_colour_tells_it_apart(enter):
    """Also after one of the same look that stood alone, and one that is underlined."""
    page = enter()
    inspector = Inspector(page, [{"screen": "none", "color_scheme": "none"}])
    texts = ["{}", "Read {} first.", "And {} after it.", "See {} too."]
    for n, (text, kind) in enumerate(zip(texts, ["pale", "pale", "pale", "lined"], strict=True)):
        style = "color: #333" + "; text-decoration: none" * (kind == "pale")
        link = f"<a class='{kind}' href='/' style='{style}'>this</a>"
        page.set_content(f"<main><h1>A title</h1><p>{text.format(link)}</p></main>")
        inspector.look(n)
    found = [said.partition("<")[0] for said in inspector.found if "link-in-text-block" in said]
    assert found == ["1 (none, none): link-in-text-block: ", "2 (none, none): link-in-text-block: "]


def test_what_can_hardly_be_read_in_one_of_the_ways_is_found_in_that_one(enter):
    inspector = Inspector(enter(**PHONE_BY_DAY), [PHONE_BY_DAY, DESK_BY_NIGHT])
    phone = "(width < 60rem) and (pointer: coarse) and (prefers-color-scheme: light)"
    desk = "(width >= 60rem) and (not (pointer: coarse)) and (prefers-color-scheme: dark)"
    styles = f"@media {phone} {{ .one {{ color: #bbb }} }} @media {desk} {{ .other {{ color: #bbb }} }}"
    texts = "".join(f"<p class='in-{name} {name}'>Pale</p>" for name in ("one", "other"))
    size = "<meta name=viewport content='width=device-width'>"
    inspector.page.set_content(f"{size}<style>{styles}</style><main><h1>A title</h1>{texts}</main>")
    for way in ("phone, light", "desk, dark"):
        assert inspector.ways[0] == dict(zip(("screen", "color_scheme"), way.split(", "), strict=True))
        inspector.look("here")
    found = [said.partition("\n")[0] for said in inspector.found if CONTRAST in said]
    assert [(said.partition(":")[0], "one" in said) for said in found] == [
        ("here (phone, light)", True), ("here (desk, dark)", False),
    ]  # fmt: skip
    # A window that was one to touch has no mouse afterwards: nothing may ask for one, or it would be seen by nobody.
    assert not re.search(r"hover: hover|pointer: fine", (ROOT / "static/css/site.css").read_text())


class World:
    """A session in each of its states, as `learner` and `expert` see them."""

    def __init__(self, expert, learner, outsider, skill):
        self.days = 0
        self.expert, self.about = expert, [skill]
        self.open = self.session(title="One with room")
        self.full = self.session(title="One without", capacity=1)
        self.seat = services.register(session=self.full, person=outsider)
        self.priced = self.session(title="One with a price", price_minor=4500, currency="EUR")
        self.mine = self.session(title="One of mine")
        self.my_seat = services.register(session=self.mine, person=learner, note="My own plan, please.")
        self.offered = self.session(title="One on offer", capacity=1)
        first = services.register(session=self.offered, person=outsider)
        self.place = services.join_waitlist(session=self.offered, person=learner)
        services.cancel_registration(registration=first, by=outsider)
        self.waiting = self.session(title="One to wait for", capacity=1)
        seated(self.waiting, outsider)
        services.join_waitlist(session=self.waiting, person=learner)
        self.tickets = self.session(
            title="One with tickets",
            address="Hafen 1, Bremen",
            tickets=[
                services.Wanted(name="On the screen"),
                services.Wanted(name="At the wall", format="in_person", capacity=1, instructions="Ring twice."),
            ],
        )
        wall = self.tickets.tickets.get(name="At the wall")
        services.register(session=self.tickets, person=outsider, ticket=wall)
        self.off = self.session(title="One called off")
        services.cancel_session(session=self.off, by=expert, reason="I lost my voice.")
        here = {"starts_in": timedelta(minutes=10), "format": "in_person", "address": "Hafen 1, Bremen"}
        self.soon = self.session(title="One that begins", **here)
        self.soon_seat = services.register(session=self.soon, person=learner)
        seated(self.soon, make_user("Third Thandeka"))
        services.check_in(registration=self.soon_seat, by=expert)
        self.over = self.session(title="One that was")
        self.over_seat = services.register(session=self.over, person=learner)
        long_ago = timezone.now() - timedelta(days=9)
        SkillSession.objects.filter(pk=self.over.pk).update(starts_at=long_ago, ends_at=long_ago + timedelta(hours=1))
        said = {
            "notes": "### Where to begin\n\n- inside", "notes_for": "everybody", "recording_for": "everybody",
            "recording_url": "https://video.example.org/w/over", "recording_seconds": 3600, "has_captions": False,
            "captions_url": "", "transcript": "We began inside.",
        }  # fmt: skip
        services.post_recap(session=self.over, by=expert, data=said)
        self.empty = self.session(title="One without a host")
        services.register(session=self.empty, person=learner)
        begun = timezone.now() - timedelta(hours=2)
        SkillSession.objects.filter(pk=self.empty.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))

    def session(self, **fields):
        self.days += 1
        return published(self.expert, self.about, **{"starts_in": timedelta(days=self.days)} | fields)


@pytest.fixture
def world(expert, learner, outsider):
    area = make_skill("Data")
    return World(expert, learner, outsider, make_skill("PostgreSQL", synonyms=["Postgres"], parent=area))


def test_what_strangers_see(inspect, watch, world):
    watch.expect(404)
    stranger = inspect()
    sessions = (world.open, world.full, world.priced, world.off, world.over, world.soon, world.tickets)
    stranger.visit(
        "/", "/sessions/?q=postgers", "/sessions/?q=one&kind=workshop&level=3", "/skills/?q=post", "/search/?q=zymurgy",
        "/nothing/",
        *(session.get_absolute_url() for session in sessions),
        *(f"{session.get_absolute_url()}registration/" for session in (world.open, world.full, world.tickets)),
        *(f"/join/{seat.join_token}/" for seat in (world.my_seat, world.soon_seat, world.over_seat)),
        f"/place/{token(world.place.public_id, WAITLIST)}/",
        f"/seat/{token(world.seat.public_id, CANCELLATION)}/cancellation/",
        f"/unsubscribe/{unsubscribe_token(world.seat.person_id, 'reminders')}/",
    )  # fmt: skip
    assert {"home", "sessions", "session", "registration", "person", "skill", "skills"} <= stranger.seen
    assert {"account_login", "account_signup", "account_request_login_code", "account_reset_password"} <= stranger.seen
    page = stranger.page
    page.goto(f"{world.open.get_absolute_url()}registration/")
    page.get_by_label("E-mail").fill("nobody@nowhere")
    page.get_by_label("Name").fill("x" * 80)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Write it in full, such as name@example.org.")).to_be_visible()
    stranger.look("sign-up with a fault")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Code")).to_be_visible()
    stranger.look("asking for the code")


def test_what_members_see(inspect, world, learner, expert):
    notifications.follow(person=learner, key=f"person:{expert.pk}")
    member = inspect(learner)
    sessions = (world.open, world.full, world.mine, world.offered, world.waiting, world.soon)
    own = (f"{session.get_absolute_url()}registration/" for session in sessions)
    member.visit("/", "/agenda/", world.mine.get_absolute_url(), *own)
    for ticket in world.tickets.tickets.order_by("-pk"):  # one that is full, to wait for, and one to take instead
        member.page.goto(f"{world.tickets.get_absolute_url()}registration/")
        member.look(f"a choice of tickets, before {ticket}")
        verb = services.register if ticket.has_room else services.join_waitlist
        verb(session=world.tickets, person=learner, ticket=ticket)
    assert {"inbox", "notification_preferences", "follows", "subscription"} <= member.seen
    calendar.open_feed(person=learner)
    notifications.suppress(address=learner.email, reason="bounced", answer="550 5.1.1 No such user")
    for path in ("/account/calendar/", "/account/notifications/"):
        member.page.goto(path)
        member.look(f"{path} in its other state")
    page = member.page
    page.goto(f"{world.empty.get_absolute_url()}host-absence/")
    expect(page.get_by_role("button", name="Say so")).to_be_visible()
    member.look("a host who did not come")
    page.goto("/account/2fa/totp/activate/")
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    member.look("asking who it is")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Turn on")).to_be_visible()
    member.look("setting up the app")
    for path in ("/account/data/", "/account/closure/"):
        page.goto(path)
        member.look(path)
    assert {"preferences", "account_email", "usersessions_list", "weekly_hours", "mfa_index"} <= member.seen
    page.get_by_label("You, Sofia Mendes").click()
    member.look("the open menu")


def test_what_hosts_see(inspect, world, expert):
    draft = services.duplicate(session=world.open, by=expert)
    words = {"title": "Bring a query", "text": "A slow one.", "audience": "seats", "ticket": None}
    message = services.save_message(message=SessionMessage(session=world.tickets), by=expert, data=words)
    asked = published(make_user("Other Host", role="expert"), list(world.open.skills.all()))
    services.invite_cohost(session=asked, by=asked.host, handle=expert.handle)
    about = world.tickets.get_absolute_url()
    host = inspect(expert)
    host.visit(
        f"{about}dashboard/", f"{about}share/", f"{about}co-hosts/", f"{asked.get_absolute_url()}co-hosting/",
        f"{draft.get_absolute_url()}publication/later/",
        "/hosting/", "/sessions/new/", draft.get_absolute_url(), f"{world.soon.get_absolute_url()}roster/",
        f"{world.waiting.get_absolute_url()}roster/?show=missing", f"{world.tickets.get_absolute_url()}edit/",
        f"{world.tickets.get_absolute_url()}roster/", f"{world.tickets.get_absolute_url()}messages/",
        message.get_absolute_url(), f"{world.over.get_absolute_url()}recap/", world.over.get_absolute_url(),
        f"{world.mine.get_absolute_url()}cancellation/",
        under="/sessions/",
    )  # fmt: skip
    assert {"session_edit", "session_roster", "session_cancellation"} <= host.seen
    assert {"session_messages", "session_message"} <= host.seen
    assert {"session_dashboard", "session_share", "session_cohosts", "cohosting", "session_schedule"} <= host.seen
    page = host.page
    page.goto("/sessions/new/")
    page.get_by_label("Title").fill("One more")
    page.get_by_label("Outcome").fill("Something.")
    page.get_by_role("combobox", name="Skills").press_sequentially("postg")
    expect(page.get_by_role("option", name="PostgreSQL")).to_be_visible()
    host.look("the open picker")
    page.get_by_role("combobox", name="Skills").fill("Nothing like it")
    page.get_by_label("Date").fill("2031-01-01")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Some answers need another look")).to_be_visible()
    host.look("new session with faults")


def test_what_one_agrees_to(inspect, learner, organiser):
    for kind, after in (("terms", 0), ("privacy", 0), ("terms", 1)):
        accounts.publish_terms(
            by=organiser, kind=kind, after=after, text="### Who may join\n\nPeople of 16 and older.", changes="Seats.",
            in_force_on=site_day(),
        )  # fmt: skip
    inspect().visit("/terms/", "/terms/?version=1", "/privacy/", "/account/signup/", under="/terms/")
    learner.set_unusable_password()
    learner.save()
    member = inspect(learner)
    page = member.page
    page.goto("/sessions/")
    expect(page.get_by_role("heading", name="Do you agree?")).to_be_visible()
    member.look("asked again")
    page.get_by_role("button", name="I agree").click()
    expect(page).to_have_url(re.compile(r"/sessions/$"))
    page.goto("/account/data/")
    page.get_by_role("button", name="Mail a code to").click()
    expect(page.get_by_label("Code")).to_be_visible()
    member.look("asking for a mailed code")


def test_what_the_organiser_sees(inspect, world, organiser, learner, outsider):
    refused_transfer(outsider, learner)
    draft = moderation.save_draft(person=learner, skills=world.about, plan="Plans", evidence="Years", links="")
    moderation.send(application=draft)
    moderation.ask_for_mark(person=learner, kind="works_at", name="Port", link="https://example.org/team")
    group = mentoring.save_cohort(cohort=Cohort(name="Spring"), by=organiser)
    mentoring.add_to_cohort(cohort=group, handles=[learner.handle])
    other = make_user("Second Moderator", role="moderator")
    given = moderation.impose(by=other, person=outsider, kind="silence", reason="Advertising")
    mentoring.keep_two_apart(people=[learner, outsider], by=organiser, reason="Threats")
    moderation.appeal(sanction=given, text="It was no advertisement.")
    author = make_user("An Author", role="expert")
    taken = sit(make_bank(author, other, world.about[0], items=12, most=6), learner)
    marketing.save_newsletter(newsletter=Newsletter(title="What begins", text="Read *this*."), by=organiser)
    secret = add_totp(organiser)
    organising = inspect()
    page = organising.page
    page.goto("/manage/")
    page.get_by_label("E-mail").fill(organiser.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    organising.look("the second step")
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("navigation", name="Manage")).to_be_visible()
    # Of a kind of page one is looked at: of the people, one whom they may judge.
    judged, result = f"/manage/people/{learner.pk}/", f"/manage/results/attempt/{taken.public_id}/"
    organising.visit(judged, "/manage/", result, under="/manage/")
    organising.visit("/account/2fa/", "/account/2fa/recovery-codes/", under="/account/2fa/")
    assert {"manage", "manage_roles", "manage_audit", "manage_newsletter", "manage_newsletter_new"} <= organising.seen
    of_people = {"manage_person", "manage_expert", "manage_mark", "manage_sanction", "manage_new_sanction"}
    assert of_people | {"manage_role_revocation", "manage_appeals"} <= organising.seen
    page.goto(f"{judged}support-view/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.goto(f"{judged}merge/?other={outsider.handle}&stays=this")
    organising.look("before a merge")
    page.goto(f"{judged}support-view/")
    page.get_by_label("They asked for help").check()
    page.get_by_label("Reason").fill("A seat is missing.")
    organising.look("before a support view")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("complementary", name="Support view")).to_contain_text(learner.name)
    organising.look("a support view")
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("You are yourself again.")).to_be_visible()
    own = page_of(given)  # signed with the second
    organising.visit(own, under=own)


@pytest.mark.urls("e2e.script_pages")
def test_when_something_is_wrong(inspect):
    inspect().visit(*(f"/try/error/{name}/" for name in ("400", "403", "403_csrf", "404", "429", "500", "503")))


@pytest.mark.parametrize("ways", [(PHONE_BY_NIGHT, DESK_BY_DAY)], ids=["by-night-and-by-day"])
def test_the_main_pages_the_other_way_round(inspect, world, learner):
    for inspector in (inspect(), inspect(learner)):
        for path in ("/", "/sessions/", world.open.get_absolute_url()):
            inspector.page.goto(path)
            inspector.look(path)


def test_what_the_library_shows(inspect, expert, learner, skill):
    free, paid = write(expert, skill), write(expert, skill, title="With a price", price_minor=4500)
    article = write(expert, skill, kind="article", title="An article")
    draft = write(expert, skill, title="Not yet public", published=False)
    for lesson in free.lessons.select_related("work__author"):
        library.mark_done(lesson=lesson, person=learner)
    library.begin(work=article, person=learner)
    locked = paid.lessons.last()
    reader = inspect(learner)
    pages = (free, paid, locked, article, free.enrolments.get().certificate)
    reader.visit("/library/", "/library/?q=nothing+like+it", "/library/learning/",
                 *(thing.get_absolute_url() for thing in pages), under="/library/")  # fmt: skip
    author = inspect(expert)
    author.visit(draft.get_absolute_url(), "/library/writing/", under="/library/")
    assert {"work_new", "work_edit", "work_contents", "lesson_edit"} <= author.seen
    author.visit(f"{free.enrolments.get().certificate.get_absolute_url()}revocation/", under="/c/")


def test_what_money_shows(inspect, till, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    work = write(expert, skill, title="With a price", price_minor=4500)
    package = payments.offer_package(
        seller=expert, scope="session", units=5, price_minor=18000, currency="EUR", valid_days=180
    )
    orders = [
        payments.order_of("registration", services.register(session=session, person=learner).pk),
        payments.buy_package(package=package, person=learner),
        library.buy(work=work, person=learner),
    ]
    buyer = inspect(learner)
    page = f"/payments/orders/{orders[2].public_id}/"
    buyer.visit(work.get_absolute_url(), page, under="/account/payments/")
    for order in orders:
        payments.checkout_url(order=order)
        with till.state.lock:
            money.pay(till.state, order.checkouts.get(closed_at=None).stripe_id)
    till.state.listeners[0].flush()
    buyer.visit("/account/wallet/", "/account/payments/", page, under="/account/payments/")
    seller = inspect(expert)
    seller.visit("/account/earnings/", "/packages/", under="/account/earnings/")
    refused_transfer(expert, learner)
    seller.visit("/account/earnings/", under="/account/earnings/")


def test_what_assessments_show(inspect, expert, learner, outsider, skill):
    bank = make_bank(expert, outsider, skill, items=12, most=6)
    beta = make_bank(expert, outsider, skill, items=12, stage="beta", calibrated=False, title="A beta", most=6)
    item = assessment_item(bank, expert, 70, is_practice=True)
    assessments.review_item(item=item, by=proven("A Reader", skill), verdict="good")
    sit(bank, learner)
    sit(beta, learner, knows=lambda row: row.position % 2)
    task = make_task(expert, skill)
    work = assessments.submit(task=task, person=learner, text="My work")
    read(work, proven("Joaquín Batista", skill), {"cause": 3})
    running = assessments.begin(bank=make_bank(expert, outsider, skill, items=12, title="Running"), person=learner)
    talk = make_talk(expert, skill, title="A talk")
    start = assessments.free_times(task=talk, person=outsider, now=timezone.now())[0][0]
    booked = assessments.book_evaluation(task=talk, person=outsider, starts_at=start, note="My plan")
    badge = Badge.objects.create(
        person=learner, skill=skill, level=3.4, low=3, high=3.8, holder=learner.name,
        expires_at=timezone.now() + timedelta(days=700),
    )  # fmt: skip
    taker = inspect(learner)
    taker.visit("/assessments/", bank.get_absolute_url(), running.get_absolute_url(), under="/assessments/")
    taker.visit("/progress/", f"/progress/{skill.slug}/", under="/progress/")
    taker.visit("/work/", task.get_absolute_url(), work.get_absolute_url(), talk.get_absolute_url(), under="/work/")
    taker.visit(badge.get_absolute_url(), under=badge.get_absolute_url())
    seen = {"attempt_result", "assessment_practice", "self_review", "work_appeal", "task_times"}
    assert seen <= taker.seen
    inspect(outsider).visit(booked.get_absolute_url(), under="/work/")
    author = inspect(expert)
    author.visit("/assessments/banks/", f"/assessments/banks/{bank.pk}/", under="/assessments/")
    author.visit("/work/reading/", f"/work/tasks/{task.pk}/examples/", f"/work/tasks/{task.pk}/words/", under="/work/")
    assert {"item", "item_new", "bank_rules", "task_new", "task_words"} <= author.seen


def test_what_the_forum_shows(inspect, expert, learner, outsider, skill):
    newcomer, session = outsider, published(expert, [skill])
    board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
    facts = {
        "author": learner,
        "board": board,
        "kind": "question",
        "skills": [skill],
        "text": "It is a small one. " * 3,
    }
    thread, other = (forum.ask(title=f"Why is it slow on a {day}?", **facts) for day in ("Monday", "Tuesday"))
    post = forum.reply(author=expert, thread=thread, text="Because of the *backup*.\n\n    a plan\n\n> said")
    forum.remark(author=learner, post=post, text="Which one?")
    Post.objects.update(created_at=timezone.now() - timedelta(hours=1))
    forum.edit(by=expert, post=Post.objects.get(pk=post.pk), text="Because of the backup, each Monday.")
    forum.propose_duplicate(by=expert, thread=other, of=thread)
    forum.accept(by=learner, post=Post.objects.get(pk=post.pk))
    Thread.objects.filter(pk=thread.pk).update(is_stale=True)
    asker = inspect(learner)
    asker.visit("/forum/", "/forum/?q=slow", "/forum/?q=nothing+like+it", "/forum/new/", "/forum/unanswered/",
                thread.get_absolute_url(), other.get_absolute_url(), f"/forum/posts/{post.pk}/history/",
                f"/forum/posts/{post.pk}/comments/", f"{other.get_absolute_url()}invitations/",
                f"{other.get_absolute_url()}duplicates/", under="/forum/")  # fmt: skip
    assert {"post_edit", "post_history", "post_removal", "thread_invitations", "board"} <= asker.seen
    first = forum.ask(title="It is slow somehow", in_workshop=True, **facts | {"author": newcomer})
    forum.remark(author=newcomer, post=first.posts.get(), text="Since Monday, I think.")
    forum.ask(title="Which line do I read first?", about=f"session:{session.pk}", **facts)
    inspect(newcomer).visit("/forum/workshop/", first.get_absolute_url(), "/forum/new/", under="/forum/workshop/")
    inspect(learner).visit(session.get_absolute_url(), f"/forum/?about=session:{session.pk}",
                           f"/forum/new/?about=session:{session.pk}", under=session.get_absolute_url())  # fmt: skip
    inspect(expert).visit(thread.get_absolute_url(), under=thread.get_absolute_url())


def asked(person, mentor, skill):
    words = {"goal": "Lead the move", "background": "Two years of SQL", "expectation": "A plan"}
    return mentoring.send_request(person=person, mentor=mentor, about=[skill], **words)


def test_what_mentoring_shows(inspect, expert, learner, outsider, skill):
    other = make_user("Second Mentor", role="expert", languages=["en"])
    for mentor in (expert, other):
        page = MentorPage(person=mentor, languages=["en"], about="Bring one slow thing.", not_for="Certificates")
        mentoring.save_mentor_page(page=page, topics=[skill])
        calendar.keep_free(person=mentor, hours=[(day, time(8), time(20)) for day in range(1, 8)])
        mentoring.save_rules(rules=BookingRules(mentor=mentor, room_url="https://meet.example.org/amara"))
        offer = mentoring.save_offer(offer=Offer(mentor=mentor, title="An hour on your queries", minutes=60))
    mentoring.set_goal(
        person=learner, reason="Answer them myself", skills=[skill], level=4, minutes=60, budget=None,
        now=timezone.now(),
    )  # fmt: skip
    over = mentoring.accept_request(request=asked(outsider, expert, skill))
    mentoring.finish(engagement=over, by=outsider, ending="reached", summary="Good", rating=5, testimonial="So good.")
    mentoring.say_at_end(engagement=over, by=expert, summary="They read plans")
    mentoring.reveal(testimonial=over.testimonial, is_shown=True)
    together = mentoring.accept_request(request=asked(learner, expert, skill))
    mentoring.write_message(engagement=together, author=expert, text="Look *here* first.")
    mentoring.write_note(engagement=together, author=learner, text="For me", is_shared=False)
    mentoring.add_action(engagement=together, by=learner, owner=expert, text="Send the plan")
    free = mentoring.free_slots(offer, learner, now=timezone.now())
    first, second = [start for start, _end in free if start > timezone.now() + timedelta(days=2)][:8:4]
    meeting = mentoring.book(booking=mentoring.reserve(offer=offer, person=learner, starts_at=first))
    mentoring.reserve(offer=offer, person=outsider, starts_at=second)
    waiting = asked(outsider, other, skill)
    in_writing = mentoring.save_offer(offer=Offer(mentor=other, kind="review", title="Your plan, read"))
    work = mentoring.ask_in_writing(offer=in_writing, person=learner, question="Why?", work="SELECT 1")
    mentoring.ask_back(review=work, question="Which version?")
    words = {"goal": "Read plans", "background": "Two years", "expectation": "A plan", "about": [skill]}
    pooled = mentoring.ask_anybody(person=outsider, **words)
    shared = OfficeHour(mentor=other, skill=skill, title="Three plans", starts_at=timezone.now() + timedelta(days=9))
    mentoring.open_office_hour(hour=shared, minutes=60)
    mentoring.join_hour(hour=shared, person=learner)
    member = inspect(learner)
    mentoring.join_hour(hour=shared, person=outsider)
    member.visit(shared.get_absolute_url(), under="/mentors/second-mentor/hours/")
    mentoring.decide_hours(now=shared.decide_at)
    member.visit(shared.get_absolute_url() + "?decided", under="/mentors/second-mentor/hours/")
    member.visit("/mentors/", "/mentors/?q=nothing+like+it", f"/mentors/{expert.handle}/", under="/mentors/")
    member.visit("/mentoring/", together.get_absolute_url(), under="/mentoring/")
    member.visit("/meetings/", meeting.get_absolute_url(), f"/meet/{meeting.mentee_token}/", under="/meetings/")
    assert {"mentor_suggestions", "mentor_goal", "mentor_slots", "agreement", "fit_check", "ending"} <= member.seen
    assert {"booking_move", "booking_cancellation"} <= member.seen
    member.visit(in_writing.get_absolute_url(), "/mentoring/pool/new/", f"/people/{expert.handle}/reputation/",
                 under="/mentoring/pool/")  # fmt: skip
    assert {"written_review", "written_reviews"} <= member.seen
    mentor = inspect(other)
    now = timezone.now()
    OfficeHour.objects.update(decide_at=now - timedelta(days=1), starts_at=now, ends_at=now + timedelta(hours=1))
    mentor.visit(shared.get_absolute_url(), under="/mentors/second-mentor/hours/")
    mentoring.come_to_hour(hour=OfficeHour.objects.get(), person=other)
    OfficeHour.objects.update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    mentoring.settle_hours(now=now)
    mentor.visit(shared.get_absolute_url() + "?settled", under="/mentors/second-mentor/hours/")
    mentor.visit("/mentors/settings/", under="/mentors/settings/")
    mentor.visit("/mentoring/pool/", pooled.get_absolute_url(), under="/mentoring/pool/")
    mentoring.lock_pooled(pooled=pooled, mentor=other)
    mentor.visit(pooled.get_absolute_url(), work.get_absolute_url(), under="/mentoring/pool/")
    mentor.visit("/mentoring/", waiting.get_absolute_url(), "/mentoring/offers/", under="/mentoring/")
    assert {"offer_new", "offer_edit", "office_hour_new"} <= mentor.seen
    held = inspect(outsider)
    held.visit(
        Booking.objects.get(mentee=outsider).get_absolute_url(), over.get_absolute_url(), under="/mentoring/with/"
    )


def test_promises_that_were_not_kept_and_who_is_kept_apart(inspect, learner, expert, outsider):
    now = timezone.now()
    for n in range(4):
        moderation.note_incident(
            person=learner, kind="no_show", source=f"booking:{n}", happened_at=now, ability="register", other=expert
        )
    moderation.appeal_incident(incident=learner.incidents.latest("pk"), words="I was there.")
    BusyCalendar.objects.create(person=learner, address="https://calendar.example.org/a.ics", problem="away")
    mentoring.keep_apart(person=learner, other=outsider)
    member = inspect(learner)
    member.visit("/account/places/", "/search/?q=zymurgy", under="/account/places/")
    member.visit("/reliability/", "/account/reliability/", "/account/calendar/busy/", under="/account/reliability/")
    member.visit("/mentoring/apart/", f"/mentoring/apart/{expert.handle}/", under="/mentoring/apart/")
