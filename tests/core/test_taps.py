"""A second tap without scripts: the same form once more, as its page is still the old one."""

from datetime import time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from features.calendar import services
from features.marketing.models import Newsletter
from tests.factories import make_upload
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
HOURS, GONE = "/account/weekly-hours/", "Removed from your free hours."


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def removals(learner):
    """The addresses at which two of one's own rows are taken away."""
    services.keep_free(person=learner, hours=[(1, time(18), time(20)), (2, time(18), time(20))])
    return [f"{HOURS}{row.pk}/removal/" for row in services.week_of(learner)]


def test_says_once_what_the_first_one_did(learner, removals):
    client = browser_of(learner)
    assert [client.post(removals[0])["Location"] for _tap in range(3)] == [HOURS] * 3
    assert client.get(HOURS).text.count(GONE) == 1
    assert GONE not in client.get(HOURS).text
    assert len(services.week_of(learner)) == 1


def test_is_the_last_act_of_this_browser_a_moment_ago(learner, outsider, removals):
    client = browser_of(learner)
    client.post(removals[0])
    assert {browser_of(person).post(removals[0]).status_code for person in (learner, outsider)} == {404}
    assert client.post(removals[0], {"act": "something else"}).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(minutes=1, seconds=1)):
        assert client.post(removals[0]).status_code == 404
    client.post(removals[1])
    assert [client.post(url).status_code for url in removals] == [404, 303]
    client.logout()
    client.force_login(outsider)
    assert client.post(removals[1]).status_code == 404


def test_a_file_that_is_refused_is_no_second_tap(client, learner):
    client.force_login(learner)
    url = "/account/profile/photo/"
    sent = [make_upload(), SimpleUploadedFile("me.png", b"no picture", "image/png")]
    assert [client.post(url, {"upload": upload}).status_code for upload in sent] == [303, 422]


def test_that_began_before_the_first_one_ended(learner, removals):
    """Its session was read before that knew what the first one did."""
    client, other, url = browser_of(learner), Client(), removals[0]
    other.cookies = client.cookies
    first = []

    def looked_for(execute, sql, params, many, context):
        if not first and "calendar_weeklyhours" in sql:
            first.append(None)
            first.append(client.post(url))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(looked_for):
        second = other.post(url)
    assert [first[1]["Location"], second["Location"]] == [HOURS] * 2
    assert client.get(HOURS).text.count(GONE) == 1


class TestMaking:
    """A form that makes something, with the token of the page that it stands in."""

    NEW = "/manage/newsletters/new/"
    SAID = {"title": "What is on in June", "text": "Three workshops.", "segment": "all"}
    PAGE, OTHER_PAGE = ({"csrfmiddlewaretoken": letter * 64} for letter in "ab")

    def test_the_same_of_the_same_page_is_made_once(self, organiser):
        client = browser_of(organiser)
        made = [client.post(self.NEW, self.SAID | page) for page in (self.PAGE, self.PAGE, self.OTHER_PAGE)]
        changed = client.post(self.NEW, self.SAID | self.OTHER_PAGE | {"title": "What is on in July"})
        assert [answer.status_code for answer in (*made, changed)] == [303] * 4
        assert made[0]["Location"] == made[1]["Location"]
        assert len({made[0]["Location"], made[2]["Location"], changed["Location"]}) == Newsletter.objects.count() == 3

    def test_once_more_later_or_after_something_else_is_meant(self, organiser):
        client = browser_of(organiser)
        other = self.SAID | self.PAGE | {"title": "Another"}
        for said in (self.SAID | self.PAGE, other, self.SAID | self.PAGE):
            client.post(self.NEW, said)
        with time_machine.travel(timezone.now() + timedelta(minutes=1, seconds=1)):
            client.post(self.NEW, self.SAID | self.PAGE)
        assert Newsletter.objects.count() == 4

    @pytest.mark.django_db(transaction=True)
    def test_taps_at_once_wait_for_the_first(self, organiser):
        client = browser_of(organiser)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value

        def tap():
            return Client(headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}).post(
                self.NEW, self.SAID | self.PAGE
            )

        answers = in_parallel([tap] * 4)
        assert {answer["Location"] for answer in answers} == {f"/manage/newsletters/{Newsletter.objects.get().pk}/"}
