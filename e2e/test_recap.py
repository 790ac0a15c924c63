"""After a session its host posts notes and a recording, and says when it answers a question; who came finds both."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from core.jobs import run_pending
from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published, seated
from features.forum import services as forum
from features.forum.models import Board
from features.sessions import services
from features.sessions.models import Registration, SkillSession
from tests.factories import make_user


@plain_phone_and_scripted_desk
def test_what_stays_of_a_session(enter, screen, javascript, expert, learner, skill):
    session = published(expert, [skill])
    away = make_user("Somebody Else")
    seated(session, learner, away)
    board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
    thread = forum.ask(
        author=learner, board=board, kind="question", title="Is a sequential scan always bad news?",
        text="Everybody tells me to get rid of it.", skills=[skill], about=f"session:{session.pk}",
    )  # fmt: skip
    begun = timezone.now() - timedelta(hours=2)
    SkillSession.objects.filter(pk=session.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    services.check_in(registration=Registration.objects.get(session=session, person=learner), by=expert)

    host = enter(expert, screen=screen, javascript=javascript)
    host.goto(session.get_absolute_url())
    host.get_by_role("link", name="Post notes or a recording").first.click()
    host.get_by_role("textbox", name="Notes").fill("Begin with the **innermost** line.")
    host.get_by_label("Link to the recording").fill("http://video.example.org/w/plan")
    host.get_by_role("radiogroup", name="Who sees the recording").get_by_label("Those who were there").check()
    host.get_by_role("button", name="Post it").click()
    expect(host.get_by_text("Give an address that begins with https://.")).to_be_visible()
    expect(host.get_by_role("textbox", name="Notes")).to_have_value("Begin with the **innermost** line.")
    host.get_by_label("Link to the recording").fill("https://video.example.org/w/plan")
    host.get_by_role("button", name="Post it").click()
    expect(host.get_by_text("This recording has no captions and no transcript.")).to_be_visible()
    host.get_by_role("link", name="Answered in the recording?").click()
    host.get_by_label("From").fill("12:40")
    host.get_by_role("button", name="Save").click()
    expect(host.get_by_text("Answered in the recording at")).to_be_visible()

    run_pending()
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto("/inbox/")
    page.get_by_role("button", name="There is something to read or watch").first.click()
    expect(page.get_by_role("link", name="Watch the recording")).to_be_visible()
    chapter = page.get_by_role("region", name="Questions it answers")
    watch = chapter.get_by_role("link", name="12:40")
    expect(watch).to_have_attribute("href", "https://video.example.org/w/plan#t=760")
    chapter.get_by_role("link", name=thread.title).click()
    expect(page.get_by_role("link", name="12:40")).to_be_visible()

    other = enter(away, screen=screen, javascript=javascript)
    other.goto(session.get_absolute_url())
    expect(other.get_by_text("innermost")).to_be_visible()
    expect(other.get_by_text("There is a recording too, which you do not see.")).to_be_visible()
    expect(other.get_by_role("link", name="Watch the recording")).to_have_count(0)

    host.goto(f"{session.get_absolute_url()}recap/")
    host.get_by_role("button", name="Take it back").click()
    expect(host.get_by_text("You took this back. Nobody else sees it.")).to_be_visible()
    page.goto(session.get_absolute_url())
    expect(page.get_by_text("innermost")).to_have_count(0)
