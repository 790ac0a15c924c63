from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from features.accounts import access, services
from features.accounts.models import AuditEntry, Role, RoleGrant
from tests.factories import make_user
from tests.parallel import in_parallel


def fresh(person):
    """The person as the next request sees them: nothing remembered."""
    return type(person).objects.get(pk=person.pk)


@pytest.mark.django_db
class TestHasRole:
    def test_a_grant_without_scope_holds_everywhere(self, expert):
        assert access.has_role(expert, Role.EXPERT)
        assert access.has_role(expert, Role.EXPERT, "skill:12")
        assert not access.has_role(expert, Role.MODERATOR)

    def test_a_scoped_grant_holds_only_there(self, learner):
        RoleGrant.objects.create(person=learner, role=Role.AREA_MODERATOR, scope="skill:12")
        assert access.has_role(learner, Role.AREA_MODERATOR, "skill:12")
        assert not access.has_role(learner, Role.AREA_MODERATOR, "skill:1")
        assert not access.has_role(learner, Role.AREA_MODERATOR)

    def test_it_ends_when_it_says_and_when_it_is_revoked(self, learner):
        now = timezone.now()
        grant = RoleGrant.objects.create(
            person=learner, role=Role.EXPERT, granted_at=now - timedelta(days=2), until=now + timedelta(hours=1)
        )
        assert access.has_role(fresh(learner), Role.EXPERT)
        RoleGrant.objects.update(until=now - timedelta(seconds=1))
        assert not access.has_role(fresh(learner), Role.EXPERT)
        RoleGrant.objects.update(until=None)
        assert access.has_role(fresh(learner), Role.EXPERT)
        grant.revoked_at = now
        grant.save()
        assert not access.has_role(fresh(learner), Role.EXPERT)

    def test_nobody_and_the_suspended_have_none(self, expert):
        from django.contrib.auth.models import AnonymousUser

        assert not access.has_role(AnonymousUser(), Role.EXPERT)
        expert.is_active = False
        assert not access.has_role(expert, Role.EXPERT)
        root = make_user("Root Person", is_superuser=True, is_active=False)
        assert not access.has_role(root, Role.ORGANISER)

    def test_one_query_a_request(self, expert, django_assert_num_queries):
        with django_assert_num_queries(1):
            for role in Role.values:
                access.has_role(expert, role)
                access.has_role(expert, role, "skill:1")


@pytest.mark.django_db
class TestGranting:
    def test_an_organiser_gives_and_takes(self, organiser, learner):
        until = timezone.now() + timedelta(days=30)
        grant = services.grant_role(actor=organiser, person=learner, role=Role.REVIEWER, scope="skill:3", until=until)
        assert access.has_role(learner, Role.REVIEWER, "skill:3")
        assert (grant.granted_by, grant.until) == (organiser, until)
        services.revoke_role(actor=organiser, grant=grant)
        grant.refresh_from_db()
        assert (grant.revoked_by, grant.revoked_at is not None) == (organiser, True)
        assert not access.has_role(fresh(learner), Role.REVIEWER, "skill:3")

    @pytest.mark.parametrize("role", [None, "expert", "moderator", "finance", "area_moderator", "reviewer"])
    def test_nobody_else_does(self, role, learner, expert):
        actor = make_user("Would Be", role=role or "")
        with pytest.raises(services.RoleRefused) as refused:
            services.grant_role(actor=actor, person=actor, role=Role.ORGANISER)
        assert refused.value.code == "not_organiser"
        with pytest.raises(services.RoleRefused):
            services.revoke_role(actor=actor, grant=RoleGrant.objects.get(person=expert))
        assert not AuditEntry.objects.exists()

    def test_refusals_say_why_and_change_nothing(self, organiser, expert, learner):
        suspended = make_user("Suspended", is_active=False)
        past = timezone.now() - timedelta(days=1)
        cases = {
            "has_it": {"person": expert, "role": Role.EXPERT},
            "suspended": {"person": suspended, "role": Role.EXPERT},
            "already_over": {"person": learner, "role": Role.EXPERT, "until": past},
            "unknown_role": {"person": learner, "role": "emperor"},
        }
        for code, act in cases.items():
            with pytest.raises(services.RoleRefused) as refused:
                services.grant_role(actor=organiser, **act)
            assert refused.value.code == code
            assert str(refused.value)
        assert RoleGrant.objects.count() == 2
        assert not AuditEntry.objects.exists()

    def test_a_grant_that_ran_out_makes_room(self, organiser, learner):
        now = timezone.now()
        old = RoleGrant.objects.create(
            person=learner, role=Role.EXPERT, granted_at=now - timedelta(days=9), until=now - timedelta(days=2)
        )
        services.grant_role(actor=organiser, person=learner, role=Role.EXPERT)
        old.refresh_from_db()
        assert old.revoked_at == old.until
        assert access.has_role(learner, Role.EXPERT)

    def test_ending_twice_is_refused(self, organiser, expert):
        grant = RoleGrant.objects.get(person=expert)
        services.revoke_role(actor=organiser, grant=grant)
        with pytest.raises(services.RoleRefused) as refused:
            services.revoke_role(actor=organiser, grant=grant)
        assert refused.value.code == "ended"
        assert AuditEntry.objects.count() == 1

    def test_the_last_organiser_stays(self, organiser):
        grant = RoleGrant.objects.get(person=organiser)
        with pytest.raises(services.RoleRefused) as refused:
            services.revoke_role(actor=organiser, grant=grant)
        assert refused.value.code == "last_organiser"

    def test_also_where_another_is_one_in_some_scope_alone(self, organiser, learner):
        services.grant_role(actor=organiser, person=learner, role=Role.ORGANISER, scope="skill:1")
        with pytest.raises(services.RoleRefused, match="Somebody has to run"):
            services.revoke_role(actor=organiser, grant=RoleGrant.objects.get(person=organiser))

    def test_the_database_holds_one_open_grant(self, expert):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.create(person=expert, role=Role.EXPERT)


@pytest.mark.django_db
class TestIdle:
    """8.11: an account that nobody has opened for a year sees no more than members do."""

    @pytest.fixture
    def long_ago(self):
        return timezone.now() - timedelta(days=366)

    def idle(self, person, since):
        RoleGrant.objects.filter(person=person).update(granted_at=since)
        type(person).objects.filter(pk=person.pk).update(last_login=since)
        return person

    def test_its_role_ends_with_a_row_and_a_letter(self, organiser, moderator, expert, long_ago, letters):
        self.idle(moderator, long_ago)
        self.idle(expert, long_ago)  # sees nothing that others do not
        assert services.end_idle() == 1
        assert not access.has_role(fresh(moderator), Role.MODERATOR)
        assert access.has_role(fresh(expert), Role.EXPERT)
        entry = AuditEntry.objects.get(act="role.revoked")
        assert (entry.actor_id, entry.target) == (None, f"person:{moderator.pk}")
        [letter] = letters()
        assert letter.to == [moderator.email]
        assert services.end_idle() == 0

    def test_whoever_logged_in_or_was_named_within_the_year_keeps_it(self, organiser, moderator, long_ago):
        other = self.idle(make_user("New Again", role="moderator"), long_ago)
        RoleGrant.objects.filter(person=other).update(granted_at=timezone.now() - timedelta(days=364))
        self.idle(moderator, long_ago)
        type(moderator).objects.filter(pk=moderator.pk).update(last_login=timezone.now() - timedelta(days=364))
        assert services.end_idle() == 0

    def test_somebody_goes_on_to_run_the_site(self, organiser, long_ago):
        second = make_user("Olga Second", role="organiser")
        for person in (organiser, second):
            self.idle(person, long_ago)
        assert services.end_idle() == 1
        assert RoleGrant.objects.in_force().filter(role=Role.ORGANISER).count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_two_organisers_cannot_dismiss_each_other(self):
        one, two = make_user("One", role="organiser"), make_user("Two", role="organiser")
        acts = [
            lambda: services.revoke_role(actor=one, grant=RoleGrant.objects.get(person=two)),
            lambda: services.revoke_role(actor=two, grant=RoleGrant.objects.get(person=one)),
        ]
        results = in_parallel(acts)
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "RoleRefused"]
        assert RoleGrant.objects.in_force().count() == 1

    def test_one_press_many_times_gives_once(self, organiser, learner):
        acts = [lambda: services.grant_role(actor=organiser, person=learner, role=Role.FINANCE)] * 6
        results = in_parallel(acts)
        assert sum(isinstance(result, RoleGrant) for result in results) == 1
        assert {getattr(r, "code", "given") for r in results} == {"given", "has_it"}
        assert AuditEntry.objects.count() == 1


@pytest.mark.django_db
class TestRolesPage:
    PATH = "/manage/roles/"

    def test_it_lists_what_is_in_force(self, in_charge, expert):
        page = in_charge.get(self.PATH).content.decode()
        assert "Amara Okonjo" in page
        assert "Expert" in page

    def test_it_leads_to_where_a_role_is_given(self, in_charge):
        assert 'href="/manage/people/"' in in_charge.get(self.PATH).text

    def test_a_role_is_taken_back_for_a_reason_that_stays(self, in_charge, expert):
        grant = RoleGrant.objects.get(person=expert)
        path = f"/manage/roles/{grant.pk}/revocation/"
        assert path in in_charge.get(self.PATH).content.decode()
        assert in_charge.post(path, {"reason": " "}).status_code == 422
        assert RoleGrant.objects.in_force().filter(person=expert).exists()
        answer = in_charge.post(path, {"reason": "No longer teaches"}, follow=True)
        assert "Amara Okonjo no longer has the role." in answer.content.decode()
        assert "No longer teaches" in answer.content.decode()
        assert not RoleGrant.objects.in_force().filter(person=expert).exists()
        assert in_charge.post("/manage/roles/999999999/revocation/").status_code == 404

    def test_the_last_organiser_is_told_why_not(self, in_charge, organiser):
        grant = RoleGrant.objects.get(person=organiser)
        answer = in_charge.post(f"/manage/roles/{grant.pk}/revocation/", {"reason": "Tired"})
        assert answer.status_code == 422
        assert "Somebody has to run the site" in answer.content.decode()

    def test_many_grants_cost_no_more_queries_and_are_paged(self, in_charge, django_assert_max_num_queries):
        for number in range(30):
            make_user(f"Expert {number}", handle=f"expert-{number}", role="expert")
        with django_assert_max_num_queries(9):
            page = in_charge.get(self.PATH)
        assert page.content.decode().count("/revocation/") == 25
        following = in_charge.get(page.context["page"].next_url)
        assert following.content.decode().count("/revocation/") == 6
