"""A reader's way: begin, go on where one stopped, come to the end; what that proves, and who can check it."""

import re
from urllib.parse import quote

import pytest
import qrcode
from django.test import Client

from features.accounts.personal_data import erase_all
from features.library import services
from features.library.models import Certificate, Enrolment, Lesson
from features.library.services import LibraryRefused
from features.skills.models import SkillEvidence
from tests.factories import make_user
from tests.library.conftest import lessons_of, write

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client, learner):
    client.force_login(learner)
    return client


def finish(person, work):
    for lesson in lessons_of(work):
        services.mark_done(lesson=lesson, person=person)
    return Enrolment.objects.get(work=work, person=person)


def evidence(person):
    return SkillEvidence.objects.standing().filter(person=person, kind=services.COMPLETED)


class TestGoingThrough:
    def test_a_stranger_reads_a_free_course_and_is_told_what_an_account_is_for(self, client, course):
        page = client.get(course.get_absolute_url())
        assert page["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert "to keep track of where you are" in page.text
        assert "The text of <em>First</em>." in client.get(lessons_of(course)[0].get_absolute_url()).text

    def test_by_plain_forms_one_lesson_leads_to_the_next(self, reader, course):
        first, second, third = lessons_of(course)
        assert reader.post(f"/library/{course.pk}/start/")["Location"] == f"/library/{course.pk}/resume/"
        assert reader.get(f"/library/{course.pk}/resume/")["Location"] == first.get_absolute_url()
        answer = reader.post(f"{first.get_absolute_url()}progress/", {"act": "done"})
        assert (answer.status_code, answer["Location"]) == (303, second.get_absolute_url())
        reader.post(f"{second.get_absolute_url()}progress/", {"act": "done"})
        answer = reader.post(f"{third.get_absolute_url()}progress/", {"act": "done"})
        assert answer["Location"] == course.get_absolute_url()
        assert "3 of 3 lessons done" in reader.get(course.get_absolute_url()).text

    def test_one_goes_on_after_the_lesson_that_was_done_last(self, reader, learner, course):
        _first, second, third = lessons_of(course)
        services.mark_done(lesson=second, person=learner)
        assert reader.get(f"/library/{course.pk}/resume/")["Location"] == third.get_absolute_url()
        assert "1 of 3 done" in reader.get("/library/learning/").text
        assert "1 of 3 done" in reader.get("/library/").text

    def test_htmx_gets_the_state_in_place_and_may_take_it_back(self, reader, learner, course):
        first = lessons_of(course)[0]
        answer = reader.post(f"{first.get_absolute_url()}progress/", {"act": "done"}, headers=HTMX)
        assert answer.status_code == 200
        assert "1 of 3 lessons done" in answer.text
        assert "<main" not in answer.text
        contents = answer.text.split('<div id="outline" hx-swap-oob="true">')[1]
        assert contents.count("Done:") == 1  # the list beside it knows as well
        assert 'id="outline"' in reader.get(first.get_absolute_url()).text
        answer = reader.post(f"{first.get_absolute_url()}progress/", {"act": "undo"}, headers=HTMX)
        assert "0 of 3 lessons done" in answer.text

    def test_what_is_locked_cannot_be_done(self, reader, learner, paid_course, course):
        locked = lessons_of(paid_course)[1]
        with pytest.raises(LibraryRefused, match="to_pay"):
            services.mark_done(lesson=locked, person=learner)
        with pytest.raises(LibraryRefused, match="to_pay"):
            services.begin(work=paid_course, person=learner)
        assert reader.post(f"{locked.get_absolute_url()}progress/", headers=HTMX).status_code == 422
        later = lessons_of(course)[1]
        Lesson.objects.filter(pk=later.pk).update(opens_after_days=3)
        later.refresh_from_db()
        with pytest.raises(LibraryRefused, match="later"):
            services.mark_done(lesson=later, person=learner)

    def test_an_article_is_read_on_its_own_page(self, reader, learner, expert, skill):
        article = write(expert, skill, kind="article", title="Indexes")
        lesson = article.lessons.get()
        assert "The text of <em>First</em>." in reader.get(article.get_absolute_url()).text
        answer = reader.post(f"{lesson.get_absolute_url()}progress/", {"act": "done"})
        assert answer["Location"] == article.get_absolute_url()
        assert Enrolment.objects.get(person=learner).completed_at
        assert not Certificate.objects.exists()
        assert not evidence(learner).exists()


class TestTheEnd:
    def test_it_gives_a_certificate_a_letter_and_evidence_once(self, learner, skill, course, letters):
        enrolment = finish(learner, course)
        finish(learner, course)
        [made] = Certificate.objects.all()
        assert (made.enrolment, made.holder, made.title, made.lessons) == (enrolment, learner.name, course.title, 3)
        [proof] = evidence(learner)
        assert (proof.skill, round(proof.strength, 2), proof.source) == (skill, 0.12, f"enrolment:{enrolment.pk}")
        [letter] = letters()
        assert made.number in letter.body
        assert made.get_absolute_url() in letter.body

    def test_undoing_a_lesson_afterwards_takes_nothing_back(self, learner, course):
        finish(learner, course)
        services.mark_not_done(lesson=lessons_of(course)[0], person=learner)
        assert Certificate.objects.get().revoked_at is None
        assert evidence(learner).exists()

    def test_who_has_done_all_that_is_left_has_come_to_the_end_also_after_the_fact(self, learner, course):
        first, second, third = lessons_of(course)
        for lesson in (first, second):
            services.mark_done(lesson=lesson, person=learner)
        services.remove_lesson(lesson=third)
        assert Certificate.objects.get().lessons == 2

    def test_a_lesson_that_is_added_later_takes_no_certificate_away(self, learner, course):
        finish(learner, course)
        section = lessons_of(course)[0].section
        lesson = services.add_lesson(section=section, title="More")
        services.save_lesson(lesson=lesson, data={"is_draft": False}, text="More of it.", video_url="")
        assert Enrolment.objects.get().completed_at
        assert Certificate.objects.get().lessons == 3

    def test_authors_give_themselves_none(self, expert, course):
        finish(expert, course)
        assert not Certificate.objects.exists()


class TestCertificate:
    """1.14: a stranger checks it without an account."""

    @pytest.fixture
    def made(self, learner, course):
        return finish(learner, course).certificate

    def test_a_stranger_reads_number_issuer_date_and_state(self, made, client):
        page = client.get(made.get_absolute_url())
        assert made.get_absolute_url() == f"/c/{made.code}/"
        for said in (made.number, "Sofia Mendes", made.title, "MasteryHub", "Valid", "Amara Okonjo"):
            assert said in page.text
        assert re.search(rf'datetime="{made.issued_at:%Y-%m-%d}[^>]*>\d+ {made.issued_at:%B %Y}</time>', page.text)
        assert f"<title>Sofia Mendes: {made.title} ·" in page.text  # what a preview of the address shows
        assert "Anybody can check it here." in page.text
        assert "linkedin.com" not in page.text  # that is for whose it is
        client.force_login(made.enrolment.person)
        address = f"certUrl={quote(client.get(f'/c/{made.code}/certificate.json').json()['url'], safe='')}"
        assert address in client.get(made.get_absolute_url()).text
        assert 'name="robots" content="noindex"' in page.text
        assert "<svg" in page.text
        assert 'class="qr"' in page.text
        assert client.get("/c/no-such-certificate/").status_code == 404

    def test_programs_get_the_same_as_json(self, made, client):
        said = client.get(f"/c/{made.code}/certificate.json").json()
        assert said["number"] == made.number
        assert (said["state"], said["holder"], said["revoked_at"]) == ("valid", "Sofia Mendes", None)
        assert said["course"]["title"] == made.title
        assert said["issuer"]["name"] == "MasteryHub"
        assert said["url"].endswith(f"/c/{made.code}/")

    def test_the_qr_code_holds_the_address(self, made, client):
        """Drawn again from the path, it is the very matrix of the address."""
        page = client.get(made.get_absolute_url()).text
        path = page.split('class="qr"')[1].split("</svg>")[0]
        runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        drawn = {(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))}
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(client.get(f"/c/{made.code}/certificate.json").json()["url"])
        code.make(fit=True)
        assert drawn == {(x, y) for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark}

    def test_the_author_revokes_it_with_a_reason_and_what_it_proved_goes(self, made, learner, expert, outsider, client):
        address = f"{made.get_absolute_url()}revocation/"
        for person in (outsider, learner):
            client.force_login(person)
            assert client.post(address, {"reason": "I want to"}).status_code == 404
        client.force_login(expert)
        assert client.post(address, {"reason": ""}).status_code == 422
        assert client.post(address, {"reason": "Somebody else did the lessons."}).status_code == 303
        stranger = Client()
        page = stranger.get(made.get_absolute_url()).text
        assert "This certificate no longer holds." in page
        assert "Anybody can check it here." not in page
        assert "Somebody else did the lessons." in page
        assert stranger.get(f"/c/{made.code}/certificate.json").json()["state"] == "revoked"
        assert not evidence(learner).exists()
        assert client.get(address).status_code == 404

    def test_it_keeps_its_words_when_the_course_and_the_name_change(self, made, learner, course, client):
        type(course).objects.filter(pk=course.pk).update(title="Something else")
        type(learner).objects.filter(pk=learner.pk).update(name="Sofia M. Castro")
        page = client.get(made.get_absolute_url()).text
        assert "Reading a query plan" in page
        assert "Sofia Mendes" in page

    def test_who_is_erased_is_named_by_none(self, made, learner, client):
        erase_all(learner)
        assert client.get(made.get_absolute_url()).status_code == 404


def test_rows_of_ones_own_courses_take_no_more_queries(reader, learner, expert, skill, django_assert_max_num_queries):
    for number in range(6):
        services.begin(work=write(expert, skill, title=f"Course {number}", lessons=("One",)), person=learner)
    with django_assert_max_num_queries(6):
        assert reader.get("/library/learning/").text.count("<progress") == 6


def test_two_beginnings_are_one(learner, course):
    other = make_user("Kwame Boateng")
    for person in (learner, learner, other):
        services.begin(work=course, person=person)
    assert Enrolment.objects.count() == 2
