"""Reviews: by those who were there, once, for a while; and the host's one answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.models import FOR_GOOD, User
from features.accounts.personal_data import export_all, personal_data
from features.notifications.models import Notification
from features.sessions import services
from features.sessions.models import Attendance, Review, SkillSession
from features.sessions.services.letters import remind
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
XSS = "<script>window.__pwned=1</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def session(expert, skill):
    """It ended five hours ago."""
    start = timezone.now() - timedelta(hours=6)
    return make_session(expert, about=[skill], starts_at=start, ends_at=start + timedelta(hours=1), capacity=40)


def sit(session, person):
    """A seat that was taken before the session and checked in."""
    SkillSession.objects.filter(pk=session.pk).update(
        starts_at=timezone.now() + DAY, ends_at=timezone.now() + DAY + timedelta(hours=1)
    )
    fresh = SkillSession.objects.get(pk=session.pk)
    seat = services.register(session=fresh, person=person)
    SkillSession.objects.filter(pk=session.pk).update(starts_at=session.starts_at, ends_at=session.ends_at)
    seat.session.refresh_from_db()
    return seat


def been(session, person):
    seat = sit(session, person)
    Attendance.objects.create(registration=seat, source="check_in", happened_at=session.starts_at)
    return seat


@pytest.fixture(scope="module")
def seat(session, learner):
    return been(session, learner)


@pytest.fixture(scope="module")
def review(seat):
    return services.write_review(registration=seat, rating=4, words="I read plans now.")


def follow_up(session):
    """As the worker does, two hours after the end."""
    remind(now=session.ends_at + timedelta(hours=2))


def refused(code, act, **facts):
    with pytest.raises(services.ReviewRefused) as refusal:
        act(**facts)
    assert refusal.value.code == code


class TestWriting:
    def test_who_was_there_says_it_once_and_may_say_it_better(self, seat):
        services.write_review(registration=seat, rating=4, words="Good.")
        services.write_review(registration=seat, rating=5, words="Good, now that I have tried it.")
        (review,) = Review.objects.all()
        assert (review.rating, review.words) == (5, "Good, now that I have tried it.")
        assert review.edited_at

    def test_sending_the_same_again_is_no_change(self, seat):
        services.write_review(registration=seat, rating=4, words="Good.")
        services.write_review(registration=seat, rating=4, words="Good.")
        assert Review.objects.get().edited_at is None

    def test_nobody_else(self, session, outsider):
        seat = sit(session, outsider)
        refused("not_there", services.write_review, registration=seat, rating=1)
        services.settle_attendance(session=session)
        refused("not_there", services.write_review, registration=seat, rating=1)

    def test_not_even_somebody_who_is_recorded_as_missing(self, session, seat, outsider):
        absent = sit(session, outsider)
        services.settle_due()
        assert absent.attendance.state == "absent"
        refused("not_there", services.write_review, registration=absent, rating=1)

    def test_from_the_end_on_and_for_thirty_days(self, session, seat):
        before, last = session.ends_at - timedelta(seconds=1), session.ends_at + 30 * DAY - timedelta(seconds=1)
        refused("too_early", services.write_review, registration=seat, rating=4, now=before)
        services.write_review(registration=seat, rating=4, now=last)
        refused("too_late", services.write_review, registration=seat, rating=1, now=session.ends_at + 30 * DAY)
        assert Review.objects.get().rating == 4

    def test_what_was_removed_is_not_written_again(self, review, seat, moderator):
        Review.objects.update(removed_at=timezone.now(), removed_by=moderator, removal_reason="Insults the host.")
        refused("removed", services.write_review, registration=seat, rating=1, words="Again")

    def test_the_host_cannot_make_the_author_absent(self, review, seat, expert, learner):
        for at in ("before it is settled", "and after"):
            with pytest.raises(services.AttendanceRefused, match="reviewed"):
                services.undo_check_in(registration=seat, by=expert)
            assert Attendance.objects.get(registration=seat).state == "present", at
            services.settle_due()


class TestAnswering:
    def test_the_host_answers_once(self, review):
        services.reply_to_review(review=review, words="Thank you.")
        refused("replied", services.reply_to_review, review=review, words="And another thing.")
        assert Review.objects.get().reply == "Thank you."

    def test_not_to_what_was_removed(self, review):
        Review.objects.update(removed_at=timezone.now())
        refused("removed", services.reply_to_review, review=review, words="Thank you.")


class TestNews:
    def test_the_host_is_told_once_and_the_author_of_the_answer(self, seat, expert, learner, letters):
        letters()
        review = services.write_review(registration=seat, rating=4, words="I read plans now.")
        services.write_review(registration=seat, rating=5, words="I read plans now.")
        (letter,) = letters()
        assert letter.to == [expert.email]
        assert "Sofia Mendes gives it 5 of 5." in letter.body
        assert f"/reviews/{review.pk}/" in letter.body
        services.reply_to_review(review=review, words="Thank you for coming.")
        (letter,) = letters()
        assert letter.to == [learner.email]
        assert "“Thank you for coming.”" in letter.body

    def test_nothing_is_told_of_what_was_removed_meanwhile(self, review, letters):
        Review.objects.update(removed_at=timezone.now())
        assert not [letter for letter in letters() if "review" in letter.subject]

    def test_the_inbox_says_both(self, client, review, expert, learner):
        services.reply_to_review(review=review, words="Thank you.")
        for person, words in ((expert, "was reviewed."), (learner, "was answered.")):
            client.force_login(person)
            assert words in client.get("/inbox/").content.decode()

    def test_the_letter_after_a_session_asks_those_who_were_there(self, session, seat, outsider, letters):
        sit(session, outsider)
        letters()
        follow_up(session)
        (letter,) = letters()
        assert letter.to == ["sofia-mendes@example.org"]
        assert f"{session.get_absolute_url()}review/" in letter.body
        assert Notification.objects.get(kind="session_follow_up").url == f"{session.get_absolute_url()}review/"

    def test_who_says_nothing_is_asked_once_more_and_never_a_third_time(self, session, seat, outsider, letters):
        other = been(session, outsider)
        letters()
        follow_up(session)
        assert all("we ask once more, and then never" in letter.body for letter in letters())
        services.write_review(registration=other, rating=5, words="")
        letters()
        for day in range(1, 30):
            remind(now=session.ends_at + timedelta(days=day, hours=2))
        (letter,) = letters()
        assert letter.to == [seat.person.email]
        assert "this is the last time we ask" in letter.body

    def test_and_thanks_those_who_have_said_it(self, session, review, letters):
        letters()
        follow_up(session)
        assert "and for your review" in letters()[0].body


class TestNumbers:
    def test_a_mean_only_of_three_and_always_with_how_many(self, session, expert):
        for number, rating in enumerate((5, 5, 3), start=1):
            services.write_review(registration=been(session, make_user(f"Guest {number}")), rating=rating)
            found = services.rating_of(expert)
            assert found == services.rating_of_session(session)
            assert found.count == number
            assert found.average == (pytest.approx(13 / 3) if number == 3 else None)

    def test_what_is_hidden_counts_nowhere(self, client, session, expert, review):
        others = [make_user("Suspended Guest"), make_user("Removed Guest")]
        rows = [
            services.write_review(registration=been(session, person), rating=1, words="Canary") for person in others
        ]
        User.objects.filter(pk=others[0].pk).update(is_active=False, suspended_until=FOR_GOOD)
        Review.objects.filter(pk=rows[1].pk).update(removed_at=timezone.now())
        assert [row.pk for row in services.reviews_of(expert)] == [review.pk]
        assert services.rating_of(expert).count == services.rating_of_session(session).count == 1
        for url in (session.get_absolute_url(), f"{session.get_absolute_url()}reviews/"):
            assert "Canary" not in client.get(url).content.decode()
        for row in rows:
            assert client.get(f"/reviews/{row.pk}/").status_code == 404
        SkillSession.objects.update(removed_at=timezone.now())
        assert services.reviews_of(expert) == []

    def test_search_engines_are_told_of_a_mean_that_is_one(self, client, session):
        for number in range(3):
            assert "AggregateRating" not in client.get(session.get_absolute_url()).content.decode()
            services.write_review(registration=been(session, make_user(f"Guest {number}")), rating=4)
        page = client.get(session.get_absolute_url()).content.decode()
        assert '"aggregateRating": {"@type": "AggregateRating", "ratingValue": 4.0, "reviewCount": 3}' in page


class TestPages:
    def test_the_page_asks_who_was_there_and_shows_what_they_said(self, client, session, seat, learner):
        client.force_login(learner)
        address = f"{session.get_absolute_url()}review/"
        assert address in client.get(session.get_absolute_url()).content.decode()
        answer = client.post(address, {"rating": "4", "words": "I read plans now."})
        assert (answer.status_code, answer["Location"]) == (303, f"/reviews/{Review.objects.get().pk}/")
        client.logout()
        page = client.get(session.get_absolute_url()).content.decode()
        for words in ("What people who came say", "Sofia Mendes", "I read plans now.", "1 review, attendance checked"):
            assert words in page, words

    def test_without_a_number_the_form_comes_back_with_the_words(self, client, session, seat, learner):
        client.force_login(learner)
        answer = client.post(f"{session.get_absolute_url()}review/", {"words": "Typed at length."})
        assert answer.status_code == 422
        assert "Typed at length." in answer.content.decode()

    @pytest.mark.parametrize("rating", ["0", "6", "five", "4.5"])
    def test_numbers_off_the_scale_are_no_rating(self, client, session, seat, learner, rating):
        client.force_login(learner)
        assert client.post(f"{session.get_absolute_url()}review/", {"rating": rating}).status_code == 422
        assert not Review.objects.exists()

    def test_who_was_not_there_is_told_so(self, client, session, outsider):
        sit(session, outsider)
        client.force_login(outsider)
        address = f"{session.get_absolute_url()}review/"
        assert "Only people who were there review a session." in client.get(address).content.decode()
        answer = client.post(address, {"rating": "1"})
        assert answer.status_code == 422
        assert "Only people who were there review a session." in answer.content.decode()

    def test_the_host_answers_on_the_page_of_the_review(self, client, review, expert):
        address = f"/reviews/{review.pk}/"
        assert "Your answer<" not in client.get(address).content.decode()
        client.force_login(expert)
        assert "Your answer<" in client.get(address).content.decode()
        assert client.post(f"{address}reply/", {"words": ""}).status_code == 422
        assert client.post(f"{address}reply/", {"words": "Thank you."}).status_code == 303
        page = client.get(address).content.decode()
        assert "Amara Okonjo answers" in page
        assert "Your answer<" not in page
        assert client.post(f"{address}reply/", {"words": "More."}).status_code == 422

    def test_the_author_changes_it_as_long_as_they_may(self, client, review, learner, session):
        client.force_login(learner)
        assert "Change your review" in client.get(f"/reviews/{review.pk}/").content.decode()
        assert "I read plans now." in client.get(f"{session.get_absolute_url()}review/").content.decode()
        SkillSession.objects.update(starts_at=session.starts_at - 31 * DAY, ends_at=session.ends_at - 31 * DAY)
        assert "Change your review" not in client.get(f"/reviews/{review.pk}/").content.decode()

    def test_words_are_words_and_never_markup(self, client, session, seat):
        review = services.write_review(registration=seat, rating=4, words=XSS)
        services.reply_to_review(review=review, words=XSS)
        for url in (session.get_absolute_url(), f"{session.get_absolute_url()}reviews/", f"/reviews/{review.pk}/"):
            page = client.get(url).content.decode()
            assert "<script>window.__pwned" not in page
            assert "<img src=x" not in page
            assert page.count("&lt;script&gt;window.__pwned") == 2

    def test_page_after_page_with_as_many_queries_for_many_as_for_few(self, client, session):
        def queries(number, name):
            for n in range(number):
                services.write_review(registration=been(session, make_user(f"{name} {n}")), rating=4, words="Good.")
            with CaptureQueriesContext(connection) as asked:
                page = client.get(f"{session.get_absolute_url()}reviews/").content.decode()
            return len(asked), page

        few, _ = queries(2, "Early")
        many, page = queries(20, "Late")
        assert many == few
        assert page.count("<article") == 20
        assert 'rel="next"' in page


class TestOwnData:
    def test_both_sides_get_their_words_and_erase_them(self, review, learner, expert):
        services.reply_to_review(review=review, words="Thank you.")
        assert export_all(learner)["sessions"]["reviews"][0]["words"] == "I read plans now."
        assert export_all(expert)["sessions"]["replies"][0]["reply"] == "Thank you."
        assert export_all(expert)["sessions"]["reviews"] == []
        personal_data["sessions"].withdraw(learner)
        personal_data["sessions"].withdraw(expert)
        left = Review.objects.get()
        assert (left.rating, left.words, left.reply) == (4, "", "")
