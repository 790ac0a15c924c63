"""Mentors as JSON, by the filters and the rules of the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from features.accounts.models import RoleGrant
from features.mentoring import services
from features.mentoring.models import MentorPage
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/mentors/"


def one_more(skill, name, **fields):
    person = make_user(name, role="expert")
    services.save_mentor_page(page=MentorPage(person=person, **fields), topics=[skill])
    return person


def handles(client, query=""):
    return [row["handle"] for row in client.get(f"{URL}?{query}").json()["items"]]


def test_who_has_room_stands_first_and_filters_are_those_of_the_page(client, mentor_page, skill):
    full = one_more(skill, "Aaron Full", capacity=0, languages=["pt"])
    assert handles(client) == [mentor_page.person.handle, full.handle]
    assert handles(client, "room=true") == [mentor_page.person.handle]
    assert handles(client, "language=pt") == [full.handle]
    assert handles(client, f"skill={skill.slug}") == [mentor_page.person.handle, full.handle]
    assert handles(client, "skill=nothing") == []
    page = client.get(f"{URL}?page_size=1").json()
    assert [row["handle"] for row in client.get(page["next"]).json()["items"]] == [full.handle]


def test_one_says_what_can_be_booked_from_which_price(client, offer, skill):
    said = client.get(f"{URL}{offer.mentor.handle}/").json()
    assert said["topics"] == [skill.slug]
    assert said["has_room"]
    assert said["price_from"]["minor"] == offer.price_minor
    assert said["url"].endswith(f"/mentors/{offer.mentor.handle}/")


def test_who_is_no_expert_any_more_is_not_there(client, mentor_page):
    RoleGrant.objects.filter(person=mentor_page.person).delete()
    assert handles(client) == []
    assert client.get(f"{URL}{mentor_page.person.handle}/").status_code == 404


def test_the_list_takes_as_many_queries_for_many(client, mentor_page, skill):
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for number in range(6):
        one_more(skill, f"Mentor {number}")
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) == len(few)
