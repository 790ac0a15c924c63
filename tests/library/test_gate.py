"""Z4: what has a price reaches nobody who has not paid, on no way; and who has paid reads all of it."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs import run_pending
from features.library import services
from features.library.models import Enrolment, Lesson, Work
from features.notifications import services as notifications
from features.payments import services as payments
from tests.library.conftest import CANARY, SOUGHT, buy, hide, lessons_of, write

pytestmark = pytest.mark.django_db


@pytest.fixture  # its file lies where `media` says
def locked(paid_course):
    """The second lesson holds the canary; the first one is a free preview."""
    first, second, _third = lessons_of(paid_course)
    Lesson.objects.filter(pk=first.pk).update(is_free=True)
    hide(second)
    upload = SimpleUploadedFile("plans.csv", f"id,word\n1,{CANARY}\n".encode())
    second.download = services.add_file(lesson=second, upload=upload).file
    services.index(paid_course)
    return second


@pytest.fixture(scope="module")
def article(expert, skill):
    work = write(expert, skill, kind="article", title="Indexes that nobody uses", price_minor=900)
    hide(work.lessons.get())
    services.index(work)
    return work


def addresses(work, lesson):
    """Every way on which something of the work goes out."""
    own = f"/library/{work.pk}/"
    return [
        work.get_absolute_url(),
        f"{work.get_absolute_url()}?as=visitor",
        lesson.get_absolute_url(),
        "/library/",
        f"/library/?q={SOUGHT}",
        "/library/feed.atom",
        f"/search/?q={SOUGHT}",
        f"/search/?q={SOUGHT}&kind=work",
        "/sitemap-library.xml",
        "/sitemap.xml",
        "/api/v1/library/",
        f"/api/v1/library/{work.pk}/",
        f"/api/v1/library/{work.pk}/lessons/{lesson.pk}/",
        f"/api/v1/search/?q={SOUGHT}",
        work.author.get_absolute_url(),
        "/skills/postgresql/",
        f"{own}resume/",
        "/library/learning/",
        f"/library/lessons/{lesson.pk}/",
        f"{own}contents/",
    ]


def leaks(client, work, lesson) -> int:
    """How often it stands in all that comes back, headers too, as page and as fragment."""
    found = b""
    for address in addresses(work, lesson):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address, headers=headers)
            assert answer.status_code < 500
            found += answer.content + repr(answer.headers).encode()
    for act in ("done", "undo"):
        answer = client.post(f"{lesson.get_absolute_url()}progress/", {"act": act}, headers={"HX-Request": "true"})
        found += answer.content
    return found.count(CANARY.encode())


class TestCanary:
    def test_a_stranger_and_who_has_not_paid_get_no_byte_of_it(self, client, learner, paid_course, locked):
        assert leaks(client, paid_course, locked) == 0
        client.force_login(learner)
        assert leaks(client, paid_course, locked) == 0

    def test_who_has_paid_reads_it_and_the_others_get_no_copy_of_that(self, client, learner, paid_course, locked):
        payer = Client()
        payer.force_login(learner)
        buy(learner, paid_course)
        page = payer.get(locked.get_absolute_url())
        assert CANARY in page.text
        assert page["Cache-Control"] == "private, no-store"
        assert leaks(payer, paid_course, locked) > 1
        assert leaks(client, paid_course, locked) == 0

    def test_nor_of_an_article(self, client, learner, outsider, article):
        lesson = article.lessons.get()
        assert leaks(client, article, lesson) == 0
        client.force_login(outsider)
        assert leaks(client, article, lesson) == 0
        buy(learner, article)
        client.force_login(learner)
        assert CANARY in client.get(article.get_absolute_url()).text

    def test_its_file_is_there_for_who_has_paid_and_always_a_download(self, client, learner, paid_course, locked):
        address = locked.download.download_url
        assert client.get(address).status_code == 404
        client.force_login(learner)
        assert client.get(address).status_code == 404
        buy(learner, paid_course)
        answer = client.get(address)
        assert CANARY in answer.text
        assert answer["Content-Disposition"] == 'attachment; filename="plans.csv"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"
        payments.end_entitlements(source="purchase", ref=f"test:{paid_course.pk}")
        assert client.get(address).status_code == 404

    def test_no_letter_carries_it(self, learner, paid_course, locked):
        buy(learner, paid_course)
        for lesson in lessons_of(paid_course):
            services.mark_done(lesson=lesson, person=learner)
        run_pending()
        assert mail.outbox
        assert CANARY not in "".join(str(letter.message()) for letter in mail.outbox)
        assert CANARY not in str(list(notifications.in_words(learner.notifications.all())))

    def test_the_search_finds_the_free_lesson_and_not_the_others(self, client, paid_course, locked):
        hide(lessons_of(paid_course)[0], "rotkehlchen")
        services.index(paid_course)
        assert paid_course.get_absolute_url() in client.get("/search/?q=rotkehlchen").text
        assert paid_course.get_absolute_url() not in client.get(f"/search/?q={CANARY}").text

    def test_a_price_that_comes_later_takes_the_words_out_of_the_search(self, client, course, monkeypatch):
        hide(lessons_of(course)[0], "rotkehlchen")
        services.index(course)
        assert course.get_absolute_url() in client.get("/search/?q=rotkehlchen").text
        monkeypatch.setattr(payments, "is_set_up", lambda: True)
        data = {name: getattr(course, name) for name in ("title", "outcome", "about", "level", "language")}
        services.save_work(
            author=course.author, data=data | {"price_minor": 100}, skills=list(course.skills.all()), work=course
        )
        assert course.get_absolute_url() not in client.get("/search/?q=rotkehlchen").text


class TestWhoPasses:
    def test_the_entitlement_ends_with_its_refund_and_progress_stays(self, client, learner, paid_course, locked):
        buy(learner, paid_course)
        services.mark_done(lesson=locked, person=learner)
        payments.end_entitlements(source="purchase", ref=f"test:{paid_course.pk}")
        client.force_login(learner)
        assert CANARY not in client.get(locked.get_absolute_url()).text
        assert Enrolment.objects.get(person=learner).progress.count() == 1
        buy(learner, paid_course)
        assert CANARY in client.get(locked.get_absolute_url()).text

    def test_a_subscription_to_the_library_opens_all_of_it(self, client, learner, paid_course, locked):
        payments.entitle(person=learner, key="library", source="subscription", ref="subscription:1")
        client.force_login(learner)
        assert CANARY in client.get(locked.get_absolute_url()).text

    def test_a_lesson_that_is_a_draft_is_its_authors_alone(self, client, learner, expert, paid_course, locked):
        Lesson.objects.filter(pk=locked.pk).update(is_draft=True)
        buy(learner, paid_course)
        client.force_login(learner)
        assert client.get(locked.get_absolute_url()).status_code == 404
        assert client.get(locked.download.download_url).status_code == 404
        client.force_login(expert)
        assert CANARY in client.get(locked.get_absolute_url()).text

    def test_drip_by_days_counts_from_the_beginning(self, client, learner, course):
        _first, second, _third = lessons_of(course)
        Lesson.objects.filter(pk=second.pk).update(opens_after_days=7)
        hide(second)
        client.force_login(learner)
        page = client.get(second.get_absolute_url())
        assert "Opens 7 days after you begin" in page.text
        assert CANARY not in page.text
        begun = services.begin(work=course, person=learner)
        assert CANARY not in client.get(second.get_absolute_url()).text
        Enrolment.objects.filter(pk=begun.pk).update(opened_at=timezone.now() - timedelta(days=7, minutes=1))
        assert CANARY in client.get(second.get_absolute_url()).text

    @pytest.mark.parametrize("key", ["the course", "library"])
    def test_drip_by_days_counts_from_the_right_to_it_and_not_from_a_free_lesson_that_was_tried(
        self, client, learner, paid_course, key
    ):
        first, second, _third = lessons_of(paid_course)
        Lesson.objects.filter(pk=first.pk).update(is_free=True)
        Lesson.objects.filter(pk=second.pk).update(opens_after_days=7)
        first, second, _third = lessons_of(paid_course)
        hide(second)
        now = timezone.now()
        services.mark_done(lesson=first, person=learner, now=now - timedelta(days=30))
        client.force_login(learner)
        if key == "library":
            payments.entitle(person=learner, key="library", source="subscription", ref="subscription:1")
            assert "Opens 7 days after you begin" in client.get(second.get_absolute_url()).text
            assert "Begin the course" in client.get(paid_course.get_absolute_url()).text
            client.post(f"/library/{paid_course.pk}/start/")
        else:
            buy(learner, paid_course)
        page = client.get(second.get_absolute_url()).text
        assert CANARY not in page
        assert "Opens <time" in page
        begun = Enrolment.objects.get(person=learner)
        assert begun.started_at == now - timedelta(days=30)
        assert begun.opened_at >= now

    def test_drip_by_date_opens_at_midnight_where_the_author_is(self, client, learner, course):
        second = lessons_of(course)[1]
        hide(second)
        tomorrow = timezone.localdate() + timedelta(days=2)
        Lesson.objects.filter(pk=second.pk).update(opens_on=tomorrow)
        client.force_login(learner)
        page = client.get(second.get_absolute_url()).text
        assert "Opens <time" in page
        assert CANARY not in page
        Lesson.objects.filter(pk=second.pk).update(opens_on=tomorrow - timedelta(days=3))
        assert CANARY in client.get(second.get_absolute_url()).text

    def test_taken_off_the_list_it_stays_for_who_has_it(self, client, learner, outsider, paid_course, locked):
        buy(learner, paid_course)
        services.take_off_the_list(work=paid_course)
        client.force_login(outsider)
        assert client.get(paid_course.get_absolute_url()).status_code == 404
        assert paid_course.title not in client.get("/library/").text
        client.force_login(learner)
        assert CANARY in client.get(locked.get_absolute_url()).text


class TestForSearchEngines:
    def structured(self, client, work):
        text = client.get(work.get_absolute_url()).text
        return json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0]), text

    def test_what_has_a_price_says_so_and_which_part_it_is(self, client, article):
        """7.8: one HTML for robots and people; the part is named and left out by the server."""
        data, text = self.structured(client, article)
        assert data["isAccessibleForFree"] is False
        assert data["hasPart"] == {
            "@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"
        }  # fmt: skip
        assert text.count("paywall") == 2  # the selector, and the one element that it names
        robot = client.get(article.get_absolute_url(), headers={"User-Agent": "Googlebot/2.1"}).text
        assert robot == text

    def test_a_free_one_is_free_and_none_carries_course_markup(self, client, course, paid_course):
        """7.7: rich results for courses and learning videos were retired; nothing is built on them."""
        data, _text = self.structured(client, course)
        assert data["isAccessibleForFree"] is True
        for work in (course, paid_course):
            data, text = self.structured(client, work)
            assert data["@type"] == "LearningResource"
            for retired in ("Course", "CourseInstance", "VideoObject", "Clip"):
                assert f'"@type": "{retired}"' not in text


def test_the_page_of_a_work_takes_as_many_queries_with_many_lessons(client, learner, expert, skill):
    small = write(expert, skill, lessons=("One", "Two"))
    large = write(expert, skill, lessons=[f"Lesson {n}" for n in range(12)])
    client.force_login(learner)
    client.get("/library/")
    counts = []
    for work in (small, large):
        services.begin(work=work, person=learner)
        with CaptureQueriesContext(connection) as found:
            client.get(work.get_absolute_url())
        counts.append(len(found))
    assert counts[0] == counts[1] <= 15
    assert Work.objects.count() == 2
