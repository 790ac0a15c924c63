"""Files of a mentorship, offers for mentees alone, endings without a dead end, groups that begin, requests by API."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from features.accounts.models import StoredFile
from features.accounts.personal_data import erase_all, export_all
from features.accounts.services import FileRefused
from features.mentoring import services
from features.mentoring.models import Block, Engagement, MentorPage, MentorshipRequest, Offer
from features.moderation import services as sanctions
from features.moderation.models import Flag
from features.notifications import services as notifications
from features.notifications.models import Notification
from tests.factories import make_user
from tests.mentoring.test_bookings import refused
from tests.mentoring.test_cohorts import pairs

NOW = timezone.now()


def a_file(name="plan.txt", content=b"1. Read"):
    return SimpleUploadedFile(name, content)


@pytest.fixture(scope="module")
def second_mentor(skill):
    other = make_user("Kwame Boateng", role="expert")
    services.save_mentor_page(page=MentorPage(person=other, languages=["en"]), topics=[skill])
    return other


class TestFiles:
    def test_both_download_it_and_nobody_else_and_its_author_takes_it_away(self, together, outsider, client):
        url = together.get_absolute_url()
        client.force_login(together.mentee)
        assert client.post(f"{url}files/", {"upload": a_file()}).status_code == 303
        file = StoredFile.objects.get()
        assert not file.is_public
        statuses = {}
        for person in (together.mentee, together.mentor, outsider):
            client.force_login(person)
            statuses[person.name] = client.get(file.download_url).status_code
        assert list(statuses.values()) == [200, 200, 404]
        client.logout()
        assert client.get(file.download_url).status_code == 404
        client.force_login(together.mentor)
        assert "plan.txt" in client.get(url).text
        assert client.post(f"{url}files/{file.pk}/").status_code == 404  # it is not theirs
        client.force_login(together.mentee)
        assert client.post(f"{url}files/{file.pk}/").status_code == 303
        assert not StoredFile.objects.exists()
        assert Notification.objects.filter(kind="file_added", recipient=together.mentor).count() == 1

    def test_what_is_no_document_is_refused_beside_the_field(self, together, client):
        client.force_login(together.mentee)
        answer = client.post(f"{together.get_absolute_url()}files/", {"upload": a_file("page.html", b"<script>")})
        assert answer.status_code == 422
        assert "none of the kinds" in answer.text
        with pytest.raises(FileRefused):
            services.add_file(engagement=together, author=together.mentee, upload=a_file("a.pdf"), now=NOW)

    def test_who_may_not_write_to_others_puts_no_files_there_either(self, together, moderator):
        sanctions.impose(by=moderator, person=together.mentee, kind="limit", ability="message", reason="Threats")
        refused("barred", services.add_file, engagement=together, author=together.mentee, upload=a_file(), now=NOW)

    def test_after_the_end_none_is_added_and_what_was_there_stays(self, together):
        services.add_file(engagement=together, author=together.mentee, upload=a_file(), now=NOW)
        services.finish(engagement=together, by=together.mentee, ending="enough")
        refused("ended", services.add_file, engagement=together, author=together.mentee, upload=a_file(), now=NOW)
        assert together.files.count() == 1

    def test_it_goes_with_the_account_of_who_put_it_there(self, together):
        services.add_file(engagement=together, author=together.mentee, upload=a_file(), now=NOW)
        assert export_all(together.mentee)["mentorships"]["files"] == [{"file__title": "plan.txt", "file__size": 7}]
        erase_all(together.mentee)
        assert not StoredFile.objects.exists()


class TestOffersForMentees:
    def test_only_who_is_mentored_books_it_and_it_says_nothing_of_the_price_for_others(
        self, offer, slot, learner, outsider, skill
    ):
        offer.is_for_mentees, offer.price_minor = True, 100
        services.save_offer(offer=offer)
        assert MentorPage.objects.get(pk=offer.mentor_id).price_from is None
        found = refused("for_mentees", services.reserve, offer=offer, person=outsider, starts_at=slot())
        assert found.url == f"/mentors/{offer.mentor.handle}/request/"
        offer.price_minor = 0
        services.save_offer(offer=offer)
        request = services.send_request(
            person=learner, mentor=offer.mentor, goal="Read plans", background="-", expectation="-", about=[skill]
        )
        services.accept_request(request=request)
        assert services.reserve(offer=offer, person=learner, starts_at=slot())

    def test_a_first_talk_is_for_everybody(self, offer):
        intro = services.save_offer(
            offer=Offer(mentor=offer.mentor, kind="intro", title="Hello", minutes=20, is_for_mentees=True)
        )
        assert not intro.is_for_mentees


class TestEndings:
    def end(self, client, engagement, **said):
        client.force_login(engagement.mentee)
        return client.post(f"{engagement.get_absolute_url()}ending/", {"ending": "not_a_fit", **said})

    def test_the_next_who_fits_is_asked_with_the_same_words_and_a_moderator_is_told_in_one_form(
        self,
        together,
        second_mentor,
        client,
    ):
        answer = self.end(client, together, again="on", report="Asked for money", block="on")
        onward = MentorshipRequest.objects.open().get()
        assert (onward.mentor, onward.goal, onward.origin) == (second_mentor, together.goal, together.request)
        assert answer["Location"] == onward.get_absolute_url()
        assert Flag.objects.get().words == "Asked for money"
        assert Block.objects.get().blocked == together.mentor

    def test_where_nobody_fits_it_is_over_all_the_same_and_says_so(self, together, client):
        answer = self.end(client, together, again="on")
        assert answer["Location"] == together.request.get_absolute_url()
        assert "Nobody else with room" in client.get(answer["Location"]).text
        assert not Engagement.objects.active().exists()

    def test_who_is_kept_apart_at_the_end_does_not_meet_either(self, booked, skill):
        request = services.send_request(
            person=booked.mentee, mentor=booked.mentor, goal="-", background="-", expectation="-", about=[skill]
        )
        together = services.accept_request(request=request)
        services.finish(engagement=together, by=booked.mentor, ending="enough", block=True)
        booked.refresh_from_db()
        assert booked.cancelled_at
        assert Engagement.objects.get().ending == "enough"

    def test_a_good_one_is_kept_as_a_favourite(self, together, client):
        self.end(client, together, ending="reached", favourite="on")
        assert notifications.follows(together.mentee, f"person:{together.mentor_id}")


def test_what_a_mentor_lets_others_read_stands_on_their_profile(together, client):
    services.finish(engagement=together, by=together.mentee, ending="reached", rating=5, testimonial="Patient, exact")
    services.say_at_end(engagement=together, by=together.mentor, summary="They read plans")
    url = together.mentor.get_absolute_url()
    assert "Patient, exact" not in client.get(url).text
    services.reveal(testimonial=together.testimonial, is_shown=True)
    page = client.get(url).text
    assert "Patient, exact" in page
    assert f"/mentors/{together.mentor.handle}/" in page
    services.reveal(testimonial=together.testimonial, is_shown=False)
    assert "Patient, exact" not in client.get(url).text


def test_a_group_that_is_published_works_together_from_then_on(cohort, organiser):
    services.draw_cohort(cohort=cohort)
    services.publish_cohort(cohort=cohort, by=organiser)
    begun = Engagement.objects.active().select_related("mentee", "mentor")
    assert {(row.mentee.handle, row.mentor.handle) for row in begun} == set(pairs().items())
    first = begun.first()
    assert first.goal == "PostgreSQL"
    assert [row.skill.name for row in first.rated_skills.all()] == ["PostgreSQL"]
    assert MentorPage.objects.get(pk=first.mentor_id).places_taken > 0
    told = Notification.objects.filter(kind="cohort_pair", recipient=first.mentee).get()
    assert told.url == first.get_absolute_url()


def test_two_who_are_kept_apart_are_neither_pinned_nor_published(cohort, organiser):
    services.draw_cohort(cohort=cohort)
    pair = cohort.pairs.first()
    services.keep_apart(person=pair.mentee, other=pair.mentor)
    refused("apart", services.pin, cohort=cohort, mentee=pair.mentee, mentor=pair.mentor)
    refused("apart", services.publish_cohort, cohort=cohort, by=organiser)
    assert not Engagement.objects.exists()
    services.draw_cohort(cohort=cohort)
    services.publish_cohort(cohort=cohort, by=organiser)
    assert not Engagement.objects.filter(mentee=pair.mentee, mentor=pair.mentor).exists()


def test_whom_an_organiser_paired_with_a_mentor_did_not_wait_for_their_answer(cohort, organiser, skill):
    services.draw_cohort(cohort=cohort)
    services.publish_cohort(cohort=cohort, by=organiser)
    mentor = Engagement.objects.values_list("mentor", flat=True).annotate(n=Count("pk")).order_by("-n")[0]
    page = MentorPage.objects.select_related("person").get(pk=mentor)
    MentorPage.objects.filter(pk=mentor).update(capacity=9)
    asked = services.send_request(
        person=make_user("One More"), mentor=page.person, goal="-", background="-", expectation="-", about=[skill],
        goes_on=False,
    )  # fmt: skip
    services.expire_requests(now=asked.due_at)
    page.refresh_from_db()
    assert page.frozen_at is None


class TestApi:
    def post(self, client, path, body):
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    def test_asking_and_taking_back(self, mentor_page, learner, client):
        client.force_login(learner)
        body = {"mentor": mentor_page.person.handle, "goal": "Read plans", "background": "-", "expectation": "-"}
        assert self.post(client, "/mentorship-requests/", body | {"skills": ["Nothing like it"]}).status_code == 409
        made = self.post(client, "/mentorship-requests/", body | {"skills": ["PostgreSQL"]})
        assert made.status_code == 201
        again = self.post(client, "/mentorship-requests/", body | {"skills": ["PostgreSQL"]})
        assert (again.status_code, again.json()["code"]) == (409, "asked")
        back = self.post(client, f"/mentorship-requests/{made.json()['id']}/withdrawal/", {})
        assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
