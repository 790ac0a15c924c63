"""Without a mouse: everything is reached by Tab, shows where one is, and does what it says."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from e2e.world import advertised, published
from features.moderation import services as moderation

# The element with the focus, what is drawn in its place, or the row it stands for has an outline.
IS_SHOWN = """() => {
  const isOutlined = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const at = document.activeElement;
  if (at === document.body || [...at.parentElement.querySelectorAll("*")].some(isOutlined)) return true;
  for (let node = at; node; node = node.parentElement) if (isOutlined(node)) return true;
  return false;
}"""


def tab_to(page, target, most=80):
    """Press Tab until `target` has the focus; wherever one comes by, the focus can be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SHOWN), page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab did not lead to {target}")


@pytest.fixture
def session(expert, skill):
    published(expert, [skill], title="Query plans, the webinar", kind="webinar", starts_in=timedelta(days=5))
    return published(expert, [skill])


def test_the_skip_link_leads_past_the_navigation(enter, session):
    page = enter()
    page.goto("/sessions/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Host a session").first, most=1)


def test_searching_filtering_and_taking_a_seat(enter, session, learner):
    page = enter(learner)
    page.goto("/sessions/")
    tab_to(page, page.get_by_role("searchbox", name="Search sessions"))
    page.keyboard.type("query")
    expect(page.get_by_role("heading", name="2 sessions for “query”")).to_be_visible()
    # Leaving the field asks for nothing: an answer between press and release would take the box from under the finger.
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    tab_to(page, page.get_by_role("checkbox", name="Workshop"))
    assert asked == []
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="1 session for “query”")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Workshop")).to_be_focused()
    tab_to(page, page.get_by_role("link", name=session.title))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(session.title)
    tab_to(page, page.get_by_role("button", name="Take a seat"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have a seat")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Add to calendar"), most=2)


def test_without_scripts_the_folded_filters_open_by_enter(enter, session):
    page = enter(screen="phone", javascript=False)
    page.goto("/sessions/")
    tab_to(page, page.locator("summary").filter(has_text="Filters"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("checkbox", name="Webinar"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Show results"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 session", exact=True)).to_be_visible()


def test_the_menu_opens_and_closes(enter, session, learner):
    page = enter(learner)
    page.goto("/")
    menu = page.get_by_label("You, Sofia Mendes")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="All your places"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="All your places")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_refused_form_takes_the_focus_to_its_first_fault(enter, session):
    page = enter()
    page.goto(f"{session.get_absolute_url()}registration/")
    for name, words in (("Name", "Nkechi Abara"), ("E-mail", "nkechi@nowhere")):
        tab_to(page, page.get_by_label(name))
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value("nkechi@nowhere")
    expect(page.get_by_label("E-mail")).to_have_accessible_description("Write it in full, such as name@example.org.")


def test_a_moderator_decides_in_the_queue(enter, learner, expert, outsider, moderator, skill):
    answer = advertised(outsider, expert, skill)
    moderation.flag(person=learner, key=f"post:{answer.pk}", reason="advertising")
    page = enter(moderator)
    page.goto("/moderation/")
    tab_to(page, page.get_by_role("link", name="Answer in: Why is my index not used?"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It advertises instead of helping")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="I look at this one"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Yours until")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Remove"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("In your words")).to_be_visible()
    if not page.get_by_label("Reason").evaluate("node => node === document.activeElement"):
        tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("It adv")
    tab_to(page, page.get_by_label("In your words"), most=1)
    page.keyboard.type("Say here how it works.")
    tab_to(page, page.get_by_role("button", name="Remove"), most=10)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done: Remove.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back: it is as it was before.")).to_be_visible()


def test_a_moderator_acts_beside_a_post(enter, expert, outsider, moderator, skill):
    answer = advertised(outsider, expert, skill)
    page = enter(moderator)
    page.goto(answer.thread.get_absolute_url())
    post = page.locator(f"#post-{answer.pk}")
    tab_to(page, post.locator("details.menu summary"), most=120)
    page.keyboard.press("Enter")
    tab_to(page, post.get_by_role("link", name="Hide until it is edited"), most=20)
    page.keyboard.press("Enter")
    expect(post.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("It adv")
    tab_to(page, post.get_by_role("button", name="Hide until it is edited"), most=10)
    page.keyboard.press("Enter")
    expect(post.get_by_text("Waiting to be looked at")).to_be_visible()
