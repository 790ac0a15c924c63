"""What moderators do to what others wrote: act, reason, entry, letter, undo, objection."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from features.accounts.models import AuditEntry, RoleGrant
from features.forum import services as forum
from features.forum.models import Board, Post, Redaction, Thread
from features.forum.services import ForumRefused
from features.moderation import services
from features.moderation.models import ActAppeal, Case, Entry, Flag, Sanction
from features.moderation.redaction import redacted
from features.moderation.services import ModerationRefused
from features.notifications.models import Notification
from features.skills.models import SkillEvidence
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def board(skill):
    return Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)


@pytest.fixture(scope="module")
def thread(board, learner, skill):
    return ask(board, learner, skill)


@pytest.fixture(scope="module")
def answer(thread, expert):
    post = forum.reply(author=expert, thread=thread, text="Buy my course, it explains all of this.")
    Case.objects.all().delete()  # those of first posts have tests of their own
    return post


def key(post):
    return f"post:{post.pk}"


def act(by, name, *posts, **given):
    reason, words = given.pop("reason", "advertising"), given.pop("words", "")
    now = given.pop("now", None)
    return services.act(
        by=by, name=name, keys=[key(post) for post in posts], reason=reason, words=words, given=given, now=now
    )


def refused(code, *given, **facts):
    with pytest.raises(ModerationRefused, match=code):
        act(*given, **facts)


class TestAnAct:
    def test_by_a_plain_form_and_taken_back(self, as_moderator, answer, thread, expert):
        url = "/moderation/acts/hide/"
        form = as_moderator.get(f"{url}?on={key(answer)}")
        assert "Hide until it is edited" in form.text
        sent = as_moderator.post(url, {"on": key(answer), "reason": ""})
        assert sent.status_code == 422
        sent = as_moderator.post(url, {"on": key(answer), "reason": "advertising", "words": "Say how it works."})
        assert (sent.status_code, sent["Location"]) == (303, answer.get_absolute_url())
        answer.refresh_from_db()
        thread.refresh_from_db()
        assert (answer.state, thread.replies) == ("held", 0)
        entry = Entry.objects.get()
        page = as_moderator.get(thread.get_absolute_url()).text
        assert f'action="/moderation/entries/{entry.pk}/undo/"' in page  # the note that offers it
        assert "hid a post until it is edited" in page
        assert AuditEntry.objects.filter(act="moderation.hide", target=key(answer)).count() == 1
        assert as_moderator.post(f"/moderation/entries/{entry.pk}/undo/").status_code == 303
        answer.refresh_from_db()
        thread.refresh_from_db()
        assert (answer.state, thread.replies) == ("shown", 1)
        assert Entry.objects.filter(undoes=entry, act="undo").exists()

    def test_by_htmx_the_post_changes_in_place(self, as_moderator, answer):
        url = f"/moderation/acts/remove/?on={key(answer)}"
        form = as_moderator.get(url, headers=HTMX)
        assert form.text.strip().startswith("<form")
        assert f'hx-target="#post-{answer.pk}"' in form.text
        wrong = as_moderator.post("/moderation/acts/remove/", {"on": key(answer)}, headers=HTMX)
        assert (wrong.status_code, wrong["HX-Retarget"]) == (422, f"#act-post-{answer.pk}")
        got = as_moderator.post("/moderation/acts/remove/", {"on": key(answer), "reason": "advertising"}, headers=HTMX)
        assert f'<article id="post-{answer.pk}"' in got.text
        assert "Hidden by a moderator" in got.text
        assert "/undo/" in got.text  # in the toast that rides along

    def test_beside_it_the_thread_says_what_has_changed(self, as_moderator, answer, thread):
        page = as_moderator.get(thread.get_absolute_url()).text
        for place in (
            '<h2 id="answers">1 answer</h2>',
            '<p id="stands"',
            '<nav id="crumbs"',
            '<div id="events"></div>',
        ):
            assert place in page
        deed = {"on": key(answer), "reason": "advertising"}
        got = as_moderator.post("/moderation/acts/remove/", deed, headers=HTMX).text
        assert '<h2 id="answers" hx-swap-oob="true">0 answers</h2>' in got
        events = got.partition('<div id="events" hx-swap-oob="true">')[2]
        assert "removed an answer" in events or "removed a post" in events
        assert 'id="reply"' not in got  # what is being typed there stays
        assert '<div id="events">' in as_moderator.get(thread.get_absolute_url()).text

    def test_a_thread_is_locked_moved_and_opened_in_place(self, as_moderator, answer, thread, skill):
        other = Board.objects.create(name="Planning", slug="planning", about="Plans", skill=skill)
        opening = thread.posts.get(part="opening")

        def do(name, **given):
            asked = as_moderator.get(f"/moderation/acts/{name}/?on={key(opening)}", headers=HTMX).text
            assert f'hx-target="#post-{opening.pk}"' in asked
            deed = {"on": key(opening), "reason": "tidying"} | given
            got = as_moderator.post(f"/moderation/acts/{name}/", deed, headers=HTMX)
            assert "HX-Redirect" not in got
            assert f'<article id="post-{opening.pk}"' in got.text
            return got.text

        locked = do("lock")
        assert "Locked: nothing changes any more" in locked
        assert "locked this thread" in locked
        assert '<div id="reply" hx-swap-oob="true">' in locked
        assert "nothing in it changes any more" in locked
        assert "/moderation/acts/unlock/" in locked
        opened = do("unlock")
        assert 'id="reply-form"' in opened
        moved = do("move", board="planning")
        assert f'<a href="{other.get_absolute_url()}">Planning</a>' in moved.partition('<nav id="crumbs"')[2]
        # A plain form leads to the page, as ever.
        deed = {"on": key(opening), "reason": "tidying"}
        assert as_moderator.post("/moderation/acts/close/", deed).status_code == 303

    def test_a_reason_is_needed_and_other_needs_words(self, moderator, answer):
        refused("no_reason", moderator, "hide", answer, reason="because")
        refused("no_words", moderator, "hide", answer, reason="other")

    def test_the_author_is_told_why(self, moderator, answer, expert, letters):
        act(moderator, "remove", answer, words="Tell what it does instead.")
        note = Notification.objects.get(recipient=expert, kind="act_done")
        assert note.url == f"/decisions/{Entry.objects.get().pk}/"
        body = next(letter.body for letter in letters() if "Removed" in letter.subject)
        assert "Tell what it does instead." in body
        assert "What to change: Say in the text itself what helps" in body
        assert "if you object and are right, it is shown as it was" in body
        page = browser_of(expert).get(f"/decisions/on/{key(answer).replace(':', '/')}/", follow=True).content.decode()
        assert "What to change: Say in the text itself what helps" in page

    def test_ten_minutes_and_no_longer(self, moderator, answer):
        now = timezone.now()
        [entry] = act(moderator, "hide", answer, now=now)
        with pytest.raises(ModerationRefused, match="too_late"):
            services.undo(by=moderator, entry=entry, now=now + timedelta(minutes=10))
        services.undo(by=moderator, entry=entry, now=now + timedelta(minutes=9))
        with pytest.raises(ModerationRefused, match="undone"):
            services.undo(by=moderator, entry=Entry.objects.get(pk=entry.pk), now=now + timedelta(minutes=9))

    def test_several_at_once_all_or_none(self, as_moderator, moderator, thread, answer, outsider):
        other = forum.reply(author=outsider, thread=thread, text="I sell one too.")
        query = {"on": [key(answer), key(other)]}
        page = as_moderator.get("/moderation/selection/", query)
        assert "I sell one too." in page.text
        assert "/moderation/acts/hide/?on=" in page.text
        assert "/moderation/acts/warn/" not in page.text
        as_moderator.post("/moderation/acts/hide/", query | {"reason": "advertising"})
        assert set(thread.posts.filter(part="reply").values_list("state", flat=True)) == {"held"}
        assert Entry.objects.count() == 2
        [one, two] = Entry.objects.order_by("pk")
        page = as_moderator.get(thread.get_absolute_url()).text
        assert f'action="/moderation/entries/{one.pk}/undo/"' in page  # the message
        assert f'<input type="hidden" name="also" value="{two.pk}">' in page
        assert f'href="/decisions/{one.pk}/"' in page  # the event
        services.undo(by=moderator, entry=two)
        as_moderator.post(f"/moderation/entries/{one.pk}/undo/", {"also": [two.pk, "x"]})
        assert set(thread.posts.filter(part="reply").values_list("state", flat=True)) == {"shown"}
        assert as_moderator.post(f"/moderation/entries/{one.pk}/undo/?also=0").status_code == 404
        as_moderator.post("/moderation/acts/hide/", query | {"reason": "advertising"})
        refused("too_late", moderator, "hide", answer, thread.posts.get(part="opening"))
        assert thread.posts.get(part="opening").state == "shown"

    def test_nobody_decides_on_their_own(self, moderator, thread):
        own = forum.reply(author=moderator, thread=thread, text="My own words about it.")
        refused("own", moderator, "hide", own)

    def test_members_and_strangers_cannot(self, learner, answer):
        refused("not_yours", learner, "hide", answer)


class TestAreas:
    @pytest.fixture
    def of_the_area(self, board):
        person = make_user("Ayla of the area")
        RoleGrant.objects.create(person=person, role="area_moderator", scope=board.scope)
        return person

    def test_in_their_area_and_nowhere_else(self, of_the_area, board, answer, learner, expert):
        other_skill = make_skill("Cooking")
        other = Board.objects.create(name="Kitchen", slug="kitchen", about="Pots", skill=other_skill)
        elsewhere = forum.reply(author=expert, thread=ask(other, learner, other_skill), text="Salt.")
        refused("not_yours", of_the_area, "hide", elsewhere)
        act(of_the_area, "hide", answer)
        refused("area", of_the_area, "suspend", answer, days=7)
        services.flag(person=make_user("Rea"), key=key(elsewhere), reason="rude")
        assert services.line(of_the_area) == []
        page = browser_of(of_the_area, strong=True).get("/moderation/")
        assert page.status_code == 200
        assert "Kitchen" not in page.text

    def test_beside_a_case_stands_what_the_person_wrote_in_the_area(self, of_the_area, answer, expert):
        cooking = make_skill("Cooking")
        other = Board.objects.create(name="Kitchen", slug="kitchen", about="Pots", skill=cooking)
        nameless = ask(other, expert, cooking, is_anonymous=True, title="Why does all my bread burn?")
        services.flag(person=make_user("Rea"), key=key(answer), reason="rude")
        case = Case.objects.get(kind="post", ref=str(answer.pk))
        page = browser_of(of_the_area, strong=True).get(f"/moderation/cases/{case.pk}/").text
        assert answer.thread.title in page
        assert nameless.title not in page


class TestThreads:
    def test_closing_locking_pinning_slowing(self, moderator, thread, expert, as_learner):
        opening = thread.posts.get(part="opening")
        act(moderator, "close", opening)
        with pytest.raises(ForumRefused, match="closed"):
            forum.reply(author=expert, thread=thread, text="Late.")
        act(moderator, "lock", opening)
        [pinned] = act(moderator, "pin", opening)
        thread.refresh_from_db()
        assert thread.closing == "locked"
        assert thread.pinned_at
        services.undo(by=moderator, entry=pinned)
        act(moderator, "unlock", opening)
        act(moderator, "slow", opening, seconds=300)
        thread.refresh_from_db()
        assert (thread.closing, thread.pinned_at, thread.slow_seconds) == ("", None, 300)
        forum.reply(author=expert, thread=thread, text="First.")
        with pytest.raises(ForumRefused, match="slow"):
            forum.reply(author=expert, thread=thread, text="Second.")
        assert "slowed this thread down" in as_learner.get(thread.get_absolute_url()).text

    def test_moving_keeps_the_address(self, client, moderator, thread, answer):
        board = Board.objects.create(name="Kitchen", slug="kitchen", about="Pots", skill=make_skill("Cooking"))
        [entry] = act(moderator, "move", thread.posts.get(part="opening"), board=board)
        assert client.get(thread.get_absolute_url()).status_code == 200
        assert Thread.objects.get(pk=thread.pk).board == board
        services.undo(by=moderator, entry=entry)
        assert Thread.objects.get(pk=thread.pk).board_id == thread.board_id

    def test_merging_leads_old_addresses_on_and_can_be_taken_back(
        self, client, moderator, thread, answer, board, outsider, skill
    ):
        into = ask(board, outsider, skill, title="Why is my index not used?")
        comment = forum.remark(author=outsider, post=answer, text="Is that so?")
        with pytest.raises(ModerationRefused, match="no_target"):
            act(moderator, "merge", thread.posts.get(part="opening"), into=thread, accepted="")
        [entry] = act(moderator, "merge", thread.posts.get(part="opening"), into=into, accepted="")
        got = client.get(thread.get_absolute_url())
        assert (got.status_code, got["Location"]) == (301, into.get_absolute_url())
        page = client.get(client.get(answer.get_absolute_url())["Location"])
        assert answer.text in page.text
        assert comment.text in page.text
        into.refresh_from_db()
        assert into.replies == 1  # what the other one began with is no answer
        assert thread.title not in client.get("/forum/").text
        services.undo(by=moderator, entry=entry)
        assert client.get(thread.get_absolute_url()).status_code == 200
        thread.refresh_from_db()
        into.refresh_from_db()
        assert (thread.replies, into.replies, thread.state) == (1, 0, "shown")
        comment.refresh_from_db()
        assert comment.thread_id == thread.pk

    @pytest.mark.parametrize("stays", ["into", "source"])
    def test_two_accepted_answers_are_a_question(self, moderator, thread, answer, board, outsider, skill, stays):
        into = ask(board, outsider, skill, title="Why is my index not used?")
        theirs = forum.reply(author=moderator, thread=into, text="Because it is small.")
        forum.accept(by=outsider, post=theirs)
        forum.accept(by=thread.author, post=answer)
        opening = thread.posts.get(part="opening")
        refused("two_accepted", moderator, "merge", opening, into=into, accepted="")
        [entry] = act(moderator, "merge", opening, into=into, accepted=stays)
        into.refresh_from_db()
        kept = theirs if stays == "into" else answer
        assert into.accepted_id == kept.pk
        proven = SkillEvidence.objects.standing().filter(kind="answer_accepted").values_list("source", flat=True)
        assert list(proven) == [f"post:{kept.pk}"]
        services.undo(by=moderator, entry=entry)
        assert Thread.objects.get(pk=into.pk).accepted_id == theirs.pk
        assert Thread.objects.get(pk=thread.pk).accepted_id == answer.pk

    def test_splitting_makes_a_thread_and_links_lead_there(self, client, moderator, thread, answer, outsider, learner):
        second = forum.reply(author=outsider, thread=thread, text="What does the course cost?")
        forum.accept(by=learner, post=answer)
        old_link = f"{thread.get_absolute_url()}?at={answer.pk}"
        [entry] = act(moderator, "split", answer, second, title="About that course of hers")
        made = Thread.objects.latest("pk")
        assert (made.kind, made.replies, made.author_id) == ("discussion", 1, answer.author_id)
        thread.refresh_from_db()
        assert (thread.replies, thread.accepted_id) == (0, None)
        assert client.get(old_link, follow=True).request["PATH_INFO"] == made.get_absolute_url()
        assert made.title in client.get("/forum/?q=course").text
        services.undo(by=moderator, entry=entry)
        thread.refresh_from_db()
        assert (thread.replies, thread.accepted_id) == (2, answer.pk)
        assert client.get(made.get_absolute_url())["Location"] == thread.get_absolute_url()
        refused("too_late", moderator, "split", thread.posts.get(part="opening"), title="Not an answer at all")

    def test_words_are_taken_out_for_good_after_ten_minutes(self, client, moderator, thread, expert):
        post = forum.reply(author=expert, thread=thread, text="Call me: 0170 canary, any time.")
        with pytest.raises(ModerationRefused, match="no_passage"):
            act(moderator, "redact", post, passage="not there")
        [entry] = act(moderator, "redact", post, passage="0170 canary", reason="personal")
        assert "canary" not in client.get(thread.get_absolute_url()).text
        services.undo(by=moderator, entry=entry)
        assert "canary" in client.get(thread.get_absolute_url()).text
        act(moderator, "redact", post, passage="", reason="personal")
        forum.erase_redactions(now=timezone.now() + timedelta(minutes=10, seconds=1))
        assert not Redaction.objects.exists()
        assert "canary" not in Post.objects.get(pk=post.pk).text


class TestThePersonBehindIt:
    def test_warned_silenced_suspended(self, moderator, answer, expert, letters):
        act(moderator, "warn", answer, words="No advertising, please.")
        [entry] = act(moderator, "silence", answer, days=7)
        assert Sanction.objects.in_force().get(person=expert).kind == "silence"
        services.undo(by=moderator, entry=entry)
        assert not Sanction.objects.in_force().exists()
        letters()
        act(moderator, "suspend", answer, days=3, words="The third time.")
        expert.refresh_from_db()
        assert not expert.is_active
        # They read no other message: the one letter says what it was about, why, what it takes and until when.
        [letter] = letters()
        said = ("It advertises instead of helping", "The third time.", "Your seats and your words are kept.", "ends by")
        assert all(words in letter.body for words in said)
        assert "warned" not in Client().get("/moderation/log/").text  # a private word


class TestReports:
    def test_enough_weight_hides_and_editing_shows_it_once(self, answer, learner, expert):
        people = [make_user(f"Reader {n}", joined_at=timezone.now() - timedelta(days=60)) for n in range(3)]
        for person in people[:2]:
            services.flag(person=person, key=key(answer), reason="advertising")
        answer.refresh_from_db()
        assert answer.state == "shown"
        services.flag(person=people[2], key=key(answer), reason="rude")
        answer.refresh_from_db()
        assert answer.state == "held"
        case = Case.objects.get()
        assert (case.weight, case.harm) == (3.0, 4)
        assert Notification.objects.filter(recipient=expert, kind="act_done").exists()
        assert services.author_edited(key=key(answer))
        answer.refresh_from_db()
        assert answer.state == "shown"
        case.refresh_from_db()
        assert case.edited_at
        assert case.decided_at is None
        forum.set_state(post=answer, state="held")
        assert not services.author_edited(key=key(answer))  # once

    def test_what_one_weighs_depends_on_how_often_they_were_right(self):
        assert services.weight(0, 0) == 1
        assert services.weight(0, 0, is_young=True) == 0.5
        assert services.weight(41, 3) > 1.8
        assert services.weight(0, 8) == 0.2

    def test_a_moderators_report_hides_at_once(self, answer, moderator):
        services.flag(person=moderator, key=key(answer), reason="harmful")
        answer.refresh_from_db()
        assert answer.state == "held"

    def test_what_a_moderator_let_stand_is_not_hidden_by_reports(self, answer, moderator, outsider, learner):
        services.flag(person=outsider, key=key(answer), reason="rude")
        services.decide(by=moderator, case=Case.objects.get(), outcome="kept")
        assert Flag.objects.get().outcome == "wrong"
        services.flag(person=moderator, key=key(answer), reason="rude")
        answer.refresh_from_db()
        assert answer.state == "shown"

    def test_the_form_and_who_may_not(self, client, as_learner, answer, expert):
        url = f"/reports/post/{answer.pk}/"
        assert client.get(url)["Location"] == f"/account/login/?next={url}"
        assert url in as_learner.get(answer.thread.get_absolute_url()).text
        assert as_learner.post(url, {"reason": "tidying"}).status_code == 422
        assert as_learner.post(url, {"reason": "advertising", "words": "Again"}).status_code == 303
        assert Case.objects.get().flags.count() == 1
        own = browser_of(expert)
        assert own.post(url, {"reason": "rude"}).status_code == 422
        services.impose(by=make_user("Mo", role="moderator"), person=expert, kind="limit", ability="flag", reason="No")
        with pytest.raises(ModerationRefused, match="barred"):
            services.flag(person=expert, key=key(answer.thread.posts.get(part="opening")), reason="rude")

    def test_an_act_says_that_reports_were_right_and_undo_opens_the_case(self, answer, moderator, outsider):
        services.flag(person=outsider, key=key(answer), reason="advertising")
        [entry] = act(moderator, "remove", answer)
        assert Flag.objects.get().outcome == "right"
        assert Case.objects.get().outcome == "acted"
        services.undo(by=moderator, entry=entry)
        assert Flag.objects.get().outcome == ""
        assert Case.objects.get().decided_at is None


class TestObjections:
    def test_somebody_else_decides_and_overturning_undoes(self, as_moderator, moderator, second, answer, expert):
        long_ago = timezone.now() - timedelta(days=3)
        [entry] = act(moderator, "remove", answer, now=long_ago)
        mine = browser_of(expert)
        page = mine.get(f"/decisions/{entry.pk}/")
        assert "Do you see it differently?" in page.text
        assert answer.html in page.text  # whoever objects and whoever decides reads what it is about
        assert mine.post(f"/decisions/{entry.pk}/", {"words": "It is free."}).status_code == 303
        assert mine.post(f"/decisions/{entry.pk}/", {"words": "Again"}).status_code == 422
        filed = ActAppeal.objects.get()
        assert list(services.open_act_appeals(moderator)) == []
        as_moderator.post(f"/moderation/entries/{entry.pk}/appeal/", {"outcome": "overturned", "answer": "Right."})
        filed.refresh_from_db()
        assert filed.decided_at is None
        assert list(services.open_act_appeals(second)) == [filed]
        services.decide_act_appeal(by=second, appeal=filed, outcome="overturned", answer="It is free indeed.")
        answer.refresh_from_db()
        assert answer.state == "shown"
        assert Notification.objects.filter(recipient=expert, kind="act_appeal_decided").exists()
        assert services.figures(days=2).acts == 0

    def test_what_is_taken_back_leaves_nothing_to_decide(self, moderator, second, answer, expert):
        [entry] = act(moderator, "remove", answer)
        filed = services.appeal_act(person=expert, entry=entry, words="It is free.")
        services.undo(by=moderator, entry=entry)
        assert list(services.open_act_appeals(second)) == []
        filed.refresh_from_db()
        assert filed.outcome == "overturned"
        assert "It was taken back before it was decided." in browser_of(expert).get(f"/decisions/{entry.pk}/").text


class TestTheLog:
    def test_it_is_public_says_why_and_nothing_of_persons(self, client, moderator, answer, expert, thread):
        words = "Amara, write to ines@example.org or @amara-okonjo, call +49 170 1234567."
        act(moderator, "remove", answer, words=words)
        page = client.get("/moderation/log/")
        assert "Ines Falk" in page.text
        assert "removed a post" in page.text
        assert thread.title in page.text
        for secret in ("ines@example.org", "amara-okonjo", "1234567", "Amara", answer.text):
            assert secret not in page.text

    def test_a_hidden_place_is_not_named(self, client, moderator, thread):
        act(moderator, "remove", thread.posts.get(part="opening"))
        assert thread.title not in client.get("/moderation/log/").text

    def test_no_row_changes_or_goes(self, moderator, answer):
        [entry] = act(moderator, "hide", answer)
        for change in (
            lambda: Entry.objects.filter(pk=entry.pk).update(reason="rude"),
            lambda: Entry.objects.filter(pk=entry.pk).update(words="Something else"),
            lambda: Entry.objects.filter(pk=entry.pk).delete(),
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()
        Entry.objects.filter(pk=entry.pk).update(words="", person=None)  # as erasing a person does

    def test_redaction(self):
        assert redacted("Ask Jo Ngata at jo@x.org, 0170-123 45 67", ["Jo Ngata"]) == (
            "Ask [left out] at [left out], [left out]"
        )
        assert redacted("Postgres 18 has 3 kinds of joins.") == "Postgres 18 has 3 kinds of joins."


class TestFigures:
    def test_time_to_action_and_what_was_overturned(self, as_moderator, moderator, second, answer, outsider, expert):
        now = timezone.now()
        services.flag(person=outsider, key=key(answer), reason="rude", now=now - timedelta(hours=2))
        [entry] = act(moderator, "remove", answer, now=now - timedelta(hours=1))
        filed = services.appeal_act(person=expert, entry=entry, words="No.")
        services.decide_act_appeal(by=second, appeal=filed, outcome="overturned", answer="It was fine.")
        services.decide(by=second, case=Case.objects.get(), outcome="kept", now=now)
        found = services.figures(now=now + timedelta(seconds=1))
        assert (found.decided, found.acts, found.overturned) == (1, 1, 1)
        assert found.median == timedelta(hours=2)
        page = as_moderator.get("/moderation/figures/")
        assert "2\xa0hours" in page.text

    def test_what_was_decided_on_several_days_counts_once(self, moderator):
        now = timezone.now()
        facts = {"kind": "post", "cause": "first", "opened_at": now - timedelta(days=6), "decided_by": moderator}
        for number, days in enumerate((1, 1, 3)):
            Case.objects.create(ref=str(number), decided_at=now - timedelta(days=days), outcome="kept", **facts)
        [share] = services.figures(now=now).shares
        assert (share.decided, share.busiest_day) == (3, 2)
