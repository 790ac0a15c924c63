"""What the sitemaps name is there, wants to be found, and says itself that this is its address."""

import re
from datetime import timedelta

import pytest

from core import seo
from features.assessments.models import Bank, Rubric, Task
from features.mentoring import services as mentoring
from features.mentoring.models import MentorPage
from tests import factories

pytestmark = pytest.mark.django_db


def addresses(client, section):
    return [url.removeprefix("http://testserver") for url in re.findall(r"<loc>(.*?)</loc>", client.get(section).text)]


def test_every_address_is_a_page_that_wants_to_be_found(client, expert, skill):
    factories.make_session(expert, about=[skill])
    factories.make_session(
        factories.make_user("Who Taught", role="expert"),
        about=[factories.make_skill("Stone")],
        starts_in=-timedelta(days=9),
    )
    factories.make_user("Says Nothing", role="expert")
    mentoring.save_mentor_page(page=MentorPage(person=expert, languages=["en"]), topics=[skill])
    rubric = {"digest": "1", "content": [], "made_by": expert}
    about = {"author": expert, "skill": skill}
    Bank.objects.create(title="SQL at work", slug="sql-at-work", about="Joins", stage="open", **about)
    Bank.objects.create(title="Not yet", slug="not-yet", about="Joins", stage="draft", **about)
    Task.objects.create(
        title="Read a plan", slug="read-a-plan", brief="x", html="x", rubric=Rubric.objects.create(**rubric), **about
    )
    found = {}
    for name in seo.sitemaps:
        found[name] = addresses(client, f"/sitemap-{name}.xml")
        for path in found[name]:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "noindex" not in answer.text, path
            assert re.findall(r'rel="canonical" href="[^"]*?//[^/"]+([^"]*)"', answer.text) == [path], path
    assert "/" in found["places"]
    assert found["skills"] == ["/skills/postgresql/"]
    assert sorted(found["people"]) == ["/people/amara-okonjo/", "/people/who-taught/"]
    assert len(found["assessments"]) == len(found["tasks"]) == 1
