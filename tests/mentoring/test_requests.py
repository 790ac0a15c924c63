"""A request from being sent to being decided: whoever waits knows until when, and is never left alone."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from features.mentoring import services
from features.mentoring.models import Block, Engagement, MatchList, MatchRun, MentorPage, MentorshipRequest
from features.moderation import services as sanctions
from tests.factories import make_user
from tests.mentoring.test_bookings import refused
from tests.undoing import undo

WORDS = {"goal": "Lead the move to Postgres", "background": "Two years of SQL", "expectation": "A plan"}
State = MentorshipRequest.State


@pytest.fixture(scope="module")
def ask(mentor_page, skill):
    """Sends a request to Amara, or to somebody else."""

    def send(person, mentor=None, **fields):
        words = {**WORDS, "about": [skill], **fields}
        return services.send_request(person=person, mentor=mentor or mentor_page.person, **words)

    return send


@pytest.fixture(scope="module")
def second_mentor(skill):
    other = make_user("Kwame Boateng", role="expert")
    services.save_mentor_page(page=MentorPage(person=other, languages=["en"]), topics=[skill])
    return other


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class TestAsking:
    def test_the_mentor_hears_with_the_promise_and_how_many_others_were_asked(
        self, ask, learner, second_mentor, letters
    ):
        ask(learner, second_mentor)
        letters()
        sent = ask(learner)
        (letter,) = letters()
        assert letter.to == [sent.mentor.email]
        assert "48 hours" in letter.body
        assert "They have asked 1 more mentors" in letter.body
        assert sent.due_at - sent.sent_at == timedelta(hours=48)

    def test_what_was_done_here_goes_along(self, ask, learner, skill):
        from features.skills import services as skills

        skills.declare_level(person=learner, skill=skill, level=2)
        assert ask(learner).brief == services.brief_of(learner, [skill])
        assert "PostgreSQL" in services.brief_of(learner, [skill])[0]

    def test_it_is_refused_with_the_next_step(self, ask, learner, mentor_page, outsider):
        refused("own", ask, person=mentor_page.person)
        refused("email_not_verified", ask, person=make_user("Nadia Petrova", verified=False))
        first = ask(learner)
        assert refused("asked", ask, person=learner).url == first.get_absolute_url()
        Block.objects.create(person=mentor_page.person, blocked=outsider)
        refused("closed", ask, person=outsider)

    def test_three_open_requests_are_enough(self, ask, learner, skill):
        for n in range(3):
            mentor = make_user(f"Mentor {n}", handle=f"mentor-{n}", role="expert")
            services.save_mentor_page(page=MentorPage(person=mentor), topics=[skill])
            ask(learner, mentor)
        refused("too_many", ask, person=learner)
        services.withdraw_request(request=MentorshipRequest.objects.first())
        ask(learner)
        refused("too_many", services.reopen_request, request=MentorshipRequest.objects.get(state=State.WITHDRAWN))

    def test_one_that_was_taken_back_by_a_slip_is_where_it_was(self, ask, learner, client):
        sent = ask(learner)
        client.force_login(learner)
        for state in (State.NEW, State.VIEWED, State.NEEDS_INFO):
            if state == State.VIEWED:
                services.view_request(request=sent)
            elif state == State.NEEDS_INFO:
                services.ask_for_more(request=sent, question="Which version?")
            page = client.post(sent.get_absolute_url(), {"act": "withdraw"}, follow=True)
            assert fresh(sent).state == State.WITHDRAWN
            undo(client, page)
            assert fresh(sent).state == state
        services.withdraw_request(request=sent)
        refused("over", services.reopen_request, request=sent, now=timezone.now() + timedelta(days=8))
        ask(learner)
        refused("asked", services.reopen_request, request=sent)

    def test_nobody_asks_who_is_full_or_away(self, ask, learner, outsider, mentor_page):
        services.accept_request(request=ask(outsider))
        MentorPage.objects.update(capacity=1)
        refused("full", ask, person=learner)
        MentorPage.objects.update(capacity=2, away_from=timezone.localdate())
        refused("full", ask, person=learner)


class TestDeciding:
    def test_more_may_be_asked_first_and_the_clocks_change_hands(self, ask, learner, letters):
        sent, now = ask(learner), timezone.now()
        services.ask_for_more(request=sent, question="Which version?", now=now)
        sent = fresh(sent)
        assert (sent.state, sent.due_at) == (State.NEEDS_INFO, now + timedelta(days=7))
        assert "Which version?" in letters()[-1].body
        services.answer_request(request=sent, answer="Fifteen", now=now)
        sent = fresh(sent)
        assert (sent.state, sent.due_at) == (State.VIEWED, now + timedelta(hours=48))
        assert "Fifteen" in letters()[-1].body
        refused("not_asked", services.answer_request, request=sent, answer="Again")

    def test_who_is_paused_or_kept_apart_begins_nothing(self, ask, learner, moderator):
        sent = ask(learner)
        limit = {"kind": "limit", "ability": "mentor", "reason": "Nobody was answered"}
        sanction = sanctions.impose(by=moderator, person=sent.mentor, **limit)
        refused("barred", services.accept_request, request=sent)
        sanctions.lift(by=moderator, sanction=sanction, reason="Settled")
        Block.objects.create(person=learner, blocked=sent.mentor)
        refused("closed", services.accept_request, request=sent)
        assert not Engagement.objects.exists()

    def test_accepting_begins_a_mentorship_and_takes_a_place(self, ask, learner, skill, letters):
        made = services.accept_request(request=ask(learner))
        assert [row.skill for row in made.rated_skills.all()] == [skill]
        assert MentorPage.objects.get().places_taken == 1
        assert "said yes" in letters()[-1].body
        refused("decided", services.accept_request, request=made.request)

    def test_declining_has_a_reason_a_colleague_and_a_pause_in_one(self, ask, learner, second_mentor, letters):
        sent = ask(learner)
        services.decline_request(request=sent, reason="full", words="Sorry", colleague=second_mentor, pause=True)
        body = letters()[-1].body
        assert "I have no room for anybody new" in body
        assert "They suggest Kwame Boateng" in body
        assert not MentorPage.objects.get(person=sent.mentor).is_accepting
        assert MentorPage.objects.get(person=second_mentor).is_accepting

    def test_who_does_not_fit_is_not_suggested_again(self, ask, learner, second_mentor):
        sent = ask(learner)
        assert services.busy_pairs([learner.pk]) == {(learner.pk, sent.mentor_id)}
        services.decline_request(request=sent, reason="no_fit")
        assert services.closed_pairs([learner.pk]) == {(learner.pk, sent.mentor_id)}
        assert services.closed_pairs([second_mentor.pk]) == set()
        assert services.alternatives(learner, sent.skills.all()) == [second_mentor]
        refused("declined", lambda: ask(learner))

    def test_nobody_is_named_as_a_colleague_from_whom_the_other_is_kept_apart(self, ask, learner, second_mentor):
        services.keep_apart(person=second_mentor, other=learner)
        sent = ask(learner)
        services.decline_request(request=sent, reason="full", colleague=second_mentor)
        sent.refresh_from_db()
        assert (sent.state, sent.colleague) == ("declined", None)

    def test_who_is_together_by_now_is_not_accepted_again(self, ask, learner):
        first = ask(learner)
        services.accept_request(request=first)
        later = MentorshipRequest.objects.create(
            mentor=first.mentor, mentee=learner, goal="-", due_at=timezone.now() + timedelta(days=2)
        )
        MentorPage.objects.filter(person=first.mentor).update(capacity=5)
        refused("together", services.accept_request, request=later)

    def test_who_has_a_list_is_sent_on_in_its_order_and_else_to_the_quickest(
        self, ask, learner, second_mentor, skill, outsider
    ):
        third = make_user("Thandeka Zulu", role="expert")
        services.save_mentor_page(page=MentorPage(person=third, languages=["en"]), topics=[skill])
        MentorPage.objects.filter(person=second_mentor).update(answers_in=timedelta(hours=1))
        run = MatchRun.objects.create(version=1, state="current", finished_at=timezone.now())
        listed = [outsider.pk, third.pk, second_mentor.pk]  # the first of them is no mentor any more
        MatchList.objects.create(
            run=run, mentee=learner, mentors=listed, scores=[900_000, 800_000, 700_000], made_at=timezone.now()
        )
        sent = ask(learner)
        assert services.alternatives(learner, sent.skills.all()) == [third, second_mentor]
        assert services.alternatives(outsider, sent.skills.all(), most=2) == [second_mentor, sent.mentor]
        services.dismiss(mentee=learner, mentor=third, for_good=True)
        assert services.alternatives(learner, sent.skills.all()) == [second_mentor]
        services.expire_requests(now=timezone.now() + timedelta(hours=49))
        assert MentorshipRequest.objects.open().get().mentor == second_mentor


class TestSilence:
    def test_after_48_hours_the_next_who_fits_is_asked_with_all_that_was_said(
        self, ask, learner, second_mentor, letters
    ):
        sent, now = ask(learner), timezone.now()
        assert services.expire_requests(now=now + timedelta(hours=47)) == 0
        letters()
        assert services.expire_requests(now=now + timedelta(hours=49)) == 1
        assert services.expire_requests(now=now + timedelta(hours=49)) == 0
        assert fresh(sent).state == State.EXPIRED
        onward = MentorshipRequest.objects.open().get()
        assert (onward.mentor, onward.origin, onward.goal) == (second_mentor, sent, sent.goal)
        assert list(onward.skills.all()) == list(sent.skills.all())
        assert {letter.to[0] for letter in letters()} == {sent.mentor.email, second_mentor.email, learner.email}
        # The line ends where everybody was asked: the mentee is told.
        services.expire_requests(now=now + timedelta(hours=99))
        assert "did not answer in time" in next(letter for letter in letters() if letter.to == [learner.email]).subject
        assert not MentorshipRequest.objects.open().exists()

    def test_who_wants_to_choose_is_told_who_else_fits(self, ask, learner, second_mentor, letters):
        ask(learner, goes_on=False)
        letters()
        services.expire_requests(now=timezone.now() + timedelta(hours=49))
        assert "Others who fit and have room: Kwame Boateng" in letters()[-1].body
        assert not MentorshipRequest.objects.open().exists()

    def test_a_question_that_the_mentee_leaves_does_not_count_against_the_mentor(self, ask, learner):
        sent, now = ask(learner), timezone.now()
        services.ask_for_more(request=sent, question="Which version?", now=now + timedelta(hours=2))
        assert services.expire_requests(now=now + timedelta(days=8)) == 1
        services.count_answers(now=now + timedelta(days=8))
        assert MentorPage.objects.get().answers_in < timedelta(hours=3)

    def test_the_median_of_four_weeks_stands_on_the_page(self, ask, learner, outsider, mentor_page):
        now = timezone.now()
        for person, hours in ((learner, 1), (outsider, 5), (make_user("Old One"), 40)):
            sent = ask(person, now=now)
            services.ask_for_more(request=sent, question="?", now=now + timedelta(hours=hours))
        services.count_answers(now=now + timedelta(days=3))
        assert MentorPage.objects.get().answers_in == timedelta(hours=5)
        services.count_answers(now=now + timedelta(days=40))
        assert MentorPage.objects.get().answers_in is None

    def test_who_is_silent_three_times_is_sent_nobody_until_they_are_back(self, ask, mentor_page, letters):
        now = timezone.now()
        for n in range(3):
            assert MentorPage.objects.get().frozen_at is None
            ask(make_user(f"Learner {n}", handle=f"learner-{n}"), goes_on=False)
            services.expire_requests(now=now + timedelta(hours=50))
        assert MentorPage.objects.get().frozen_at
        assert "You get no new requests for now" in {letter.subject for letter in letters()}
        refused("full", ask, person=make_user("Somebody New"))
        services.come_back(mentor=mentor_page.person)
        ask(make_user("Somebody Newer"))


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one(ask):
    MentorPage.objects.update(capacity=3)
    people = [make_user(f"Learner {n}", handle=f"learner-{n}") for n in range(6)]
    sent = [ask(person) for person in people]
    won, lost, ready = [], [], threading.Barrier(len(sent))

    def accept(request):
        ready.wait()
        try:
            won.append(services.accept_request(request=request))
        except services.MentoringRefused as refusal:
            lost.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(request,)) for request in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), lost) == (3, ["full"] * 3)
    assert Engagement.objects.count() == MentorPage.objects.get().places_taken == 3


class TestPages:
    def test_the_whole_way_without_scripts(self, client, learner, mentor_page, skill, second_mentor):
        client.force_login(learner)
        address = "/mentors/amara-okonjo/request/"
        assert client.get(address).status_code == 200
        assert client.post(address, {"goal": "Lead"}).status_code == 422
        answer = client.post(address, WORDS | {"skills": "Postgres", "goes_on": "on"})
        assert answer.status_code == 303
        page = answer["Location"]
        client.force_login(second_mentor)
        assert client.get(page).status_code == 404
        client.force_login(mentor_page.person)
        assert "Lead the move to Postgres" in client.get("/mentoring/").content.decode()
        assert client.get(page).status_code == 200
        assert MentorshipRequest.objects.get().state == State.VIEWED
        assert client.post(page, {"act": "decline"}).status_code == 422
        assert client.post(page, {"act": "withdraw"}).status_code == 404
        assert client.post(page, {"act": "question", "question": "Which version?"}).status_code == 303
        client.force_login(learner)
        assert client.post(page, {"act": "answer", "answer": "Fifteen"}).status_code == 303
        client.force_login(mentor_page.person)
        answer = client.post(page, {"act": "accept"})
        assert answer["Location"].startswith("/mentoring/with/")
        assert client.get(answer["Location"]).status_code == 200

    def test_a_colleague_is_named_by_handle(self, client, ask, learner, second_mentor):
        sent = ask(learner)
        client.force_login(sent.mentor)
        said = {"act": "decline", "reason": "not_my_field", "colleague": "nobody-here"}
        answer = client.post(sent.get_absolute_url(), said)
        assert answer.status_code == 422
        assert "Nobody has this handle" in answer.content.decode()
        assert client.post(sent.get_absolute_url(), said | {"colleague": "@kwame-boateng"}).status_code == 303
        client.force_login(learner)
        page = client.get(sent.get_absolute_url()).content.decode()
        assert "Ask with the same words" in page
