"""2.22 and 11.2: a draft that becomes public by itself, a copy for four weeks later, and what a host can begin with."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.moderation import services as moderation
from features.notifications.models import Notification
from features.payments.models import PayoutAccount
from features.sessions import services
from features.sessions.models import SkillSession
from features.sessions.outlines import OUTLINES
from tests.factories import clocks_change, make_session

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def draft(expert, skill):
    return make_session(expert, about=[skill], published=False, time_zone="Africa/Lagos")


def path(session, end=""):
    return f"{session.get_absolute_url()}{end}"


def refused(verb, **given):
    with pytest.raises(services.HostingRefused) as caught:
        verb(**given)
    return caught.value.code


def again(session):
    return SkillSession.objects.get(pk=session.pk)


class TestPublishingLater:
    def test_it_is_public_at_that_minute_on_the_clocks_of_the_session_and_once(self, client, expert, draft, letters):
        client.force_login(expert)
        day = (timezone.now() + timedelta(days=1)).date()
        answer = client.post(path(draft, "publication/later/"), {"date": day.isoformat(), "time": "09:00"}, follow=True)
        assert "becomes public by itself" in answer.text
        assert "public from" in client.get("/hosting/").text
        at = again(draft).publish_at
        assert at == datetime(day.year, day.month, day.day, 8, tzinfo=UTC)  # nine in Lagos
        letters()
        assert services.publish_due(now=at - timedelta(seconds=1)) == 0
        assert services.publish_due(now=at) == 1
        assert services.publish_due(now=at) == 0
        session = again(draft)
        assert (session.published_at, session.publish_at) == (at, None)
        [letter] = letters()
        assert (letter.to, "is public" in letter.subject) == ([expert.email], True)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"starts_at": None, "ends_at": None}, "no_time"),
            ({}, "in_the_past"),
            ({}, "too_late"),
        ],
    )
    def test_what_is_missing_is_said_now(self, client, expert, draft, changes, code):
        SkillSession.objects.filter(pk=draft.pk).update(**changes) if changes else None
        at = timezone.now() + {"in_the_past": -HOUR, "too_late": timedelta(days=30)}.get(code, HOUR)
        assert refused(services.schedule, session=draft, by=expert, at=at) == code
        client.force_login(expert)
        local = timezone.localtime(at, draft.zone)
        answer = client.post(path(draft, "publication/later/"), {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"})
        assert answer.status_code == 422
        assert again(draft).publish_at is None

    def test_a_member_who_is_no_expert_cannot(self, learner, skill):
        draft = make_session(learner, about=[skill], published=False)
        at = timezone.now() + HOUR
        assert refused(services.schedule, session=draft, by=learner, at=at) == "not_an_expert"

    def test_a_time_that_the_clocks_leave_out_is_blamed_at_its_field(self, client, expert, skill):
        draft = make_session(expert, about=[skill], published=False, time_zone="Europe/Berlin")
        client.force_login(expert)
        answer = client.post(path(draft, "publication/later/"), {"date": f"{clocks_change(3)}", "time": "02:30"})
        assert "time" in answer.context["form"].errors

    def test_it_can_be_put_off_for_good(self, client, expert, draft):
        services.schedule(session=draft, by=expert, at=timezone.now() + HOUR)
        client.force_login(expert)
        for _tap in range(2):
            assert client.post(path(draft, "publication/later/"), {"never": "yes"}).status_code == 303
        assert services.publish_due(now=timezone.now() + 2 * HOUR) == 0

    def test_what_cannot_be_published_by_then_stays_a_draft_and_its_host_is_told(self, expert, skill, draft, letters):
        at = timezone.now() + HOUR
        services.schedule(session=draft, by=expert, at=at)
        other = make_session(expert, about=[skill], published=False, starts_at=draft.starts_at)
        services.publish(session=other, by=expert)
        letters()
        assert services.publish_due(now=at) == 0
        assert services.publish_due(now=at + HOUR) == 0
        session = again(draft)
        assert (session.published_at, session.publish_at) == (None, None)
        [letter] = letters()
        assert "could not be published" in letter.subject
        assert f"{path(draft)}edit/" in letter.body

    def test_one_that_fails_holds_up_no_other(self, expert, skill, draft):
        at = timezone.now() + HOUR
        fine = make_session(expert, about=[skill], published=False, starts_in=timedelta(days=8))
        for one in (draft, fine):
            services.schedule(session=one, by=expert, at=at)
        draft.session_skills.all().delete()
        assert services.publish_due(now=at) == 1
        assert again(fine).is_published

    def test_neither_what_was_thrown_away_nor_of_whom_is_suspended(self, expert, skill, draft, organiser):
        at = timezone.now() + HOUR
        services.schedule(session=draft, by=expert, at=at)
        services.remove_draft(session=draft, by=expert)
        services.restore_draft(session=again(draft))
        assert services.publish_due(now=at) == 0  # brought back, it is a draft like any other
        services.schedule(session=draft, by=expert, at=at)
        moderation.impose(by=organiser, person=expert, kind="suspension", reason="Noise")
        assert services.publish_due(now=at) == 0
        assert not Notification.objects.filter(kind="session_not_published").exists()

    def test_by_the_api(self, client, expert, draft):
        client.force_login(expert)
        at, url = timezone.now().replace(microsecond=0) + HOUR, f"/api/v1/hosting/{draft.pk}/publication/"
        answer = client.put(url, {"at": at.isoformat()}, content_type="application/json")
        assert datetime.fromisoformat(answer.json()["publish_at"]) == at
        assert client.delete(url).json()["publish_at"] is None
        answer = client.put(url, {"at": (at - 2 * HOUR).isoformat()}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_the_past")


class TestACopyForLater:
    def test_has_the_same_weekday_and_clock_across_a_change_of_clocks(self, expert, skill):
        with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False):
            start = datetime(2027, 3, 10, 17, tzinfo=UTC)  # 18:00 in Berlin, in winter
            session = make_session(expert, about=[skill], starts_at=start, time_zone="Europe/Berlin")
            copy = services.duplicate(session=session, by=expert, is_later=True)
            assert copy.starts_at == datetime(2027, 4, 7, 16, tzinfo=UTC)  # 18:00, in summer
            assert copy.ends_at - copy.starts_at == session.ends_at - session.starts_at
            assert not copy.is_published

    def test_of_what_is_long_over_lies_ahead(self, client, expert, skill):
        session = make_session(expert, about=[skill], starts_in=-timedelta(days=70))
        client.force_login(expert)
        answer = client.post(path(session, "copy/"), {"later": "yes"}, follow=True)
        copy = SkillSession.objects.latest("pk")
        assert timezone.now() < copy.starts_at < timezone.now() + timedelta(days=29)
        assert (copy.starts_at - session.starts_at).days % 28 == 0
        assert answer.context["form"]["date"].value() == timezone.localtime(copy.starts_at, copy.zone).date()

    def test_without_a_date_there_is_none(self, expert, skill):
        session = make_session(expert, about=[skill])
        assert services.duplicate(session=session, by=expert).starts_at is None


class TestBeginning:
    @pytest.mark.parametrize("name", OUTLINES)
    def test_with_an_outline_fills_the_form(self, client, expert, name):
        client.force_login(expert)
        assert f"?outline={name}" in client.get("/sessions/new/").text
        form = client.get("/sessions/new/", {"outline": name}).context["form"]
        assert form["capacity"].value() == OUTLINES[name].values["capacity"]
        assert form["description"].value().startswith(str(OUTLINES[name].description)[:20])
        assert form["time_zone"].value() == expert.time_zone

    def test_what_was_typed_and_not_sent_comes_first(self, client, expert):
        client.force_login(expert)
        services.keep_form(person=expert, key="new", data="title=Half+a+title")
        form = client.get("/sessions/new/", {"outline": "talk"}).context["form"]
        assert form["title"].value() == "Half a title"

    def test_an_unknown_one_is_an_empty_form(self, client, expert):
        client.force_login(expert)
        assert client.get("/sessions/new/", {"outline": "nothing"}).status_code == 200


class TestTheFirstPrice:
    def test_says_what_is_missing_before_it_is_named_and_nothing_once_it_is_there(self, client, expert, monkeypatch):
        monkeypatch.setattr("features.payments.services.is_set_up", lambda: True)
        client.force_login(expert)
        assert "See what is missing" in client.get("/sessions/new/").text
        PayoutAccount.objects.create(person=expert, country="DE", is_submitted=True, is_ready=True)
        assert "See what is missing" not in client.get("/sessions/new/").text


class TestWhoMayPublish:
    def test_an_organiser_by_page_and_api_alike_whether_or_not_their_role_rests(self, client, organiser, skill):
        client.force_login(organiser, second_factor=False)
        for n, publish in enumerate(("page", "api")):
            draft = make_session(organiser, about=[skill], published=False, starts_in=timedelta(days=3 + n))
            if publish == "page":
                client.post(path(draft, "publication/"))
            else:
                client.post(f"/api/v1/hosting/{draft.pk}/publication/")
            assert again(draft).is_published, publish

    def test_whose_role_has_ended_may_not(self, expert, draft):
        RoleGrant.objects.filter(person=expert).update(revoked_at=timezone.now())
        assert refused(services.publish, session=draft, by=expert) == "not_an_expert"


class TestCallingOff:
    def test_says_beforehand_whether_it_counts(self, client, expert, learner, skill):
        client.force_login(expert)
        soon = make_session(expert, about=[skill], starts_in=timedelta(hours=2))
        SkillSession.objects.filter(pk=soon.pk).update(published_at=timezone.now() - timedelta(days=9))
        far = make_session(expert, about=[skill], starts_in=timedelta(days=20))
        for session in (soon, far):
            services.register(session=again(session), person=learner)
        assert "counts on your record" in client.get(path(soon, "cancellation/")).text
        assert "stays as it is" in client.get(path(far, "cancellation/")).text
