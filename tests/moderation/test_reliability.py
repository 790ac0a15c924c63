"""The one record of promises: what a second and a fourth slip mean, how it ends, and who decides on an objection."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.access import bar
from features.accounts.models import User
from features.accounts.personal_data import erase_all, export_all
from features.moderation import services
from features.moderation.models import Incident, Sanction
from tests.factories import make_user
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def miss(person, n=1, *, days_ago=0.0, kind="no_show", ability="register", other=None, now=NOW):
    start = Incident.objects.count()
    for number in range(start, start + n):
        services.note_incident(
            person=person, kind=kind, source=f"booking:{number}", happened_at=now - timedelta(days=days_ago),
            ability=ability, other=other, now=now,
        )  # fmt: skip


def paused(person):
    return bar(User.objects.get(pk=person.pk), "register")


class TestRules:
    def test_one_slip_is_nothing_two_are_a_word_and_four_are_a_pause_that_ends(self, learner, letters):
        miss(learner)
        [first] = letters()
        assert first.subject == "A friendly note, not more: Did not come"
        assert "It happens to everybody: one such slip has no consequence" in first.body
        assert "/reliability/" in first.body
        miss(learner)
        [second] = letters()
        assert second.subject == "On your record: Did not come"
        assert "number 2 within 30 days" in second.body
        miss(learner)
        assert paused(learner) is None
        miss(learner)
        pause = Sanction.objects.get(person=learner)
        assert (pause.given_by, pause.ability, pause.ends_at) == (None, "register", NOW + timedelta(days=14))
        assert paused(learner)
        assert any("4 appointments in 30 days" in letter.body for letter in letters())
        services.tell_ends(now=NOW + timedelta(days=14, seconds=1))
        assert not User.objects.get(pk=learner.pk).is_sanctioned

    def test_what_is_a_month_old_pauses_nobody_and_taking_is_not_giving(self, learner):
        miss(learner, 2, days_ago=31)
        miss(learner, 3)
        miss(learner, 3, ability="mentor")
        assert paused(learner) is None

    def test_the_same_cause_is_written_down_once(self, learner):
        for _ in range(3):
            services.note_incident(
                person=learner, kind="no_show", source="booking:1", happened_at=NOW, ability="register", now=NOW
            )
        assert Incident.objects.count() == 1

    def test_it_weighs_half_after_60_days_and_nothing_after_180_and_who_keeps_much_is_hurt_less(self, learner):
        assert services.records([learner.pk])[learner.pk].share == 0.75
        miss(learner)
        assert services.records([learner.pk], NOW)[learner.pk].share == round(3 / 5, 3)
        assert services.records([learner.pk], NOW + timedelta(days=60))[learner.pk].share == round(3 / 4.5, 3)
        assert services.records([learner.pk], NOW + timedelta(days=181))[learner.pk].share == 0.75
        services.kept["of a test"] = lambda people, since: dict.fromkeys(people, 16)
        try:
            assert services.records([learner.pk], NOW)[learner.pk].share == round(19 / 21, 3)
        finally:
            del services.kept["of a test"]

    def test_what_is_put_right_takes_its_pause_along(self, learner):
        miss(learner, 4)
        assert paused(learner)
        services.withdraw_incident(source="booking:2", now=NOW)
        assert paused(learner) is None
        assert Sanction.objects.get().lifting_reason

    def test_after_a_pause_was_served_nothing_in_ones_favour_begins_another(self, learner):
        miss(learner, 6)
        later = NOW + timedelta(days=15)
        services.withdraw_incident(source="booking:0", now=later)
        services.appeal_incident(incident=Incident.objects.get(source="booking:1"), words="I was there.", now=later)
        assert Sanction.objects.count() == 1


class TestAppeals:
    @pytest.fixture
    def waited(self, db):
        return make_user("Waiting Moderator", role="moderator")

    def test_while_it_is_looked_at_no_pause_rests_on_it_and_somebody_else_decides(
        self, learner, moderator, waited, letters
    ):
        miss(learner, 4, other=waited)
        incident = Incident.objects.first()
        filed = services.appeal_incident(incident=incident, words="I was there.", now=NOW)
        assert paused(learner) is None
        with pytest.raises(services.SanctionRefused) as refused:
            services.decide_incident_appeal(by=waited, appeal=filed, outcome="upheld", answer="No.")
        assert refused.value.code == "own"
        with pytest.raises(services.SanctionRefused):
            services.decide_incident_appeal(by=learner, appeal=filed, outcome="excused", answer="Yes.")
        letters()
        services.decide_incident_appeal(by=moderator, appeal=filed, outcome="upheld", answer="You were not.", now=NOW)
        assert paused(learner)
        assert any("You were not." in letter.body for letter in letters())
        with pytest.raises(services.SanctionRefused) as refused:
            services.decide_incident_appeal(by=moderator, appeal=filed, outcome="excused", answer="After all.")
        assert refused.value.code == "decided"

    def test_who_appeals_in_vain_serves_what_is_left_of_the_pause_and_no_more(self, learner, moderator):
        miss(learner, 4)
        first, second = Incident.objects.order_by("pk")[:2]
        for incident, filed_after, decided_after in ((first, 1, 3), (second, 15, 16)):
            filed = services.appeal_incident(incident=incident, words="-", now=NOW + timedelta(days=filed_after))
            services.decide_incident_appeal(
                by=moderator, appeal=filed, outcome="upheld", answer="No.", now=NOW + timedelta(days=decided_after)
            )
        ends = list(Sanction.objects.order_by("pk").values_list("ends_at", flat=True))
        assert ends == [NOW + timedelta(days=14)] * 2

    def test_what_is_excused_does_not_count_and_there_is_one_appeal(self, learner, moderator):
        miss(learner)
        filed = services.appeal_incident(incident=Incident.objects.get(), words="A storm", now=NOW)
        services.decide_incident_appeal(by=moderator, appeal=filed, outcome="excused", answer="A storm it was.")
        assert services.records([learner.pk], NOW)[learner.pk].share == 0.75
        for incident in Incident.objects.all():
            with pytest.raises(services.SanctionRefused):
                services.appeal_incident(incident=incident, words="Again")

    def test_over_the_pages(self, learner, outsider, as_moderator, client):
        miss(learner, other=outsider)
        incident = Incident.objects.get()
        mine = browser_of(learner)
        url = f"/account/reliability/{incident.pk}/"
        lines = mine.get("/account/reliability/").text
        assert "Did not come" in lines
        assert f'href="{url}">Object<' in lines
        assert mine.post(url, {"words": ""}).status_code == 422
        assert mine.post(url, {"words": "The train stood still."}).status_code == 303
        assert mine.post(url, {"words": "Again"}).status_code == 422
        assert "You have said your side" in mine.get("/account/reliability/").text
        assert browser_of(outsider).get(url).status_code == 404
        assert "The train stood still." in as_moderator.get("/manage/missed/").text
        manage = f"/manage/missed/{incident.pk}/"
        assert as_moderator.post(manage, {"outcome": "excused", "answer": ""}).status_code == 422
        assert as_moderator.post(manage, {"outcome": "excused", "answer": "Trains."}).status_code == 303
        assert "Trains." in mine.get(url).text
        rules = client.get("/reliability/").text
        for words in ("ten minutes", "three hours", "fourth within 30 days", "forgotten after 180"):
            assert words in rules


def test_the_list_takes_as_many_queries_for_many(learner):
    browser = browser_of(learner)
    counts = []
    for _ in range(2):
        miss(learner, 3, ability="mentor", kind="no_answer", days_ago=40)
        with CaptureQueriesContext(connection) as asked:
            browser.get("/account/reliability/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_it_is_in_the_export_and_goes_with_the_account(learner):
    miss(learner)
    services.appeal_incident(incident=Incident.objects.get(), words="A storm", now=NOW)
    told = export_all(learner)["moderation"]
    assert (told["missed_appointments"][0]["kind"], told["sides_told"][0]["words"]) == ("no_show", "A storm")
    erase_all(learner)
    assert not Incident.objects.exists()
