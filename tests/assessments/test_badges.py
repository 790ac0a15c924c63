"""Badges that strangers verify, and achievements by rule."""

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone
from jwt.algorithms import OKPAlgorithm

from features.accounts.models import User
from features.assessments import open_badges, services
from features.assessments.models import Award, Badge
from features.notifications.models import Notification
from features.skills import services as skills
from tests.assessments.conftest import make_bank, sit
from tests.factories import make_skill
from tests.undoing import undo

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sure(author, reader, skill, learner):
    """A result that is precise enough to show."""
    bank = make_bank(author, reader, skill, items=40, most=30, error=0.3)
    return sit(bank, learner, knows=lambda row: row.b < 0.3)


@pytest.fixture(scope="module")
def badge(sure, learner):
    return services.issue_badge(person=learner, skill=sure.bank.skill)


class TestIssuing:
    def test_it_says_what_is_on_record_with_its_doubt_and_an_end(self, badge, sure):
        assert badge.low < badge.level < badge.high
        assert badge.evidence == [sure.source]
        assert badge.expires_at - badge.issued_at == timedelta(days=730)

    def test_without_a_measured_result_there_is_none(self, learner, skill):
        with pytest.raises(services.AssessmentRefused) as refused:
            services.issue_badge(person=learner, skill=skill)
        assert refused.value.code == "not_measured"

    def test_a_level_that_is_hardly_known_is_nothing_for_strangers(self, bank, learner):
        sit(bank, learner, knows=lambda row: row.position % 2, most=5)
        services.stop(attempt=learner.attempts.get())
        with pytest.raises(services.AssessmentRefused) as refused:
            services.issue_badge(person=learner, skill=bank.skill)
        assert refused.value.code == "not_sure"

    def test_a_newer_one_stands_in_its_place(self, badge, learner):
        again = services.issue_badge(person=learner, skill=badge.skill)
        badge.refresh_from_db()
        assert (badge.state(timezone.now()), again.state(timezone.now())) == ("revoked", "valid")

    def test_a_former_name_stands_on_none_that_was_renewed(self, badge, learner, client):
        User.objects.filter(pk=learner.pk).update(name="Sofia Duarte")
        assert "Sofia Mendes works at" in client.get(badge.get_absolute_url()).text
        again = services.issue_badge(person=User.objects.get(pk=learner.pk), skill=badge.skill)
        for one in (badge, again):
            for place in (one.get_absolute_url(), f"/badges/{one.code}.json"):
                told = client.get(place).text
                assert ("Sofia Duarte" in told, "Sofia Mendes" in told) == (True, False)

    def test_it_goes_over_with_its_skill_and_of_two_the_newer_stands(self, badge, learner, organiser):
        of_both = make_skill("Relational databases")
        values = {name: getattr(badge, name) for name in ("level", "low", "high", "expires_at")}
        other = Badge.objects.create(person=learner, skill=of_both, holder="Sofia", **values)
        skills.merge(source=badge.skill, into=of_both, by=organiser)
        assert list(Badge.objects.filter(skill=of_both).order_by("pk").values_list("pk", "revocation_reason")) == [
            (badge.pk, "Renewed: a newer one stands in its place."), (other.pk, ""),
        ]  # fmt: skip

    def test_it_goes_with_what_it_rests_on(self, badge, sure):
        services.void(result=sure, now=timezone.now())
        badge.refresh_from_db()
        assert badge.state(timezone.now()) == "revoked"

    def test_its_holder_is_told_once_a_month_before_it_ends(self, badge, learner):
        near = badge.expires_at - timedelta(days=20)
        assert services.remind_of_ends(near - timedelta(days=60)) == 0
        assert [services.remind_of_ends(near) for _ in range(3)] == [1, 0, 0]
        assert Notification.objects.filter(recipient=learner, kind="badge_ends").count() == 1


class TestStrangers:
    def test_the_page_says_who_what_and_whether_it_holds_without_a_log_in(self, client, badge):
        page = client.get(badge.get_absolute_url()).content.decode()
        assert "Sofia Mendes works at" in page
        assert "Valid" in page
        assert "Anybody can check it here." in page  # where its address is shared
        assert f"{badge.issued_at:%B %Y}</time>" in page
        assert '<svg class="qr"' in page
        assert f"{badge.get_absolute_url()}</a>" in page
        assert "linkedin.com" not in page
        client.force_login(badge.person)
        assert f"certId={badge.code}" in client.get(badge.get_absolute_url()).text
        client.logout()
        services.revoke_badge(badge=badge, reason="A mistake")
        page = client.get(badge.get_absolute_url()).content.decode()
        assert "Revoked" in page
        assert "A mistake" in page

    def test_the_signed_credential_verifies_with_the_published_key_and_no_other(self, client, badge):
        signed = client.get(f"/badges/{badge.code}.jwt").content.decode()
        key = client.get("/badges/keys.json").json()["keys"][0]
        said = jwt.decode(signed, OKPAlgorithm.from_jwk(key), algorithms=["EdDSA"])
        assert "OpenBadgeCredential" in said["type"]
        assert said["credentialSubject"]["achievement"]["name"] == "PostgreSQL"
        assert said["evidence"]
        assert said == client.get(f"/badges/{badge.code}.json").json()
        head, body, _mark = signed.split(".")
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(f"{head}.{body}.{'A' * 86}", OKPAlgorithm.from_jwk(key), algorithms=["EdDSA"])

    def test_its_holder_takes_it_back_and_undoes_a_slip_while_what_it_rests_on_stands(self, client, badge, sure):
        client.force_login(badge.person)
        page = client.post(f"{badge.get_absolute_url()}withdrawal/", follow=True)
        assert "Revoked" in page.text
        assert "Valid" in undo(client, page).text
        page = client.post(f"{badge.get_absolute_url()}withdrawal/", follow=True)
        services.void(result=sure, now=timezone.now())
        assert "It cannot come back" in undo(client, page).text
        badge.refresh_from_db()
        assert badge.revoked_at
        Badge.objects.update(revocation_reason="A mistake")  # what others revoked is not its holder's to put back
        client.post(f"{badge.get_absolute_url()}withdrawal/", {"act": "restore"})
        badge.refresh_from_db()
        assert badge.revoked_at

    def test_the_list_of_what_was_revoked_says_which(self, client, badge, learner):
        newer = services.issue_badge(person=learner, skill=badge.skill)
        key = OKPAlgorithm.from_jwk(open_badges.public_key())
        said = jwt.decode(client.get("/badges/status.jwt").content.decode(), key, algorithms=["EdDSA"])
        bits = said["credentialSubject"]["encodedList"]
        assert open_badges.is_revoked(bits, badge.pk)
        assert not open_badges.is_revoked(bits, newer.pk)


class TestAchievements:
    def test_a_rule_is_granted_once_to_whoever_meets_it(self, sure, learner):
        assert services.grant_awards() == 1
        assert services.grant_awards() == 0
        assert Award.objects.get().rule == "measured"

    def test_each_stands_there_with_criterion_holders_and_rarity(self, client, sure, learner):
        services.grant_awards()
        page = client.get("/achievements/").content.decode()
        assert "Took a test that came to a level." in page
        assert "1 holder," in page
        assert "Nobody has it yet." in page
        assert "Legendary" not in page  # what nobody has is not rare

    def test_a_badge_is_issued_and_taken_back_from_the_page_of_the_skill(self, client, sure, learner):
        client.force_login(learner)
        skill = sure.bank.skill
        assert "Issue a badge" in client.get(f"/progress/{skill.slug}/").content.decode()
        place = client.post(f"/progress/{skill.slug}/badge/")["Location"]
        assert place == Badge.objects.get().get_absolute_url()
        assert client.post(f"{place}withdrawal/").status_code == 303
        assert Badge.objects.get().revoked_at is not None
