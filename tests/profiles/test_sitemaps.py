"""What the sitemaps name is there, wants to be found, and says itself that this is its address."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core import seo
from features.accounts.models import AuditEntry, Terms
from features.assessments.models import Bank, Rubric, Task
from features.discovery.models import Document
from features.mentoring import services as mentoring
from features.mentoring.models import MentorPage
from features.sessions.models import SkillSession
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


def dates(client, path):
    """By address, or by the site map that the index names: the day of its last change, or "" without one."""
    found = re.findall(r"<loc>http://testserver(.*?)</loc>(?:<lastmod>(.*?)</lastmod>)?", client.get(path).text)
    return {address: moment[:10] for address, moment in found}


def test_each_says_when_what_it_shows_was_changed_and_nothing_says_today(client, expert, skill):
    """The days are of March 2026: what the row of a thing says, what it is found by, or what its page lists."""
    session = factories.make_session(expert, about=[skill])
    other = factories.make_session(factories.make_user("Who Taught", role="expert"), starts_in=-timedelta(days=9))
    about = {"author": expert, "skill": skill}
    bank = Bank.objects.create(title="SQL at work", slug="sql-at-work", about="Joins", stage="open", **about)
    untold = Bank.objects.create(title="Older", slug="older", about="Joins", stage="open", **about)
    rubric = Rubric.objects.create(digest="1", content=[], made_by=expert, made_at=day(7))
    task = Task.objects.create(title="Read a plan", slug="read", brief="x", html="x", rubric=rubric, **about)
    Terms.objects.create(kind="terms", version=1, text="x", html="x", in_force_on=day(3).date(), written_by=expert)
    Bank.objects.update(created_at=day(1))
    Task.objects.update(created_at=day(2))
    for kind, thing, on in (("skill", skill, 4), ("person", expert, 9), ("assessment", bank, 5), ("task", task, 6)):
        Document.objects.update_or_create(
            kind=kind, ref=str(thing.pk), defaults={"title": "x", "updated_at": day(on), "standing": 15}
        )
    Document.objects.exclude(updated_at__month=3).update(updated_at=day(1))
    SkillSession.objects.filter(pk=session.pk).update(updated_at=day(8))
    SkillSession.objects.filter(pk=other.pk).update(updated_at=day(2))
    AuditEntry.objects.create(act="bank.stage", target=f"bank:{bank.pk}", happened_at=day(10))
    AuditEntry.objects.create(act="bank.calibrated", target=f"bank:{untold.pk}", happened_at=day(11))

    assert dates(client, "/sitemap-skills.xml") == {skill.get_absolute_url(): "2026-03-08"}
    people = {expert.get_absolute_url(): "2026-03-09", other.host.get_absolute_url(): "2026-03-02"}
    assert dates(client, "/sitemap-people.xml") == people
    assessments = {bank.get_absolute_url(): "2026-03-10", untold.get_absolute_url(): "2026-03-01"}
    assert dates(client, "/sitemap-assessments.xml") == assessments
    assert dates(client, "/sitemap-tasks.xml") == {task.get_absolute_url(): "2026-03-07"}
    places = dates(client, "/sitemap-places.xml")
    assert {path: on for path, on in places.items() if on} == {
        "/": "2026-03-08",
        "/sessions/": "2026-03-08",
        "/skills/": "2026-03-04",
        "/assessments/": "2026-03-10",
        "/work/": "2026-03-07",
        "/terms/": "2026-03-03",
    }
    index = dates(client, "/sitemap.xml")
    assert index["/sitemap-people.xml"] == "2026-03-09"
    assert index["/sitemap-places.xml"] == index["/sitemap-assessments.xml"] == "2026-03-10"


def day(number):
    return datetime(2026, 3, number, 12, tzinfo=UTC)
