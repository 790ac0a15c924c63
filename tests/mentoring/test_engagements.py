"""A mentorship from its beginning to its end."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.personal_data import erase_all, export_all
from features.mentoring import models, services
from features.mentoring.models import ActionItem, Booking, Engagement, MentorPage, MentorshipRequest, Message, Note
from features.mentoring.services import endings
from features.moderation.models import Incident
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.factories import make_user
from tests.mentoring.test_bookings import refused
from tests.undoing import undo

NOW = timezone.now()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def met(engagement, offer, n=1):
    """They have met, `n` times, since it began."""
    start = engagement.started_at + timedelta(minutes=1)
    for _ in range(n):
        Booking.objects.create(
            offer=offer, mentor=engagement.mentor, mentee=engagement.mentee, title="An hour", time_zone="UTC",
            starts_at=start, ends_at=start + timedelta(hours=1), confirmed_at=start, outcome="met", settled_at=start,
        )  # fmt: skip


class TestTurns:
    def test_writing_hands_the_turn_over_and_repeating_does_not_begin_it_anew(self, together):
        assert together.waits_for == together.mentee
        services.write_message(engagement=together, author=together.mentee, text="Hello", now=NOW)
        later = NOW + timedelta(days=3)
        services.write_message(engagement=together, author=together.mentee, text="Hello?", now=later)
        assert (fresh(together).turn, fresh(together).turn_since) == ("mentor", NOW)
        services.write_message(engagement=together, author=together.mentor, text="Here", now=later)
        assert (fresh(together).turn, fresh(together).turn_since) == ("mentee", later)

    def test_reminders_come_after_7_14_and_21_days_and_28_is_the_end(self, together, letters):
        letters()
        begun, told = together.turn_since, {}
        for day in range(1, 30):
            for _again in (1, 2):
                services.nudge(now=begun + timedelta(days=day, hours=1))
            if sent := letters():
                told[day] = sorted(letter.to[0] for letter in sent)
        mentee, mentor = together.mentee.email, together.mentor.email
        assert told == {7: [mentee], 14: [mentee], 21: [mentee], 28: sorted([mentee, mentor])}
        assert (fresh(together).ending, MentorPage.objects.get().places_taken) == ("silent", 0)

    def test_a_meeting_that_is_planned_is_an_answer(self, together, booked):
        assert services.nudge(now=together.turn_since + timedelta(days=8)) == 0

    def test_a_silent_end_is_announced_and_takes_nothing_from_the_mentor(self, together, offer, client, letters):
        met(together, offer)
        services.sign_off(engagement=together, rated=together.rated_skills.get())
        client.force_login(together.mentor)
        announced = "If nothing happens here, this mentorship is closed on"
        assert announced not in client.get(together.get_absolute_url()).text
        Engagement.objects.update(turn_since=NOW - timedelta(days=8))
        assert announced in client.get(together.get_absolute_url()).text
        Booking.objects.update(starts_at=NOW - timedelta(days=8), ends_at=NOW - timedelta(days=8) + timedelta(hours=1))
        Engagement.objects.update(started_at=NOW - timedelta(days=9))
        letters()
        services.nudge(now=NOW)
        (letter,) = letters()
        assert "If nothing happens it is closed:" in letter.body
        services.nudge(now=NOW + timedelta(days=21))
        assert (fresh(together).ending, client.get(together.get_absolute_url()).status_code) == ("silent", 200)
        stands = {(row.person, row.kind) for row in SkillEvidence.objects.standing()}
        assert stands == {(together.mentee, "mentor_sign_off"), (together.mentor, "mentoring_finished")}

    def test_a_mentor_who_fell_silent_is_not_rewarded(self, together, offer):
        met(together, offer)
        services.write_message(engagement=together, author=together.mentee, text="Hello?", now=NOW)
        services.nudge(now=NOW + timedelta(days=29))
        assert fresh(together).ending == "silent"
        assert not SkillEvidence.objects.exists()


class TestWorking:
    def test_private_notes_are_their_authors_alone(self, together, client):
        services.write_note(engagement=together, author=together.mentor, text="Is impatient", is_shared=False)
        services.write_note(engagement=together, author=together.mentor, text="Read chapter 14", is_shared=True)
        client.force_login(together.mentee)
        page = client.get(together.get_absolute_url()).content.decode()
        assert "Read chapter 14" in page
        assert "Is impatient" not in page
        client.force_login(together.mentor)
        assert "Is impatient" in client.get(together.get_absolute_url()).content.decode()

    def test_whoever_wrote_a_note_takes_it_away(self, together, client):
        note = services.write_note(engagement=together, author=together.mentor, text="Is impatient", is_shared=True)
        place = f"{together.get_absolute_url()}notes/{note.pk}/"
        client.force_login(together.mentee)
        assert place not in client.get(together.get_absolute_url()).text
        assert client.post(place).status_code == 404
        client.force_login(together.mentor)
        assert place in client.get(together.get_absolute_url()).text
        answer = client.post(place, follow=True)
        assert not Note.objects.exists()
        # The undo, as its message carries it.
        assert '<input type="hidden" name="text" value="Is impatient">' in answer.text
        client.post(f"{together.get_absolute_url()}notes/", {"text": "Is impatient", "is_shared": "on"})
        assert Note.objects.get().is_shared

    def test_long_lists_go_on_each_by_itself_and_what_is_open_comes_first(self, together, client):
        said = {"engagement": together, "author": together.mentor, "is_shared": True}
        Note.objects.bulk_create(Note(text=f"Note {n}.", **said) for n in range(31))
        todo = {"engagement": together, "owner": together.mentee}
        ActionItem.objects.bulk_create(ActionItem(text=f"Done {n}.", done_at=timezone.now(), **todo) for n in range(50))
        ActionItem.objects.create(text="Still open.", **todo)
        client.force_login(together.mentee)
        page = client.get(together.get_absolute_url()).text
        assert "Note 1." in page
        assert "Note 0." not in page
        assert page.index("Still open.") < page.index("Done 0.")
        assert "Done 49." not in page
        notes, actions = re.findall(r'rel="next" href="([^"]*)', page)
        assert "Note 0." in client.get(html.unescape(notes)).text
        page = client.get(html.unescape(actions)).text
        assert "Done 49." in page
        assert "Note 1." in page
        assert f'href="{together.get_absolute_url()}#todo"' in page or 'href="?#todo"' in page

    def test_a_message_comes_in_place_or_as_a_page(self, together, client, letters):
        letters()
        client.force_login(together.mentee)
        address = together.get_absolute_url() + "messages/"
        answer = client.post(address, {"text": "See **this**"}, headers={"HX-Request": "true"})
        assert answer.content.decode().strip().startswith('<section id="talk"')
        assert "<strong>this</strong>" in answer.content.decode()
        assert client.post(address, {"text": "And that"}).status_code == 303
        client.post(address, {"text": "And that"})  # a double press
        assert Message.objects.count() == 2
        assert client.post(address, {"text": " "}).status_code == 422
        assert client.post(address, {"text": " "}, headers={"HX-Request": "true"}).status_code == 422
        assert [letter.to for letter in letters()] == [[together.mentor.email]]  # one for what is written in a row

    def test_who_does_what_is_carried_on(self, together, client):
        client.force_login(together.mentor)
        address = together.get_absolute_url() + "actions/"
        for _press in range(2):
            assert client.post(address, {"text": "Send the plan", "owner": "other"}).status_code == 303
        row = together.actions.get()
        assert row.owner == together.mentee
        assert f'value="other">{together.mentee.name}<' in client.get(together.get_absolute_url()).text
        client.post(f"{address}{row.pk}/", {"is_done": "yes"})
        assert fresh(row).done_at
        client.post(f"{address}{row.pk}/", {"is_done": "no"})
        assert fresh(row).done_at is None

    def test_both_sign_and_a_change_is_signed_anew(self, together, client):
        rated = together.rated_skills.get()
        said = {"goal": "Read plans", "plan": "One a week", "cadence": "Tuesdays", "ends_on": "2027-03-01"}
        client.force_login(together.mentee)
        address = together.get_absolute_url() + "agreement/"
        assert client.post(address, said | {f"skill_{rated.pk}": "2"}).status_code == 303
        assert fresh(rated).before == 2
        assert not fresh(together).is_signed
        client.force_login(together.mentor)
        client.post(address, said)
        assert fresh(together).is_signed
        client.post(address, said | {"plan": "Two a week"})
        assert fresh(together).mentee_signed_at is None
        assert client.post(address, {"goal": ""}).status_code == 422

    def test_nobody_writes_over_what_the_other_has_changed(self, together, client):
        said = {"goal": "Read plans", "plan": "", "cadence": "", "ends_on": ""}
        address, seen = together.get_absolute_url() + "agreement/", together.agreement_version
        client.force_login(together.mentee)
        assert f'name="seen" value="{seen}"' in client.get(address).text
        assert client.post(address, said | {"plan": "One a week", "seen": seen}).status_code == 303
        client.force_login(together.mentor)
        answer = client.post(address, said | {"plan": "Two a week", "seen": seen})
        assert answer.status_code == 422
        assert "As Sofia Mendes wrote it:" in answer.text
        assert ">\nTwo a week</textarea>" in answer.text
        assert (fresh(together).plan, fresh(together).mentor_signed_at) == ("One a week", None)
        again = fresh(together).agreement_version
        assert client.post(address, said | {"plan": "Two a week", "seen": again}).status_code == 303
        assert fresh(together).plan == "Two a week"

    def test_the_page_costs_the_same_for_more(self, together, client):
        def queries():
            with CaptureQueriesContext(connection) as seen:
                client.get(together.get_absolute_url())
            return len(seen)

        client.force_login(together.mentee)
        services.write_message(engagement=together, author=together.mentee, text="One")
        services.write_note(engagement=together, author=together.mentee, text="One", is_shared=True)
        services.add_action(engagement=together, by=together.mentee, owner=together.mentee, text="One")
        before = queries()
        for _ in range(4):
            services.write_message(engagement=together, author=together.mentor, text="More")
            services.write_note(engagement=together, author=together.mentor, text="More", is_shared=True)
            services.add_action(engagement=together, by=together.mentor, owner=together.mentor, text="More")
        assert queries() <= before + 2  # the other author's row


class TestFit:
    def test_both_are_asked_once_after_the_first_meeting(self, together, offer, client, letters):
        assert services.ask_for_fit(now=NOW) == 0
        met(together, offer, 2)
        letters()
        assert services.ask_for_fit(now=NOW)
        assert services.ask_for_fit(now=NOW) == 0
        sent = letters()
        assert ["Does it fit?" in letter.subject for letter in sent] == [True, True]
        page = together.get_absolute_url() + "fit/?answer=not_a_fit"
        assert all(page in letter.body for letter in sent)
        client.force_login(together.mentee)
        assert re.search(r'value="not_a_fit"[^>]*checked', client.get(page).text)
        assert not fresh(together).ended_at

    def test_a_worker_that_is_killed_between_the_two_leaves_neither_out(self, together, offer, letters, monkeypatch):
        met(together, offer)
        letters()

        def die(person, *told):
            if person == together.mentee:
                raise RuntimeError
            endings_tell(person, *told)

        endings_tell = endings.tell
        monkeypatch.setattr(endings, "tell", die)
        with pytest.raises(RuntimeError):
            services.ask_for_fit(now=NOW)
        monkeypatch.undo()
        services.ask_for_fit(now=NOW)
        assert {letter.to[0] for letter in letters()} == {together.mentor.email, together.mentee.email}

    def test_who_does_not_know_or_does_not_say_is_asked_once_more_and_never_again(self, together, offer, client):
        met(together, offer)
        services.ask_for_fit(now=NOW)
        say = {"engagement": together, "person": together.mentee, "answer": "undecided"}
        services.answer_fit(**say, now=NOW)
        assert services.ask_for_fit(now=NOW + timedelta(days=13)) == 0
        client.force_login(together.mentee)
        page = f"{together.get_absolute_url()}fit/"
        assert "ask me again" in client.get(page).text
        assert services.ask_for_fit(now=NOW + timedelta(days=15)) == 2
        assert "ask me again" not in client.get(page).text
        services.answer_fit(**say, now=NOW + timedelta(days=16))
        assert services.ask_for_fit(now=NOW + timedelta(days=40)) == 0

    def test_no_fit_ends_it_and_leads_to_the_next(self, together, skill, client):
        other = make_user("Kwame Boateng", role="expert")
        services.save_mentor_page(page=MentorPage(person=other), topics=[skill])
        client.force_login(together.mentee)
        answer = client.post(together.get_absolute_url() + "fit/", {"answer": "not_a_fit"}, follow=True)
        assert "Kwame Boateng" in answer.content.decode()
        assert "/mentors/kwame-boateng/request/?goal=Read%20plans" in answer.text
        assert fresh(together).ending == "not_a_fit"
        assert (together.mentee_id, together.mentor_id) in services.closed_pairs(None)


class TestEnding:
    def test_one_form_says_all_and_the_mentor_reveals_the_words(self, together, offer, client, letters):
        met(together, offer)
        rated = together.rated_skills.get()
        client.force_login(together.mentee)
        said = {"ending": "reached", "summary": "I read plans", "rating": "5", "testimonial": "She is patient"}
        address = together.get_absolute_url() + "ending/"
        assert client.post(address, {}).status_code == 422
        assert client.post(address, said | {f"skill_{rated.pk}": "4"}).status_code == 303
        row = models.Testimonial.objects.get()
        assert (row.rating, row.revealed_at, fresh(rated).after) == (5, None, 4)
        assert list(services.testimonials_of(together.mentor)) == []
        assert client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "show"}).status_code == 404
        mine = client.get(together.get_absolute_url()).text
        assert "I read plans" in mine
        assert "Only Amara Okonjo and you read it." in mine
        client.force_login(together.mentor)
        sealed = client.get(together.get_absolute_url()).text
        assert "Sofia Mendes has said how it was." in sealed
        assert "She is patient" not in sealed
        assert "I read plans" not in sealed
        assert export_all(together.mentor)["mentorships"]["testimonials"] == []
        assert client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "show"}).status_code == 404
        letters()
        assert client.post(address, {}).status_code == 422
        assert client.post(address, {"summary": "She asks better questions"}).status_code == 303
        assert sorted(letter.subject for letter in letters()) == [
            "Sofia Mendes wrote about you", "What Amara Okonjo says of your mentorship",
        ]  # fmt: skip
        opened = client.get(together.get_absolute_url()).text
        for words in ("She is patient", "I read plans", "She asks better questions"):
            assert words in opened, words
        client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "show"})
        assert list(services.testimonials_of(together.mentor)) == [row]
        page = client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "hide"}, follow=True)
        assert list(services.testimonials_of(together.mentor)) == []
        undo(client, page)
        assert list(services.testimonials_of(together.mentor)) == [row]
        assert client.post(address, said).status_code == 422

    def test_whoever_did_not_end_it_says_theirs_as_well(self, together, client, letters):
        rated, address = together.rated_skills.get(), together.get_absolute_url() + "ending/"
        letters()
        services.finish(engagement=together, by=together.mentor, ending="enough", summary="She reads plans")
        (letter,) = letters()
        assert letter.to == [together.mentee.email]
        assert "You have 30 days to say what came of it." in letter.body
        assert "She reads plans" not in letter.body
        client.force_login(together.mentee)
        assert "With Amara Okonjo, over: say what came of it" in client.get("/mentoring/").text
        assert "She reads plans" not in client.get(together.get_absolute_url()).text
        assert client.get(address).status_code == 200
        nothing = client.post(address, {"summary": " "})  # which opens nothing, whoever asks for it
        assert (nothing.status_code, "Say what came of it, in one sentence." in nothing.text) == (422, True)
        refused("nothing_said", services.say_at_end, engagement=together, by=together.mentee)
        assert "She reads plans" not in client.get(together.get_absolute_url()).text
        said = {"rating": "5", "testimonial": "She is patient", f"skill_{rated.pk}": "4"}
        assert "She reads plans" in client.post(address, said, follow=True).text
        assert (fresh(rated).after, models.Testimonial.objects.get().words) == (4, "She is patient")
        assert client.post(address, said)["Location"] == together.get_absolute_url()  # a second tap
        assert client.post(address, said | {"rating": "1"}).status_code == 422
        assert "say what came of it" not in client.get("/mentoring/").text

    def test_an_end_without_words_promises_none(self, together, client):
        services.finish(engagement=together, by=together.mentor, ending="enough")
        client.force_login(together.mentee)
        page = client.get(together.get_absolute_url()).text
        assert "has said how it was" not in page
        assert "Say what came of it" in page

    def test_what_one_alone_says_is_read_after_seven_days(self, together, letters):
        services.finish(engagement=together, by=together.mentee, ending="enough", rating=5, testimonial="Patient")
        letters()
        ended = fresh(together).ended_at
        assert services.open_endings(now=ended + timedelta(days=6, hours=23)) == 0
        Engagement.objects.update(ended_at=ended - timedelta(days=7))
        for _again in (1, 2):
            services.open_endings(now=ended)
        assert [letter.subject for letter in letters()] == ["Sofia Mendes wrote about you"]
        refused(
            "too_late", services.say_at_end, engagement=together, by=together.mentor, now=ended + timedelta(days=30)
        )

    def test_who_is_kept_apart_has_no_last_word(self, together):
        services.finish(engagement=together, by=together.mentee, ending="not_a_fit", block=True)
        refused("closed", services.say_at_end, engagement=together, by=together.mentor, summary="-")

    def test_whoever_wrote_a_testimonial_takes_it_back(self, together, client, outsider):
        services.finish(engagement=together, by=together.mentee, ending="reached", rating=5, testimonial="Patient")
        row = together.testimonial
        services.reveal(testimonial=row, is_shown=True)
        assert list(services.testimonials_of(together.mentor)) == []  # sealed
        services.say_at_end(engagement=together, by=together.mentor, summary="-")
        services.reveal(testimonial=row, is_shown=True)
        for person in (outsider, together.mentor):
            client.force_login(person)
            client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "withdraw" if person == outsider else "show"})
        client.force_login(together.mentee)
        assert "It stands on the page of Amara Okonjo, with your name." in client.get(together.get_absolute_url()).text
        place = f"/mentoring/testimonials/{row.pk}/"
        page = client.post(place, {"act": "withdraw"}, follow=True)
        assert list(services.testimonials_of(together.mentor)) == []
        row.refresh_from_db()
        assert (row.words, row.revealed_at) == ("", None)
        assert client.post(place, {"act": "restore", "sealed": "Forged"}).status_code == 404
        undo(client, page)
        assert [said.words for said in services.testimonials_of(together.mentor)] == ["Patient"]
        client.post(place, {"act": "withdraw"})
        client.force_login(together.mentor)
        assert "Patient" not in client.get(together.get_absolute_url()).text
        assert client.post(f"/mentoring/testimonials/{row.pk}/", {"act": "show"}).status_code == 404

    def test_words_without_a_number_are_not_lost(self, together, client):
        client.force_login(together.mentee)
        address = together.get_absolute_url() + "ending/"
        answer = client.post(address, {"ending": "reached", "testimonial": "She is patient"})
        assert answer.status_code == 422
        assert "Your words go with a number." in answer.text
        assert "She is patient" in answer.text
        assert fresh(together).ended_at is None

    def test_a_meeting_that_is_still_booked_is_said_before(self, together, offer, slot, client):
        address = together.get_absolute_url() + "ending/"
        client.force_login(together.mentee)
        assert "You still meet on" not in client.get(address).text
        held = services.reserve(offer=offer, person=together.mentee, starts_at=slot(1))
        meeting = services.book(booking=held)
        page = client.get(address).text
        assert "You still meet on" in page
        assert meeting.get_absolute_url() in page

    def test_a_testimonial_is_for_the_end(self, together):
        refused("not_ended", services.write_testimonial, engagement=together, rating=5, words="-")

    def test_what_was_signed_off_and_mentored_is_evidence(self, together, offer, skill):
        met(together, offer)
        services.sign_off(engagement=together, rated=together.rated_skills.get())
        services.sign_off(engagement=together, rated=together.rated_skills.get())
        services.finish(engagement=together, by=together.mentor, ending="enough")
        stands = {(row.person, row.kind) for row in SkillEvidence.objects.standing()}
        assert stands == {(together.mentee, "mentor_sign_off"), (together.mentor, "mentoring_finished")}
        (row,) = skills.evidence_for(together.mentee)
        (cause,) = skills.tell_causes([row], skills.level_of(together.mentee, skill), together.mentee)
        assert cause.told.words == "Signed off by Amara Okonjo"

    def test_a_sign_off_is_for_the_time_together_and_can_be_taken_back(self, together, offer, client):
        met(together, offer)
        rated, mentor = together.rated_skills.get(), together.mentor
        place = f"{together.get_absolute_url()}skills/{rated.pk}/"
        services.sign_off(engagement=together, rated=rated)
        services.finish(engagement=together, by=together.mentee, ending="enough")
        client.force_login(mentor)
        assert 'value="take_back"' in client.get(together.get_absolute_url()).text
        client.post(place, {"act": "take_back"})
        assert [row.kind for row in SkillEvidence.objects.standing()] == ["mentoring_finished"]
        assert together.rated_skills.get().signed_off_at is None
        assert place not in client.get(together.get_absolute_url()).text
        assert "is over" in client.post(place, follow=True).text
        refused("ended", services.sign_off, engagement=together, rated=rated)
        assert not SkillEvidence.objects.standing().filter(person=together.mentee).exists()

    def test_a_mentorship_without_a_meeting_proves_nothing(self, together):
        services.finish(engagement=together, by=together.mentor, ending="reached")
        assert not SkillEvidence.objects.exists()

    def test_kept_apart_means_nothing_more(self, together):
        services.finish(engagement=together, by=together.mentee, ending="not_a_fit", block=True)
        words = {"goal": "-", "background": "-", "expectation": "-", "about": []}
        refused("closed", services.send_request, person=together.mentee, mentor=together.mentor, **words)

    def test_the_gain_is_shown_from_five_people_on(self, mentor_page, skill):
        MentorPage.objects.update(capacity=9)
        for n, gain in enumerate((1, 1, 2, 3, 1)):
            assert services.level_gain(mentor_page.person) is None
            request = services.send_request(
                person=make_user(f"Learner {n}", handle=f"learner-{n}"), mentor=mentor_page.person,
                goal="-", background="-", expectation="-", about=[skill],
            )  # fmt: skip
            made = services.accept_request(request=request)
            made.rated_skills.update(before=2)
            rated = made.rated_skills.get()
            services.finish(engagement=made, by=made.mentee, ending="reached", ratings={rated.pk: 2 + gain})
        assert services.level_gain(mentor_page.person) == {"steps": 1, "people": 5}

    def test_closing_an_account_ends_it_and_forgets_the_words(self, together):
        services.write_message(engagement=together, author=together.mentee, text="In confidence")
        services.write_note(engagement=together, author=together.mentee, text="Also", is_shared=False)
        terms = {"goal": "Mine", "plan": "Mine", "cadence": "Mine", "ends_on": None}
        services.agree(engagement=together, by=together.mentee, **terms)
        services.add_action(engagement=together, by=together.mentee, owner=together.mentee, text="Mine")
        services.add_action(engagement=together, by=together.mentee, owner=together.mentor, text="The mentor's")
        services.finish(engagement=together, by=together.mentor, ending="enough", summary="Of both")
        assert export_all(together.mentee)["mentorships"]["messages"][0]["text"] == "In confidence"
        erase_all(together.mentee)
        assert fresh(together).ended_at
        assert not Message.objects.exclude(text="").exists()
        assert not Note.objects.exists()
        left = fresh(together)
        assert (left.goal, left.plan, left.cadence, left.mentor_summary) == ("", "", "", "")
        assert [action.text for action in ActionItem.objects.all()] == ["The mentor's"]
        assert MentorshipRequest.objects.get().background == ""


class TestOutsiders:
    def test_nobody_else_finds_it(self, together, outsider, client):
        client.force_login(outsider)
        for part in ("", "agreement/", "fit/", "ending/"):
            assert client.get(together.get_absolute_url() + part).status_code == 404
        for part in ("messages/", "notes/", "actions/"):
            assert client.post(together.get_absolute_url() + part, {"text": "x"}).status_code == 404

    def test_nothing_is_signed_off_of_somebody_who_was_neither_met_nor_heard(self, together):
        rated = together.rated_skills.get()
        services.write_message(engagement=together, author=together.mentor, text="Hello")
        refused("too_early", services.sign_off, engagement=together, rated=rated)
        services.write_message(engagement=together, author=together.mentee, text="Here is the plan, and why")
        services.sign_off(engagement=together, rated=rated)
        assert SkillEvidence.objects.get().person == together.mentee

    def test_only_the_mentor_signs_off(self, together, offer, client):
        met(together, offer)
        client.force_login(together.mentee)
        rated = together.rated_skills.get()
        assert client.post(f"{together.get_absolute_url()}skills/{rated.pk}/").status_code == 404
        client.force_login(together.mentor)
        assert client.post(f"{together.get_absolute_url()}skills/{rated.pk}/").status_code == 303
        assert Engagement.objects.get().rated_skills.get().signed_off_at


class TestMeetings:
    def test_who_pressed_was_there_and_what_is_wrong_can_be_put_right(self, booked):
        after = booked.ends_at + timedelta(minutes=31)
        Booking.objects.update(mentor_came_at=booked.starts_at)
        assert services.settle_meetings(now=after - timedelta(minutes=5)) == 0
        assert services.settle_meetings(now=after) == 1
        assert services.settle_meetings(now=after) == 0
        assert fresh(booked).outcome == "mentee_absent"
        refused("not_yours", services.say_we_met, booking=booked, by=booked.mentee, now=after)
        late = after + timedelta(days=3)
        refused("too_late", services.say_we_met, booking=booked, by=booked.mentor, now=late)
        Booking.objects.update(outcome="mentor_absent")
        refused("not_yours", services.say_we_met, booking=booked, by=booked.mentor, now=after)
        assert services.say_we_met(booking=booked, by=booked.mentee, now=after) is True
        assert fresh(booked).outcome == "met"

    def test_that_a_mentee_came_who_was_not_seen_takes_their_word_too(self, together, booked, client, letters):
        after = booked.ends_at + timedelta(minutes=31)
        Booking.objects.update(mentor_came_at=booked.starts_at)
        services.settle_meetings(now=after)
        assert Incident.objects.get().person == booked.mentee
        letters()
        last = booked.ends_at + timedelta(days=2)
        assert services.say_we_met(booking=booked, by=booked.mentor, now=last) is False
        assert not Incident.objects.exists()
        assert fresh(booked).outcome == "mentee_absent"
        assert ["Amara Okonjo says that you met" in letter.body for letter in letters()] == [True]
        services.finish(engagement=together, by=booked.mentor, ending="reached", now=after)
        assert not SkillEvidence.objects.exists()
        client.force_login(booked.mentor)
        assert "once Sofia Mendes says so" in client.get(booked.get_absolute_url()).text
        # Two days from the other's word, not from the meeting.
        later = last + timedelta(days=2)
        refused("too_late", services.say_we_met, booking=booked, by=booked.mentee, now=later + timedelta(minutes=1))
        assert services.say_we_met(booking=booked, by=booked.mentee, now=later) is True
        assert fresh(booked).outcome == "met"

    @pytest.mark.parametrize("side", ["mentor", "mentee"])
    @pytest.mark.parametrize(("minute", "waited"), [(11, True), (50, True), (51, False), (69, False)])
    def test_who_comes_alone_at_the_very_end_has_not_waited_for_the_other(self, booked, side, minute, waited):
        Booking.objects.update(**{f"{side}_came_at": booked.starts_at + timedelta(minutes=minute)})
        services.settle_meetings(now=booked.ends_at + timedelta(minutes=31))
        other = {"mentor": "mentee", "mentee": "mentor"}[side]
        assert fresh(booked).outcome == (f"{other}_absent" if waited else "nobody")
        assert Incident.objects.count() == waited

    def test_where_nobody_was_seen_it_takes_both_to_say_that_they_met(self, together, booked, client, letters):
        after = booked.ends_at + timedelta(minutes=31)
        services.settle_meetings(now=after)
        letters()
        assert services.say_we_met(booking=booked, by=booked.mentor, now=after) is False
        (letter,) = letters()
        assert (letter.to, "Amara Okonjo says that you met" in letter.body) == ([booked.mentee.email], True)
        assert fresh(booked).outcome == "nobody"
        refused("said", services.say_we_met, booking=booked, by=booked.mentor, now=after)
        client.force_login(booked.mentee)
        assert "It counts once you say so, too" in client.get("/inbox/").text
        client.force_login(booked.mentor)
        assert "once Sofia Mendes says so" in client.get(booked.get_absolute_url()).text
        services.finish(engagement=together, by=booked.mentor, ending="reached", now=after)
        assert not SkillEvidence.objects.exists()
        assert services.say_we_met(booking=booked, by=booked.mentee, now=after) is True
        assert fresh(booked).outcome == "met"
