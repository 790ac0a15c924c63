"""7.11: a letter to a segment of those who turned it on and proved their address: once, in batches, with counts."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from core.models import Outbox
from features.accounts.models import AuditEntry, RoleGrant
from features.accounts.personal_data import erase_all, export_all
from features.marketing import segments, services
from features.marketing.letters import KIND, NEWSLETTER
from features.marketing.models import Newsletter
from features.notifications import services as notifications
from features.notifications.models import Level, Notification, Preference
from features.notifications.services import mailings
from features.sessions import services as sessions
from features.sessions.models import Registration
from features.skills import services as skills
from features.skills.models import SpokenLanguage
from tests.factories import make_session, make_skill, make_user
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


def ask_for(*people):
    for person in people:
        notifications.choose(person=person, levels={NEWSLETTER.key: Level.MAIL})


@pytest.fixture(scope="module")
def readers(learner, outsider, expert):
    """Sofia, Tomás and Amara asked for it."""
    ask_for(learner, outsider, expert)
    return [learner, outsider, expert]


@pytest.fixture(scope="module")
def draft(organiser):
    def draft(segment="all", value="", **fields):
        row = Newsletter(segment=segment, value=value, **{"title": "News", "text": "Read *this*.", **fields})
        return services.save_newsletter(newsletter=row, by=organiser)

    return draft


def addresses(letters):
    return sorted(address for letter in letters for address in letter.to)


def told(newsletter):
    found = notifications.told(KIND, [newsletter.pk])[str(newsletter.pk)]
    return (found.queued, found.sent, found.withheld)


class TestWhoGetsIt:
    def test_nobody_who_did_not_turn_it_on(self, draft, organiser, learner, outsider, letters):
        newsletter = draft()
        assert segments.count(newsletter, timezone.now()) == segments.Count(0, 0)
        with pytest.raises(services.NewsletterRefused) as refused:
            services.send_newsletter(newsletter=newsletter, by=organiser)
        assert refused.value.code == "nobody"
        ask_for(learner)
        services.send_newsletter(newsletter=newsletter, by=organiser)
        assert addresses(letters()) == [learner.email]

    def test_only_proved_addresses_that_refuse_nothing(self, draft, organiser, readers, letters):
        unproved = make_user("Nadia Petrova", verified=False)
        ask_for(unproved)
        notifications.suppress(address=readers[0].email.upper(), reason="complained")
        newsletter = draft()
        assert segments.count(newsletter, timezone.now()) == segments.Count(2, 4)
        services.send_newsletter(newsletter=newsletter, by=organiser)
        assert addresses(letters()) == sorted(reader.email for reader in readers[1:])

    def test_the_segments(self, draft, readers, learner, outsider, expert, organiser, skill):
        def reached(segment, value=""):
            found = segments.audience(draft(segment, value), timezone.now())
            return set(found.values_list("name", flat=True))

        make_user("Somebody Else", role="expert")  # who asked for nothing
        assert reached("all") == {person.name for person in readers}
        assert reached("role", "expert") == {expert.name}
        notifications.follow(person=learner, key=f"skill:{skill.pk}")
        assert reached("skill", str(skill.pk)) == {learner.name}
        by_a_name_of_before = draft("skill", str(skill.pk))
        databases = make_skill("Databases")
        skills.merge(source=skill, into=databases, by=organiser)
        by_a_name_of_before.refresh_from_db()
        assert list(segments.audience(by_a_name_of_before, timezone.now())) == [learner]
        SpokenLanguage.objects.create(person=outsider, code="pt", fluency=3)
        type(expert).objects.filter(pk=expert.pk).update(languages=["de", "pt"])
        assert reached("language", "pt") == {outsider.name, expert.name}
        session = sessions.publish(session=make_session(expert, about=[databases], published=False), by=expert)
        for person in (learner, outsider):
            sessions.register(session=session, person=person)
        sessions.check_in(registration=Registration.objects.get(person=learner), by=expert, now=session.starts_at)
        assert reached("attended", "2") == {learner.name}
        long_ago = timezone.now() - timedelta(days=61)
        type(session).objects.filter(pk=session.pk).update(starts_at=long_ago, ends_at=long_ago + timedelta(hours=1))
        assert reached("attended", "2") == set()
        assert reached("attended", "3") == {learner.name}
        RoleGrant.objects.filter(person=expert).update(revoked_at=timezone.now())
        assert reached("role", "expert") == set()


class TestSending:
    def test_once_however_often_it_is_pressed_and_it_is_in_the_audit_log(self, draft, organiser, readers, letters):
        newsletter = draft()
        assert services.send_newsletter(newsletter=newsletter, by=organiser)
        assert not services.send_newsletter(newsletter=newsletter, by=organiser)
        assert len(letters()) == 3
        assert not services.send_newsletter(newsletter=newsletter, by=organiser)
        assert services.tell_readers(newsletter.pk) == 0
        assert letters() == []
        entry = AuditEntry.objects.get(act="newsletter.sent")
        assert (entry.target, entry.fields) == (f"newsletter:{newsletter.pk}", ["all"])
        with pytest.raises(services.NewsletterRefused):
            services.save_newsletter(newsletter=Newsletter.objects.get(), by=organiser)
        with pytest.raises(services.NewsletterRefused):
            services.discard_newsletter(newsletter=newsletter)

    def test_not_what_somebody_else_has_changed_since_it_was_looked_at(self, draft, organiser, readers, letters):
        newsletter = draft("role", "expert")
        staff = browser_of(organiser, strong=True)
        page = staff.get(f"/manage/newsletters/{newsletter.pk}/").text
        seen = re.search(r'name="as_of" value="([^"]+)"', page)[1]
        newsletter.segment, newsletter.value = "all", ""
        services.save_newsletter(newsletter=newsletter, by=organiser)
        answer = staff.post(f"/manage/newsletters/{newsletter.pk}/", {"act": "send", "as_of": seen})
        assert answer.status_code == 422
        assert "changed since you looked at it" in answer.text
        assert letters() == []
        again = re.search(r'name="as_of" value="([^"]+)"', answer.text)[1]
        assert staff.post(f"/manage/newsletters/{newsletter.pk}/", {"act": "send", "as_of": again}).status_code == 303
        assert len(letters()) == 3

    def test_in_batches_that_go_on_where_a_killed_worker_stopped(
        self, draft, organiser, readers, letters, monkeypatch
    ):  # fmt: skip
        monkeypatch.setattr(mailings, "BATCH", 2)
        newsletter = draft()
        services.send_newsletter(newsletter=newsletter, by=organiser)
        whole = mailings.tell_many

        def killed(**said):
            whole(**said)
            raise SystemExit

        monkeypatch.setattr(mailings, "tell_many", killed)
        with pytest.raises(SystemExit):
            services.tell_readers(newsletter.pk)
        assert not Notification.objects.filter(kind=KIND).exists()  # what was half done is undone
        monkeypatch.setattr(mailings, "tell_many", whole)
        assert services.tell_readers(newsletter.pk) == 2
        assert Outbox.objects.filter(key__startswith=f"newsletter:{newsletter.pk}:").count() == 2
        assert told(newsletter) == (2, 0, 0)
        assert addresses(letters()) == sorted(reader.email for reader in readers)
        newsletter.refresh_from_db()
        assert newsletter.told_at
        assert told(newsletter) == (0, 3, 0)

    def test_who_switched_it_off_meanwhile_is_left_out_and_counted(self, draft, organiser, readers, letters):
        newsletter = draft()
        services.send_newsletter(newsletter=newsletter, by=organiser)
        services.tell_readers(newsletter.pk)
        notifications.stop_letters(person=readers[0], group=NEWSLETTER)
        notifications.suppress(address=readers[1].email, reason="bounced")
        assert addresses(letters()) == [readers[2].email]
        assert told(newsletter) == (0, 1, 2)

    def test_one_press_ends_it_by_post_and_a_look_does_not(self, draft, organiser, learner, letters):
        ask_for(learner)
        services.send_newsletter(newsletter=draft(), by=organiser)
        [letter] = letters()
        assert "*this*" in letter.body
        assert "<em>this</em>" in letter.alternatives[0].content
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = re.search(r"/unsubscribe/[^>]+", letter.extra_headers["List-Unsubscribe"])[0]
        browser = Client(enforce_csrf_checks=True)
        assert browser.get(path).status_code == 200
        assert Preference.objects.get(person=learner, group="newsletter").level == Level.MAIL
        assert browser.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert Preference.objects.get(person=learner, group="newsletter").level == Level.OFF
        assert segments.count(draft(), timezone.now()).reached == 0

    def test_a_test_goes_to_oneself_alone_as_often_as_one_likes(self, draft, organiser, readers, letters):
        newsletter = draft()
        for _ in range(2):
            services.try_newsletter(newsletter=newsletter, by=organiser)
        found = letters()
        assert addresses(found) == [organiser.email] * 2
        assert found[0].subject == "Test: News"
        assert not Newsletter.objects.sent().exists()


class TestPages:
    SAID = {"title": "News", "text": "# Hello\n\n<script>x</script>", "segment": "role"}

    def test_written_looked_at_sent_and_still_to_be_seen(self, organiser, readers, learner, expert, letters):
        staff = browser_of(organiser, strong=True)
        assert "No letter yet" in staff.get("/manage/newsletters/").text
        form = "/manage/newsletters/new/"
        page = staff.post(form, self.SAID)
        assert page.status_code == 422
        assert "Say which." in page.text
        made = staff.post(form, self.SAID | {"role": "expert"})
        newsletter = Newsletter.objects.get()
        here = f"/manage/newsletters/{newsletter.pk}/"
        assert (made.status_code, made["Location"]) == (303, here)
        page = staff.get(here).text
        assert "1 person gets it" in page
        assert "<h3>Hello</h3>" in page
        assert "<script>x" not in page
        assert 'value="expert" selected' in staff.get(f"{here}edit/").text
        assert staff.post(here, {"act": "try"}).status_code == 303
        assert addresses(letters()) == [organiser.email]
        for _ in range(2):
            assert staff.post(here, {"act": "send"}).status_code == 303
        assert addresses(letters()) == [expert.email]
        assert "1 sent" in staff.get(here).text
        assert "1 sent, 0 waiting, 0 left out" in staff.get("/manage/newsletters/").text
        assert staff.get(f"{here}edit/").status_code == 404
        assert staff.post(here, {"act": "discard"}).status_code == 422
        assert browser_of(expert).get(f"/newsletters/{newsletter.pk}/").status_code == 200
        assert browser_of(learner).get(f"/newsletters/{newsletter.pk}/").status_code == 404
        assert "Newsletter: “News”." in browser_of(expert).get("/inbox/").text

    @pytest.mark.parametrize(
        ("segment", "said", "value"),
        [("skill", {"skill": "PostgreSQL"}, None), ("attended", {"months": "6"}, "6"),
         ("language", {"language": "de"}, "de"), ("all", {"role": "expert"}, "")],
    )  # fmt: skip
    def test_each_segment_is_kept_and_shown_again(self, organiser, skill, segment, said, value):
        staff = browser_of(organiser, strong=True)
        made = staff.post("/manage/newsletters/new/", self.SAID | {"segment": segment} | said)
        assert made.status_code == 303
        assert Newsletter.objects.get().value == (str(skill.pk) if value is None else value)
        assert staff.get(made["Location"]).status_code == 200
        assert staff.get(f"{made['Location']}edit/").status_code == 200
        gone = staff.post(made["Location"], {"act": "discard"}, follow=True).text
        assert not Newsletter.objects.exists()
        again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', gone.partition("Undo")[0]))
        assert staff.post("/manage/newsletters/new/", again).status_code == 303  # the undo, as its message carries it
        assert Newsletter.objects.get().value == (str(skill.pk) if value is None else value)

    def test_it_is_off_until_somebody_turns_it_on_where_all_letters_are_chosen(self, learner):
        browser = browser_of(learner)
        page = browser.get("/account/notifications/").text
        assert "You asked for letters of those who run the site" in page
        assert notifications.levels(learner)["newsletter"] == Level.OFF
        with pytest.raises(ValueError, match="newsletter"):
            notifications.choose(person=learner, levels={"newsletter": Level.INBOX})

    def test_the_list_asks_no_more_for_more(self, draft, organiser, readers, django_assert_max_num_queries):
        staff = browser_of(organiser, strong=True)
        for _ in range(4):
            services.send_newsletter(newsletter=draft(), by=organiser)
        run_pending()
        with django_assert_max_num_queries(14):
            assert staff.get("/manage/newsletters/").text.count("3 sent") == 4

    def test_what_somebody_wrote_is_theirs_and_drafts_go_with_them(self, draft, organiser, readers):
        services.send_newsletter(newsletter=draft(title="Sent"), by=organiser)
        draft(title="Draft")
        assert [row["title"] for row in export_all(organiser)["marketing"]["newsletters"]] == ["Sent", "Draft"]
        erase_all(organiser)
        assert Newsletter.objects.get().title == "Sent"
