"""An author's way: drafts, order, files, publishing; and the list on which others find it."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.models import StoredFile
from features.accounts.services import FileRefused, sweep_files
from features.library import services
from features.library.models import Lesson, LessonContent, Section, Work
from features.library.services import LibraryRefused
from features.payments import services as payments
from tests.factories import make_skill
from tests.library.conftest import lessons_of, write

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FORM = {
    "kind": "course", "title": "Reading a query plan", "outcome": "Say which line costs the most.",
    "about": "For **everybody**.", "level": "3", "language": "en", "skills": "PostgreSQL",
}  # fmt: skip


@pytest.fixture
def author(client, expert, skill):
    client.force_login(expert)
    return client


def titles(work):
    return [(lesson.section.title, lesson.title) for lesson in lessons_of(work)]


class TestDrafting:
    def test_a_course_from_the_form_to_the_list(self, author, client):
        answer = author.post("/library/new/", FORM)
        work = Work.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, f"/library/{work.pk}/contents/")
        lesson = work.lessons.get()
        assert "First lesson" in author.get(f"/library/{work.pk}/contents/").text
        text = {"title": "Trees", "text": "A plan is a **tree**.", "opens_after_days": "0"}
        assert author.post(f"/library/lessons/{lesson.pk}/", text)["Location"] == lesson.get_absolute_url()
        assert "A plan is a <strong>tree</strong>." in author.get(lesson.get_absolute_url()).text
        assert (
            author.post(f"/library/{work.pk}/publication/", {"act": "publish"})["Location"] == work.get_absolute_url()
        )
        author.logout()
        assert "Reading a query plan" in author.get("/library/").text
        assert "Say which line costs the most." in author.get("/library/feed.atom").text
        assert work.get_absolute_url() in author.get("/sitemap-library.xml").text
        assert work.get_absolute_url() in author.get("/search/?q=query+plan").text
        assert "Reading a query plan" in author.get("/skills/postgresql/").text

    def test_a_draft_is_seen_by_its_author_alone(self, client, outsider, expert, skill):
        work = write(expert, skill, published=False)
        client.force_login(outsider)
        for address in (work.get_absolute_url(), f"/library/{work.pk}/edit/", lessons_of(work)[0].get_absolute_url()):
            assert client.get(address).status_code == 404
        assert work.title not in client.get("/library/").text

    def test_what_is_missing_is_said_where_it_is(self, author, expert, learner, client):
        answer = author.post("/library/new/", FORM | {"title": "", "skills": "Nothing known"})
        assert answer.status_code == 422
        assert "For **everybody**." in answer.text
        author.post("/library/new/", FORM)
        work = Work.objects.get()
        with pytest.raises(LibraryRefused, match="empty"):
            services.publish(work=work, by=expert)
        with pytest.raises(LibraryRefused, match="not_an_expert"):
            services.publish(work=work, by=learner)
        answer = author.post(f"/library/{work.pk}/publication/", {"act": "publish"}, follow=True)
        assert "There is nothing to read or watch yet" in answer.text

    def test_a_preview_shows_the_text_and_keeps_nothing(self, author, course):
        lesson = lessons_of(course)[0]
        assert author.post("/library/preview/", {"text": "**Loud**"}).text == "<p><strong>Loud</strong></p>\n"
        plain = author.post(f"/library/lessons/{lesson.pk}/", {"title": "T", "text": "**Loud**", "preview": "yes"})
        assert "<strong>Loud</strong>" in plain.text
        assert "**Loud**" in plain.text
        assert LessonContent.objects.get(lesson=lesson).text == "The text of *First*."

    def test_nothing_that_is_written_runs(self, author, course):
        lesson = lessons_of(course)[0]
        text = "<script>alert(1)</script> [x](javascript:alert(1)) <b hx-get=/>b</b>"
        services.save_lesson(lesson=lesson, data={}, text=text, video_url="")
        html = LessonContent.objects.get(lesson=lesson).html
        assert "<script" not in html
        assert "href" not in html
        assert "<b" not in html
        answer = author.post(f"/library/lessons/{lesson.pk}/", {"title": "T", "text": "", "video_url": "javascript:1"})
        assert answer.status_code == 422

    def test_thrown_away_it_can_be_brought_back_for_14_days(self, author, expert, skill):
        work = write(expert, skill, published=False)
        author.post(f"/library/{work.pk}/removal/")
        assert author.get(work.get_absolute_url()).status_code == 404
        assert "Bring back" in author.get("/library/writing/").text
        author.post(f"/library/{work.pk}/removal/", {"act": "restore"})
        assert author.get(work.get_absolute_url()).status_code == 200
        author.post(f"/library/{work.pk}/removal/")
        assert services.erase_removed() == 0
        Work.objects.update(removed_at=timezone.now() - timedelta(days=15))
        assert services.erase_removed()
        assert not Work.objects.exists()

    def test_what_was_public_is_not_thrown_away(self, expert, course):
        with pytest.raises(LibraryRefused, match="published"):
            services.throw_away(work=course, by=expert)

    def test_no_price_is_asked_for_where_nothing_can_be_sold(self, author, expert, skill, monkeypatch):
        """6.23."""
        monkeypatch.setattr(payments, "is_set_up", lambda: False)
        assert 'name="price"' not in author.get("/library/new/").text
        data = {"kind": "course", "title": "T", "outcome": "O", "about": "", "level": 1, "language": "en"}
        with pytest.raises(LibraryRefused, match="payments_not_set_up"):
            services.save_work(author=expert, data=data | {"price_minor": 100}, skills=[skill])

    def test_a_price_is_kept_in_the_minor_unit(self, author, settings, monkeypatch):
        """6.21: also where the currency has no minor unit."""
        monkeypatch.setattr(payments, "is_set_up", lambda: True)
        for currency, typed, minor in (("EUR", "39.90", 3990), ("JPY", "3900", 3900), ("KWD", "1.250", 1250)):
            settings.CURRENCY = currency
            assert author.post("/library/new/", FORM | {"price": typed}).status_code == 303
            work = Work.objects.latest("pk")
            assert (work.price_minor, work.currency) == (minor, currency)
            assert f'value="{typed}"' in author.get(f"/library/{work.pk}/edit/").text
        settings.CURRENCY = "JPY"
        assert author.post("/library/new/", FORM | {"price": "39.5"}).status_code == 422


class TestOrder:
    def test_lessons_move_and_go_over_into_the_next_section(self, course):
        first, second, _third = lessons_of(course)
        other = services.add_section(work=course, title="Later")
        services.move(thing=second, step=-1)
        assert [title for _s, title in titles(course)] == ["Second", "First", "Third"]
        services.move(thing=Lesson.objects.get(pk=first.pk), step=1)
        services.move(thing=Lesson.objects.get(pk=first.pk), step=1)
        assert titles(course) == [("", "Second"), ("", "Third"), ("Later", "First")]
        services.move(thing=Section.objects.get(pk=other.pk), step=-1)
        assert titles(course)[0] == ("Later", "First")
        services.move(thing=Lesson.objects.get(pk=first.pk), step=1)
        assert titles(course) == [("", "First"), ("", "Second"), ("", "Third")]

    def test_only_an_empty_section_goes_and_never_the_last_lesson(self, author, course):
        section = lessons_of(course)[0].section
        answer = author.post(f"/library/sections/{section.pk}/", {"act": "remove"}, follow=True)
        assert "Move or remove them first" in answer.text
        for lesson in lessons_of(course)[1:]:
            author.post(f"/library/lessons/{lesson.pk}/place/", {"act": "remove"})
        answer = author.post(f"/library/lessons/{lessons_of(course)[0].pk}/place/", {"act": "remove"}, follow=True)
        assert "at least one lesson" in answer.text

    def test_a_lesson_comes_back_with_all_there_was_for_fourteen_days(self, author, course, learner):
        _first, second, _third = lessons_of(course)
        services.mark_done(lesson=second, person=learner)
        place, contents = f"/library/lessons/{second.pk}/place/", f"/library/{course.pk}/contents/"
        answer = author.post(place, {"act": "remove"}, follow=True)
        assert "You can bring it back for 14 days" in answer.text
        assert 'name="was" value="shown"' in answer.text  # the undo
        assert author.get(second.get_absolute_url()).status_code == 404
        assert (titles(course), Work.objects.get(pk=course.pk).lesson_count) == ([("", "First"), ("", "Third")], 2)
        author.post(place, {"act": "restore", "was": "shown"})
        assert titles(course) == [("", "First"), ("", "Second"), ("", "Third")]
        assert learner.enrolments.get().progress.count() == 1
        services.remove_lesson(lesson=second, now=timezone.now() - timedelta(days=13))
        services.erase_removed()
        assert "Bring it back as a draft" in author.get(contents).text
        services.erase_removed(now=timezone.now() + timedelta(days=2))
        assert not Lesson.objects.filter(pk=second.pk).exists()

    def test_the_page_of_contents_serves_by_plain_forms(self, author, course):
        author.post(f"/library/{course.pk}/sections/", {"title": "Changing"})
        section = course.sections.get(title="Changing")
        author.post(f"/library/sections/{section.pk}/", {"title": "Changing it"})
        answer = author.post(f"/library/sections/{section.pk}/lessons/", {"title": "Indexes"})
        lesson = Lesson.objects.get(title="Indexes")
        assert answer["Location"] == f"/library/lessons/{lesson.pk}/"
        assert lesson.is_draft
        assert "Changing it" in author.get(f"/library/{course.pk}/contents/").text


class TestFiles:
    def test_a_file_is_kept_as_it_came_and_goes_with_its_lesson(self, author, course, media):
        lesson = lessons_of(course)[1]
        upload = SimpleUploadedFile("Plans of May.csv", b"id,plan\n1,Seq Scan\n")
        body = {"title": "Second", "text": "Text", "opens_after_days": "0", "upload": upload}
        assert author.post(f"/library/lessons/{lesson.pk}/", body)["Location"] == f"/library/lessons/{lesson.pk}/"
        file = StoredFile.objects.get()
        assert (file.title, file.is_public) == ("Plans of May.csv", False)
        assert author.get(file.download_url).content == b"id,plan\n1,Seq Scan\n"
        assert "Plans of May.csv" in author.get(lesson.get_absolute_url()).text
        assert sweep_files(timezone.now() + timedelta(days=1)) == 0
        services.remove_lesson(lesson=lesson)
        services.erase_removed(now=timezone.now() + timedelta(days=15))
        run_pending()
        assert not StoredFile.objects.exists()
        assert not default_storage.exists(file.paths[0])

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("page.html", b"<script>alert(1)</script>"),
            ("picture.svg", b"<svg onload='alert(1)'/>"),
            ("report.pdf", b"<html>not a pdf"),
            ("words.txt", b"\x7fELF\x00\x00"),
            ("sheet.xlsx", b"MZ\x90"),
            ("noname", b"text"),
        ],
    )
    def test_what_is_not_what_it_says_or_could_be_shown_is_refused_at_its_field(self, author, course, name, content):
        lesson = lessons_of(course)[0]
        with pytest.raises(FileRefused, match="none of the kinds"):
            services.add_file(lesson=lesson, upload=SimpleUploadedFile(name, content))
        body = {"title": "First", "text": "Text", "upload": SimpleUploadedFile(name, content)}
        answer = author.post(f"/library/lessons/{lesson.pk}/", body)
        assert answer.status_code == 422
        assert 'id="id_upload_error"' in answer.text

    def test_a_name_is_only_a_name(self, course):
        upload = SimpleUploadedFile("plan.txt", b"text")
        upload._name = "..\\../x\r\nSet-Cookie: a=b.txt"
        file = services.add_file(lesson=lessons_of(course)[0], upload=upload).file
        assert "\n" not in file.title
        assert "/" not in file.title


class TestTheList:
    def test_where_only_words_were_searched_nobody_is_told_of_filters(self, client, expert, skill):
        write(expert, skill, level=3)
        assert "Nothing for “zebra”" in client.get("/library/?q=zebra").text
        assert "Take a filter away" in client.get("/library/?q=zebra&level=3").text

    def test_filters_and_their_counts(self, client, expert, outsider, skill, learner):
        other = make_skill("Negotiation")
        course = write(expert, skill, level=3)
        article = write(
            expert, other, kind="article", title="Silence", price_minor=900, about="About counting to eight"
        )
        found = {
            query: [work.title in client.get(f"/library/?{query}").text for work in (course, article)]
            for query in (
                "", "kind=course", "price=paid", "price=free&price=paid", "level=3", "skill=negotiation",
                "q=counting", f"author={expert.handle}", "author=nobody", "language=de", "kind=nonsense&level=99",
            )
        }  # fmt: skip
        assert found == {
            "": [True, True],
            "kind=course": [True, False],
            "price=paid": [False, True],
            "price=free&price=paid": [True, True],
            "level=3": [True, False],
            "skill=negotiation": [False, True],
            "q=counting": [False, True],
            f"author={expert.handle}": [True, True],
            "author=nobody": [False, False],
            "language=de": [False, False],
            "kind=nonsense&level=99": [True, True],
        }
        facets = {f.name: {c.value: c.count for c in f.choices} for f in client.get("/library/").context["facets"]}
        assert facets == {
            "kind": {"article": 1, "course": 1}, "level": {"2": 1, "3": 1}, "price": {"free": 1, "paid": 1},
            "language": {"en": 2},
        }  # fmt: skip

    def test_queries_do_not_grow_with_the_rows_and_htmx_gets_the_results_alone(self, client, expert, skill):
        def queries():
            with CaptureQueriesContext(connection) as found:
                client.get("/library/")
            return len(found)

        write(expert, skill, lessons=("One",))
        before = queries()
        data = {"kind": "article", "title": "Another", "outcome": "O", "slug": "another", "currency": "EUR"}
        Work.objects.bulk_create(Work(author=expert, published_at=timezone.now(), **data) for _ in range(24))
        assert queries() == before <= 4
        page = client.get("/library/").context["page"]
        assert len(client.get(page.next_url).context["cards"]) == 5
        fragment = client.get("/library/", headers=HTMX).text
        assert fragment.strip().startswith('<section id="results"')
        assert 'id="facets"' in fragment

    def test_what_a_suspended_author_wrote_is_found_by_nobody_and_stays_for_its_readers(
        self, client, course, expert, learner, organiser
    ):
        from features.moderation import services as moderation

        services.begin(work=course, person=learner)
        moderation.impose(by=organiser, person=expert, kind="suspension", reason="Spam")
        assert client.get(course.get_absolute_url()).status_code == 404
        assert course.title not in client.get("/library/").text
        assert course.get_absolute_url() not in client.get("/search/?q=query+plan").text
        client.force_login(learner)
        assert client.get(course.get_absolute_url()).status_code == 200
