"""Answers in writing: sent with a question, answered within the days that were promised, or paid back."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.personal_data import erase_all, export_all, leave_all
from features.mentoring import services
from features.mentoring.models import MentorPage, Offer, WrittenReview
from features.moderation.models import Incident
from features.payments import services as payments
from features.payments.models import Refund
from tests.factories import make_user
from tests.local_stripe import money
from tests.mentoring.test_bookings import refused
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = {"question": "Why is this slow?", "work": "SELECT 1"}


@pytest.fixture(scope="module")
def writing(mentor_page):
    """Amara answers in writing within three days, two at once."""
    return services.save_offer(
        offer=Offer(mentor=mentor_page.person, kind="review", title="Your plan, read", answer_days=3, most_open=2)
    )


@pytest.fixture(scope="module")
def sent(writing, learner):
    return services.ask_in_writing(offer=writing, person=learner, **SAID)


@pytest.fixture
def paid(stripe, deliver, writing, learner):  # noqa: F811
    Offer.objects.filter(pk=writing.pk).update(price_minor=3000)
    review = services.ask_in_writing(offer=writing, person=learner, **SAID)
    assert (review.state, review.sent_at) == ("unpaid", None)
    order = payments.order_of("written_review", review.pk)
    payments.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    deliver()
    review.refresh_from_db()
    return review


def refunds():
    run_pending()
    return list(Refund.objects.values_list("amount_minor", "state"))


def test_requests_and_answers_in_writing_stand_in_one_queue_by_what_ends_first(client, sent, skill):
    mentor = sent.mentor
    asked = [
        services.send_request(
            person=make_user(f"Mentee {n}"),
            mentor=mentor,
            goal=f"Goal {n}",
            background="-",
            expectation="-",
            about=[skill],
        )
        for n in range(2)
    ]
    type(asked[0]).objects.filter(pk=asked[1].pk).update(due_at=sent.due_at + DAY)
    client.force_login(mentor)
    page = client.get("/mentoring/").text
    assert page.index("Goal 0") < page.index(sent.get_absolute_url()) < page.index("Goal 1")
    assert page.count(" left</p>") == 3
    assert page.count(" old ·") == 3


class TestAsking:
    def test_it_is_sent_at_once_where_it_is_free_and_its_mentor_hears(self, sent, expert, letters):
        assert (sent.state, sent.due_at) == ("open", sent.sent_at + 3 * DAY)
        [told] = letters()
        assert told.to == [expert.email]
        assert "Why is this slow?" in told.body

    def test_it_takes_no_hour_and_hours_are_not_had_in_writing(self, writing, learner, offer):
        assert writing.minutes == 0
        refused("in_writing", services.reserve, offer=writing, person=learner, starts_at=timezone.now() + 2 * DAY)
        refused("not_in_writing", services.ask_in_writing, offer=offer, person=learner, **SAID)

    def test_credits_count_hours_alone(self, writing, learner, expert):
        Offer.objects.update(price_minor=3000)
        assert services.BookingFulfilment().times_on_offer(expert, learner, timezone.now()) == 0

    def test_without_work_twice_while_away_or_beyond_what_a_mentor_takes_it_is_refused(self, writing, learner, expert):
        refused("nothing_to_read", services.ask_in_writing, offer=writing, person=learner, question="Why?")
        services.ask_in_writing(offer=writing, person=learner, **SAID)
        refused("asked", services.ask_in_writing, offer=writing, person=learner, **SAID)
        refused("own", services.ask_in_writing, offer=writing, person=expert, **SAID)
        services.ask_in_writing(offer=writing, person=make_user("Nadia Petrova"), **SAID)
        refused("full", services.ask_in_writing, offer=writing, person=make_user("Ravi Rao"), **SAID)
        MentorPage.objects.update(away_from=timezone.localdate())
        refused("away", services.ask_in_writing, offer=writing, person=make_user("Mei Lin"), **SAID)

    def test_what_has_a_price_is_sent_once_it_is_paid_and_late_money_still_sends_it(self, paid, writing):
        assert paid.state == "open"
        fulfilment = services.WrittenReviewFulfilment()
        assert fulfilment.thing(str(paid.pk)) == f"offer:{writing.pk}"
        assert fulfilment.delivered_at(str(paid.pk)) == paid.due_at
        WrittenReview.objects.update(state="unpaid", sent_at=None, due_at=None)
        fulfilment.release(str(paid.pk), timezone.now())
        assert WrittenReview.objects.get().state == "lapsed"
        assert fulfilment.reseat(str(paid.pk), timezone.now())
        assert WrittenReview.objects.get().state == "open"

    def test_late_money_goes_back_where_the_two_are_kept_apart(self, paid, learner, expert):
        WrittenReview.objects.update(state="lapsed")
        services.keep_apart(person=expert, other=learner)
        assert not services.WrittenReviewFulfilment().reseat(str(paid.pk), timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_the_last_place_one_gets_it(writing):
    Offer.objects.update(most_open=1)
    people = [make_user(f"Member {n}") for n in range(4)]
    codes = []

    def ask(person):
        try:
            codes.append(services.ask_in_writing(offer=writing, person=person, **SAID).state)
        except services.MentoringRefused as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["full", "full", "full", "open"]


class TestAnswering:
    def test_an_answer_is_given_once_read_by_both_and_counts_as_kept(self, sent, learner, expert, letters):
        letters()
        services.answer_in_writing(review=sent, answer="Read the *plan*.")
        refused("decided", services.answer_in_writing, review=sent, answer="Once more")
        [told] = letters()
        assert told.to == [learner.email]
        sent.refresh_from_db()
        assert "<em>plan</em>" in sent.answer_html
        from features.mentoring.promises import kept_meetings

        assert kept_meetings([expert.pk], sent.sent_at - DAY) == {expert.pk: 1}

    def test_a_question_stops_the_clock_once_and_silence_hands_it_back(self, sent, expert, letters):
        now = sent.sent_at + 2 * DAY
        services.ask_back(review=sent, question="Which version?", now=now)
        assert services.move_written_on(now=now + 6 * DAY) == 0
        services.reply_in_writing(review=sent, reply="16", now=now + 6 * DAY)
        sent.refresh_from_db()
        assert (sent.state, sent.due_at) == ("open", now + 7 * DAY)
        refused("asked_before", services.ask_back, review=sent, question="And?")
        WrittenReview.objects.update(asked="", reply="")
        services.ask_back(review=sent, question="Which version?", now=now + 6 * DAY)
        letters()
        assert services.move_written_on(now=now + 13 * DAY) == 1
        sent.refresh_from_db()
        assert sent.waits_for_mentor
        assert [letter.to for letter in letters()] == [[expert.email]]
        assert not Incident.objects.exists()

    def test_the_mentor_is_reminded_once_a_day_before(self, sent, letters):
        letters()
        for _ in range(2):
            services.move_written_on(now=sent.due_at - 3 * HOUR)
        assert [letter.subject for letter in letters()] == ["Sofia Mendes waits for your answer in writing"]

    def test_what_is_not_answered_in_time_is_paid_back_once_and_noted(self, paid, expert, learner):
        assert services.move_written_on(now=paid.due_at - HOUR) == 0
        for _ in range(2):
            services.move_written_on(now=paid.due_at)
        assert refunds() == [(3000, "done")]
        assert WrittenReview.objects.get().state == "expired"
        incident = Incident.objects.get()
        assert (incident.person, incident.kind, incident.other) == (expert, "no_answer", learner)
        assert services.WrittenReviewFulfilment().delivered_at(str(paid.pk)) is None

    def test_what_is_declined_is_paid_back_and_what_is_answered_is_not(self, paid):
        services.answer_in_writing(review=paid, answer="Read the plan.")
        assert refunds() == []
        WrittenReview.objects.update(state="open", closed_at=None)
        services.decline_in_writing(review=paid, reason="Not my field")
        assert refunds() == [(3000, "done")]

    def test_it_can_be_taken_back_for_twelve_hours_and_by_who_leaves_always(self, paid, learner):
        late = paid.sent_at + 13 * HOUR
        refused("too_late", services.take_back_written, review=paid, now=late)
        leave_all(learner)
        assert WrittenReview.objects.get().state == "withdrawn"
        assert refunds() == [(3000, "done")]

    def test_money_that_an_organiser_gave_back_ends_it(self, paid):
        services.WrittenReviewFulfilment().refunded(str(paid.pk), timezone.now())
        assert WrittenReview.objects.get().state == "withdrawn"

    def test_kept_apart_means_given_back(self, paid, expert, learner):
        services.keep_apart(person=expert, other=learner)
        assert WrittenReview.objects.get().state == "declined"
        assert refunds() == [(3000, "done")]


class TestPages:
    def test_from_a_mentors_page_to_the_answer(self, writing, learner, expert, outsider, client):
        assert "Your plan, read" in client.get(f"/mentors/{expert.handle}/").text
        here = writing.get_absolute_url()
        assert "Within 3 days" in client.get(here).text
        client.force_login(learner)
        empty = client.post(here, {"question": "Why?"})
        assert (empty.status_code, "Add your work" in empty.text) == (422, True)
        upload = SimpleUploadedFile("plan.txt", b"Seq Scan")
        answer = client.post(here, {"question": "Why is this slow?", "upload": upload})
        review = WrittenReview.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, review.get_absolute_url())
        assert "plan.txt" in client.get(review.get_absolute_url()).text
        for _ in range(2):  # pressed twice: the second one leads to the first
            assert review.get_absolute_url() in client.post(here, SAID).text
        client.force_login(expert)
        assert "Why is this slow?" in client.get("/mentoring/").text
        assert "Why is this slow?" in client.get("/").text
        assert client.get(review.files.get().file.download_url).status_code == 200
        assert client.post(review.get_absolute_url(), {"act": "answer"}).status_code == 422
        assert client.post(review.get_absolute_url(), {"act": "reply", "reply": "-"}).status_code == 404
        assert client.post(review.get_absolute_url(), {"act": "answer", "answer": "An *index*."}).status_code == 303
        assert client.post(review.get_absolute_url(), {"act": "decline", "reason": "-"}).status_code == 422
        client.force_login(learner)
        assert "<em>index</em>" in client.get(review.get_absolute_url()).text
        assert "Answered" in client.get("/mentoring/reviews/").text
        assert client.post(f"{review.get_absolute_url()}files/", {"upload": upload}).status_code == 422
        client.force_login(outsider)
        for path in (review.get_absolute_url(), review.files.get().file.download_url):
            assert client.get(path).status_code == 404

    def test_a_mentor_sees_nothing_that_is_not_paid(self, writing, learner, expert, client, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        Offer.objects.update(price_minor=3000)
        client.force_login(learner)
        upload = SimpleUploadedFile("plan.txt", b"Seq Scan")
        answer = client.post(writing.get_absolute_url(), SAID | {"upload": upload})
        review = WrittenReview.objects.get()
        assert answer["Location"] == reverse("order", args=[payments.order_of("written_review", review.pk).public_id])
        assert "Go on to payment" in client.get(review.get_absolute_url()).text
        client.force_login(expert)
        for path in (review.get_absolute_url(), review.files.get().file.download_url):
            assert client.get(path).status_code == 404
        client.force_login(learner)
        assert client.post(review.get_absolute_url(), {"act": "withdraw"}).status_code == 303
        assert WrittenReview.objects.get().state == "lapsed"

    def test_the_list_asks_no_more_for_more(self, writing, learner, client, django_assert_max_num_queries):
        Offer.objects.update(most_open=20)
        for n in range(6):
            services.ask_in_writing(offer=writing, person=make_user(f"Member {n}"), **SAID)
        client.force_login(writing.mentor)
        with django_assert_max_num_queries(12):
            assert client.get("/mentoring/reviews/").text.count("Why is this slow?") == 6

    def test_an_offer_in_writing_is_made_by_the_form(self, mentor_page, expert, client):
        client.force_login(expert)
        form = {"kind": "review", "title": "In writing", "minutes": "30", "price": "0", "change_hours": "24"}
        form |= {"most_moves": "2", "answer_days": "5", "most_open": "4"}
        assert client.post("/mentoring/offers/new/", form).status_code == 303
        made = Offer.objects.get()
        assert (made.kind, made.minutes, made.answer_days, made.most_open) == ("review", 0, 5, 4)
        assert "within 5 days" in client.get("/mentoring/offers/").text

    def test_packages_stand_beside_what_they_are_for(self, offer, expert, client, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        package = payments.offer_package(
            seller=expert, scope="mentoring", units=5, price_minor=20000, currency="EUR", valid_days=180
        )
        page = client.get(f"/mentors/{expert.handle}/").text
        assert reverse("package", args=[package.pk]) in page
        client.force_login(expert)
        assert reverse("package", args=[package.pk]) in client.get("/mentoring/offers/").text
        settings.STRIPE_SECRET_KEY = ""
        assert reverse("package", args=[package.pk]) not in client.get(f"/mentors/{expert.handle}/").text


class TestApi:
    def test_the_same_by_programs(self, writing, learner, expert, client):
        client.force_login(learner)
        said = SAID | {"offer": writing.pk}
        made = client.post("/api/v1/written-reviews/", said, "application/json")
        assert (made.status_code, made.json()["state"]) == (201, "open")
        again = client.post("/api/v1/written-reviews/", said, "application/json")
        assert (again.status_code, again.json()["code"]) == (409, "asked")
        one = f"/api/v1/written-reviews/{made.json()['id']}/"
        assert client.post(f"{one}answer/", {"answer": "Mine"}, "application/json").status_code == 404
        client.force_login(expert)
        answered = client.post(f"{one}answer/", {"answer": "An index."}, "application/json")
        assert answered.json()["state"] == "answered"
        assert client.get("/api/v1/written-reviews/").json()["items"][0]["answer"] == "An index."
        [offered] = client.get(f"/api/v1/mentors/{expert.handle}/offers/").json()
        assert (offered["kind"], offered["answer_days"]) == ("review", 3)


def test_ones_words_are_exported_and_erased_and_the_others_stay(sent, learner, expert):
    services.answer_in_writing(review=sent, answer="Read the plan.")
    assert export_all(learner)["written_reviews"]["asked"][0]["question"] == "Why is this slow?"
    assert export_all(expert)["written_reviews"]["answered"][0]["answer"] == "Read the plan."
    erase_all(learner)
    sent.refresh_from_db()
    assert (sent.question, sent.work, sent.answer) == ("", "", "Read the plan.")


def test_either_can_report_what_the_other_wrote(sent, learner, expert, client):
    services.answer_in_writing(review=sent, answer="Read the plan.")
    for person, status in ((learner, 200), (expert, 404)):
        client.force_login(person)
        assert client.get(reverse("report", args=["written_answer", sent.pk])).status_code == status
    client.force_login(expert)
    assert client.get(reverse("report", args=["written_work", sent.pk])).status_code == 200
