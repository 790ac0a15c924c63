"""8.12 and the organiser's people: who is here, what is known of them, and whose address is shown to whom."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.models import AuditEntry, RoleGrant, User
from features.moderation import services
from tests.factories import make_session, make_user
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db

PATH = "/manage/people/"


class TestList:
    def test_newest_first_with_roles_and_states(self, as_moderator, moderator, learner, expert):
        services.impose(by=moderator, person=learner, kind="silence", reason="Rude")
        page = as_moderator.get(PATH).text
        assert page.index("Amara Okonjo") < page.index("Sofia Mendes")
        assert "Expert" in page
        assert "Silence" in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=sofia", {"Sofia Mendes"}),
            ("q=@amara-ok", {"Amara Okonjo"}),
            ("role=expert", {"Amara Okonjo"}),
            ("state=suspended", {"Out Person"}),
            ("state=limited", {"Sofia Mendes"}),
            ("state=demo", {"Dora Play"}),
            ("state=closed", {"Gone"}),
            ("joined=7&role=expert", {"Amara Okonjo"}),
            ("q=sofia&role=expert", set()),
            ("state=nonsense", {"Sofia Mendes", "Amara Okonjo", "Out Person", "Dora Play", "Gone"}),
        ],
    )
    def test_filters(self, as_moderator, moderator, learner, expert, query, found):
        out = make_user("Out Person")
        make_user("Dora Play", is_demo=True, joined_at=timezone.now() - timedelta(days=40))
        make_user("Gone", is_active=False)
        services.impose(by=moderator, person=out, kind="suspension", reason="Spam")
        services.impose(by=moderator, person=learner, kind="limit", ability="review", reason="Rude")
        page = as_moderator.get(f"{PATH}?{query}").text
        everybody = {"Sofia Mendes", "Amara Okonjo", "Out Person", "Dora Play", "Gone"}
        assert {name for name in everybody if name in page} == found

    def test_words_are_no_filter_and_stay_when_all_are_taken_away(self, as_moderator):
        assert "Take all filters away" not in as_moderator.get(f"{PATH}?q=sofia").text
        assert f'href="{PATH}?q=sofia">Take all filters away' in as_moderator.get(f"{PATH}?q=sofia&state=demo").text

    def test_nobody_is_found_by_an_address(self, as_moderator, as_organiser, learner):
        for browser in (as_moderator, as_organiser):
            for asked in (learner.email, "example.org"):
                page = browser.get(PATH, {"q": asked}).text
                assert "Sofia Mendes" not in page

    def test_on_a_phone_each_cell_says_what_it_is_and_the_table_stays_one(self, as_moderator):
        page = as_moderator.get("/manage/people/").text
        assert '<table role="table" class="records">' in page
        assert '<th role="columnheader" scope="col"' in page
        assert re.search(r'<td role="cell" data-label="Joined"', page)

    def test_more_people_take_no_more_queries_and_pages_follow(self, as_moderator, moderator):
        def queries():
            with CaptureQueriesContext(connection) as found:
                page = as_moderator.get(PATH)
            return len(found), page

        make_user("Member 0", role="expert")
        few, _page = queries()
        for number in range(1, 30):
            person = make_user(f"Member {number}", role="expert")
            services.impose(by=moderator, person=person, kind="silence", reason="Rude")
        many, page = queries()
        assert many == few
        following = as_moderator.get(page.context["page"].next_url).text
        assert "Member 2<" in following
        assert "Member 29<" not in following


class TestPerson:
    def test_what_staff_know(self, as_moderator, moderator, organiser, expert, learner):
        services.impose(by=organiser, person=expert, kind="limit", ability="review", reason="Reviewed a friend")
        mark = services.ask_for_mark(person=expert, kind="works_at", name="Post", link="https://example.org/")
        services.grant_mark(by=organiser, mark=mark)
        make_session(expert)
        page = as_moderator.get(f"{PATH}{expert.pk}/").text
        for words in ("Expert: may publish", "Not allowed: Write reviews", "Reviewed a friend", "Works at Post"):
            assert words in page
        assert "Sessions hosted" in page

    def test_moderators_see_no_address_and_cannot_ask_for_it(self, as_moderator, learner):
        answer = as_moderator.post(f"{PATH}{learner.pk}/address/")
        assert answer.status_code == 404
        for path in (PATH, f"{PATH}{learner.pk}/", f"{PATH}{learner.pk}/sanctions/new/"):
            page = as_moderator.get(path).text
            assert learner.email not in page
            assert "Show the e-mail address" not in page

    def test_nor_what_was_done_or_where_somebody_is_logged_in(self, as_moderator, learner):
        browser_of(learner)
        page = as_moderator.get(f"{PATH}{learner.pk}/").text
        assert "last seen" not in page
        assert "What was done" not in page

    def test_the_organiser_sees_an_address_by_an_act(self, as_organiser, organiser, learner, outsider):
        path = f"{PATH}{learner.pk}/"
        assert learner.email not in as_organiser.get(path).text
        answer = as_organiser.post(f"{path}address/")
        assert answer.status_code == 303
        assert learner.email not in answer["Location"]
        assert learner.email in as_organiser.get(answer["Location"]).text
        entry = AuditEntry.objects.get(act="address.shown")
        assert (entry.actor_id, entry.target) == (organiser.pk, f"person:{learner.pk}")
        # The way to it is this organiser's, for this person.
        query = answer["Location"].partition("?")[2]
        assert outsider.email not in as_organiser.get(f"{PATH}{outsider.pk}/?{query}").text
        other = browser_of(make_user("Other Organiser", role="organiser"), strong=True)
        assert learner.email not in other.get(answer["Location"]).text

    def test_it_is_gone_after_five_minutes(self, as_organiser, learner):
        where = as_organiser.post(f"{PATH}{learner.pk}/address/")["Location"]
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert learner.email not in as_organiser.get(where).text

    def test_roles_are_given_and_taken_with_a_reason(self, as_organiser, learner):
        path = f"{PATH}{learner.pk}/roles/"
        for wrong in ({"reason": ""}, {"role": "emperor"}, {"until": "tomorrow"}):
            answer = as_organiser.post(path, {"role": "reviewer", "until": "", "reason": "Reads well"} | wrong)
            assert answer.status_code == 422
        assert not RoleGrant.objects.filter(person=learner).exists()
        given = {"role": "reviewer", "scope": "", "until": "30", "reason": "Knows the field"}
        page = as_organiser.post(path, given, follow=True).text
        assert "Knows the field" in page
        assert "<strong>Oskar Lindqvist</strong> gave a role: Reviewer" in page
        assert "role.granted" not in page
        grant = RoleGrant.objects.get(person=learner)
        assert grant.until
        page = as_organiser.post(f"/manage/roles/{grant.pk}/revocation/", {"reason": "Moved away"}, follow=True).text
        assert "Moved away" in page

    def test_a_longer_history_takes_no_more_queries(
        self, as_organiser, organiser, learner, django_assert_max_num_queries
    ):
        for number in range(8):
            services.impose(by=organiser, person=learner, kind="silence", reason=f"Reason {number}")
            RoleGrant.objects.create(person=learner, role="reviewer", scope=f"skill:{number}", granted_by=organiser)
        with django_assert_max_num_queries(24):
            page = as_organiser.get(f"{PATH}{learner.pk}/").text
        assert "Reason 7" in page


class TestTheWayThere:
    def test_each_is_led_to_what_they_may_open(self, as_moderator, as_organiser, as_learner, learner):
        assert f'href="{PATH}"' in as_moderator.get("/account/").text
        page = as_moderator.get(PATH).text
        assert "/manage/appeals/" in page
        assert "/manage/audit/" not in page
        assert "/manage/audit/" in as_organiser.get(PATH).text
        assert "/manage/" not in as_learner.get("/account/").text

    def test_a_reviewer_sees_applications_and_no_people(self):
        reviewer = browser_of(make_user("Rita", role="reviewer"), strong=True)
        assert reviewer.get("/manage/experts/").status_code == 200
        assert reviewer.get(PATH).status_code == 404

    def test_a_reviewer_needs_a_second_factor(self):
        client = Client()
        client.force_login(make_user("Rita", role="reviewer"), second_factor=False)
        assert client.get("/manage/experts/")["Location"] == "/account/2fa/"


def test_everybody_active_is_one_question(learner, expert, moderator):
    services.impose(by=moderator, person=learner, kind="suspension", reason="Spam")
    make_user("Gone", is_active=False)
    assert set(User.objects.active()) == {expert, moderator}
