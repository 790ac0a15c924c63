"""What a mentor says of themselves, and who is listed as one."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.mentoring import services
from features.mentoring.models import MentorPage
from features.skills.services import merge
from tests.factories import make_skill

pytestmark = pytest.mark.django_db


def test_who_may_teach_may_mentor_and_others_are_told_how(learner, skill):
    with pytest.raises(services.MentoringRefused) as refused:
        services.save_mentor_page(page=MentorPage(person=learner), topics=[skill])
    assert refused.value.code == "not_an_expert"
    assert refused.value.url == "/account/expert/"


def test_saving_what_one_says_leaves_what_is_counted(mentor_page, skill):
    MentorPage.objects.update(places_taken=1, price_from=4000)
    mentor_page.about = "An hour a fortnight"
    services.save_mentor_page(page=mentor_page, topics=[skill])
    mentor_page.refresh_from_db()
    assert (mentor_page.about, mentor_page.places_taken, mentor_page.price_from) == ("An hour a fortnight", 1, 4000)


class TestWithRoom:
    def listed(self, **changes):
        MentorPage.objects.update(**changes)
        page = MentorPage.objects.get()
        in_list = MentorPage.objects.with_room().exists()
        assert in_list == page.has_room(timezone.localdate())
        return in_list

    def test_who_takes_people_and_has_a_place(self, mentor_page):
        assert self.listed()

    def test_not_who_is_full(self, mentor_page):
        assert not self.listed(places_taken=2)
        assert not self.listed(capacity=0, places_taken=0)

    def test_not_who_stopped_or_was_frozen_for_silence(self, mentor_page):
        assert not self.listed(is_accepting=False)
        assert not self.listed(is_accepting=True, frozen_at=timezone.now())

    def test_not_while_away(self, mentor_page):
        today = timezone.localdate()
        assert not self.listed(away_from=today, away_until=today)
        assert not self.listed(away_from=today - timedelta(days=3), away_until=None)
        assert self.listed(away_from=today + timedelta(days=1), away_until=None)
        assert self.listed(away_from=date(2026, 1, 1), away_until=today - timedelta(days=1))

    def test_not_whose_role_has_ended(self, mentor_page):
        RoleGrant.objects.update(revoked_at=timezone.now())
        assert not MentorPage.objects.with_room().exists()


def test_a_merged_skill_is_named_once(mentor_page, skill, organiser):
    other = make_skill("Postgres tuning")
    mentor_page.topics.add(other)
    merge(source=other, into=skill, by=organiser)
    assert list(mentor_page.topics.all()) == [skill]
