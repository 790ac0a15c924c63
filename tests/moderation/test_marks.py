"""1.8: "works at X", checked by staff, with a link, and taken back for a reason that everybody may read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.limits import RateLimited
from features.accounts.models import AuditEntry
from features.moderation import services
from features.moderation.models import RoleMark

pytestmark = pytest.mark.django_db

PATH = "/account/marks/"
LINK = "https://port.example.org/team"


def ask(person, name="Port of Lisbon", kind="works_at"):
    return services.ask_for_mark(person=person, kind=kind, name=name, link=LINK, text="See row 3")


def names(person):
    return [str(mark) for mark in services.marks_of(person)]


class TestAsking:
    def test_on_the_page(self, as_learner, learner):
        form = {"kind": "works_at", "name": "Port of Lisbon", "link": "port.example.org/team", "words": "Row 3"}
        page = as_learner.post(PATH, form, follow=True).text
        assert "Works at Port of Lisbon" in page
        assert RoleMark.objects.get().link == LINK
        assert names(learner) == []  # nothing stands there before it was checked

    @pytest.mark.parametrize("change", [{"link": ""}, {"link": "javascript:alert(1)"}, {"name": ""}, {"kind": "king"}])
    def test_what_is_missing_is_said(self, as_learner, change):
        form = {"kind": "works_at", "name": "Port", "link": LINK, "words": ""} | change
        assert as_learner.post(PATH, form).status_code == 422
        assert not RoleMark.objects.exists()

    def test_once(self, learner):
        ask(learner)
        with pytest.raises(services.MarkRefused) as refused:
            ask(learner)
        assert refused.value.code == "asked"

    def test_not_of_what_one_has(self, learner, moderator):
        services.grant_mark(by=moderator, mark=ask(learner))
        with pytest.raises(services.MarkRefused) as refused:
            ask(learner, "port of lisbon")
        assert refused.value.code == "has_it"

    def test_and_not_by_the_dozen(self, learner):
        for number in range(10):
            ask(learner, f"Port {number}")
        with pytest.raises(RateLimited):
            ask(learner, "One too many")

    def test_taken_back_while_it_is_open(self, as_learner, learner, moderator):
        mark = ask(learner)
        as_learner.post(f"{PATH}{mark.pk}/withdrawal/")
        assert not RoleMark.objects.exists()
        granted = ask(learner)
        services.grant_mark(by=moderator, mark=granted)
        assert as_learner.post(f"{PATH}{granted.pk}/withdrawal/").status_code == 404

    def test_not_by_whoever_is_silenced(self, learner, moderator):
        services.impose(by=moderator, person=learner, kind="silence", reason="Insults")
        with pytest.raises(services.MarkRefused) as refused:
            ask(learner)
        assert refused.value.code == "barred"


class TestDeciding:
    def test_granted_with_link_scope_and_end(self, moderator, learner, letters):
        mark = ask(learner)
        ends = timezone.now() + timedelta(days=365)
        services.grant_mark(by=moderator, mark=mark, scope="planning office", ends_at=ends)
        [shown] = services.marks_of(learner)
        assert (str(shown), shown.scope, shown.granted_by, shown.link) == (
            "Works at Port of Lisbon", "planning office", moderator, LINK,
        )  # fmt: skip
        assert names(learner) == ["Works at Port of Lisbon"]
        assert list(services.marks_of(learner, ends + timedelta(seconds=1))) == []
        assert "was granted" in letters()[-1].subject
        assert AuditEntry.objects.get().act == "mark.granted"

    def test_taken_back_for_a_public_reason(self, moderator, learner, letters):
        mark = ask(learner)
        services.grant_mark(by=moderator, mark=mark)
        with pytest.raises(services.MarkRefused) as refused:
            services.revoke_mark(by=moderator, mark=mark, reason=" ")
        assert refused.value.code == "no_reason"
        services.revoke_mark(by=moderator, mark=mark, reason="Left the port in May")
        assert names(learner) == []
        [former] = services.former_marks_of(learner)
        assert former.reason == "Left the port in May"
        assert "Left the port in May" in letters()[-1].body
        assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == ["mark.granted", "mark.revoked"]

    def test_each_decision_once(self, moderator, learner):
        mark = ask(learner)
        services.decline_mark(by=moderator, mark=mark, reason="The page names nobody")
        for act, more in ((services.grant_mark, {}), (services.revoke_mark, {"reason": "x"})):
            with pytest.raises(services.MarkRefused) as refused:
                act(by=moderator, mark=mark, **more)
            assert refused.value.code == "decided"
        assert names(learner) == []

    def test_not_by_members_nor_for_oneself(self, moderator, learner, outsider):
        cases = [(outsider, ask(learner), "not_staff"), (moderator, ask(moderator), "own")]
        for by, mark, code in cases:
            with pytest.raises(services.MarkRefused) as refused:
                services.grant_mark(by=by, mark=mark)
            assert refused.value.code == code

    def test_on_the_pages_of_staff(self, as_moderator, learner):
        mark = ask(learner)
        assert "Works at Port of Lisbon" in as_moderator.get("/manage/marks/").text
        path = f"/manage/marks/{mark.pk}/"
        page = as_moderator.get(path).text
        assert LINK in page
        assert "See row 3" in page
        assert learner.email not in page
        assert as_moderator.post(path, {"act": "decline", "reason": ""}).status_code == 422
        as_moderator.post(path, {"act": "grant", "scope": "planning", "ends_at": "365"})
        assert names(learner) == ["Works at Port of Lisbon"]
        assert "Works at Port of Lisbon" not in as_moderator.get("/manage/marks/").text
        log = as_moderator.get("/manage/marks/?log").text
        assert "checked by Ines Falk" in log
        as_moderator.post(path, {"act": "revoke", "reason": "Left in May"})
        assert "Left in May" in as_moderator.get("/manage/marks/?log").text


def test_they_stand_on_the_persons_page_with_who_and_when(client, moderator, expert):
    mark = ask(expert)
    services.grant_mark(by=moderator, mark=mark, scope="planning office")
    page = client.get(f"/people/{expert.handle}/").text
    for words in ("Works at Port of Lisbon", "planning office", "checked by Ines Falk", LINK):
        assert words in page
    services.revoke_mark(by=moderator, mark=mark, reason="Left in May")
    page = client.get(f"/people/{expert.handle}/").text
    assert "Taken back: Left in May" in page
    assert "checked by" not in page


def test_the_kind_is_chosen_in_our_words(client, learner):
    client.force_login(learner)
    page = client.get("/account/marks/").text
    assert '<option value="" selected>Choose one</option>' in page
    assert "Select an option" not in page
