import json

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, transaction

from core.jobs import run_pending
from features.accounts.personal_data import erase_all, export_all
from features.notifications import services
from features.notifications.kinds import groups
from features.notifications.models import Level, Notification, Preference
from features.notifications.services import choose, notify
from features.sessions import services as sessions
from tests.factories import make_session

pytestmark = pytest.mark.django_db
URL = "/account/notifications/"


@pytest.fixture
def member(client, learner):
    client.force_login(learner)
    return client


def answers(**changes):
    """What is proposed for each group, of whatever feature, and something else for some."""
    proposed = {key: str(group.proposed) for key, group in groups().items() if group.is_optional}
    return proposed | {"digest": "weekly"} | changes


def subjects():
    return [message.subject for message in outgoing.outbox]


class TestWhatIsChosenIsKept:
    def test_without_a_choice_it_is_inbox_and_mail(self, learner, truth):
        notify(learner, "tip", 1, "/")
        run_pending()
        assert subjects() == ["A seat is yours"]

    def test_inbox_alone_is_no_letter(self, learner, truth):
        choose(person=learner, levels={"tips": Level.INBOX})
        notify(learner, "tip", 1, "/")
        run_pending()
        assert subjects() == []
        row = Notification.objects.get()
        assert row.withheld_at
        assert row.mailed_at is None

    def test_what_counts_is_the_moment_of_sending(self, learner, truth):
        notify(learner, "tip", 1, "/")
        choose(person=learner, levels={"tips": Level.INBOX})
        run_pending()
        assert subjects() == []
        assert Notification.objects.get().withheld_at

    def test_off_is_not_even_written_down(self, learner, truth):
        choose(person=learner, levels={"tips": Level.OFF})
        notify(learner, "tip", 1, "/")
        assert run_pending() == 0
        assert not Notification.objects.exists()

    def test_one_persons_choice_is_not_anothers(self, learner, outsider, truth):
        choose(person=learner, levels={"tips": Level.OFF})
        notify(outsider, "tip", 1, "/")
        run_pending()
        assert [message.to for message in outgoing.outbox] == [[outsider.email]]

    def test_what_leaves_no_choice_is_always_sent(self, learner, truth):
        Preference.objects.create(person=learner, group="fixed", level=Level.OFF)
        notify(learner, "test", 1, "/")
        run_pending()
        assert subjects() == ["A seat is yours"]

    def test_what_leaves_no_choice_cannot_be_chosen(self, learner, truth):
        with pytest.raises(KeyError, match="fixed"):
            choose(person=learner, levels={"fixed": Level.OFF, "tips": Level.OFF})
        assert not Preference.objects.exists()

    def test_a_level_that_is_none_is_refused_by_the_database(self, learner):
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(person=learner, group="tips", level="loud")

    def test_the_seat_is_confirmed_though_all_is_off(self, learner, expert, letters):
        choose(person=learner, levels=dict.fromkeys(services.levels(learner), Level.OFF))
        sessions.register(session=make_session(expert, title="Plans"), person=learner)
        [letter] = letters()
        assert "You have a seat: Plans" in letter.subject

    def test_joining_a_waitlist_is_told_to_those_who_want_it(self, learner, outsider, expert, letters):
        session = make_session(expert, capacity=1)
        sessions.register(session=session, person=outsider)
        letters()
        choose(person=learner, levels={"waitlist_joined": Level.OFF})
        sessions.join_waitlist(session=session, person=learner)
        assert letters() == []


class TestPreferencesPage:
    def test_a_stranger_is_asked_to_log_in(self, client):
        for response in (client.get(URL), client.post(URL, answers())):
            assert response.status_code == 302
            assert response["Location"].startswith("/account/login/")
        assert not Preference.objects.exists()

    def test_it_shows_what_is_chosen_and_what_is_fixed_and_why(self, member, learner, truth):
        choose(person=learner, levels={"tips": Level.OFF})
        page = member.get(URL).text
        assert '<input type="radio" name="tips" value="off"' in page
        assert page.count("checked") == len(answers())
        checked = page[page.index('name="tips" value="off"') :].split(">")[0]
        assert "checked" in checked
        assert "Always sent, because a seat is at stake." in page
        assert 'name="fixed"' not in page
        assert 'name="seats"' not in page

    def test_it_is_among_the_pages_of_the_account(self, member):
        assert f'href="{URL}"' in member.get("/account/").text

    def test_choices_are_saved_and_changed(self, member, learner, truth):
        response = member.post(URL, answers(tips="off", reminders="inbox"))
        assert (response.status_code, response["Location"]) == (303, URL)
        assert "Saved." in member.get(URL).text
        member.post(URL, answers(tips="inbox"))
        kept = answers(tips="inbox")
        assert services.rhythm(learner) == kept.pop("digest")
        assert services.levels(learner) == kept
        assert Preference.objects.count() == len(kept)

    @pytest.mark.parametrize("changes", [{"tips": "loud"}, {"tips": ""}, {"tips": "\x00"}])
    def test_a_mistake_is_said_and_changes_nothing(self, member, learner, truth, changes):
        response = member.post(URL, answers(reminders="off") | changes)
        assert response.status_code == 422
        assert "<h1>Notifications</h1>" in response.text
        assert 'id="id_tips_error"' in response.text
        assert not Preference.objects.exists()

    def test_an_empty_form_is_a_mistake(self, member):
        response = member.post(URL)
        assert response.status_code == 422
        assert "Choose one." in response.text

    def test_htmx_gets_the_form_alone_back(self, member, truth):
        response = member.post(URL, answers(tips="loud"), headers={"hx-request": "true"})
        assert response.status_code == 422
        assert response.text.strip().startswith('<form id="choices"')
        assert "csrfmiddlewaretoken" in response.text
        done = member.post(URL, answers(), headers={"hx-request": "true"})
        assert (done.status_code, done["HX-Redirect"]) == (200, URL)

    def test_more_fields_than_the_form_has_change_nothing(self, member, outsider, truth):
        member.post(URL, answers(fixed="off", person=outsider.pk))
        assert not Preference.objects.filter(group="fixed").exists()
        assert not Preference.objects.filter(person=outsider).exists()


class TestPersonalData:
    def test_all_of_it_is_exported_and_none_of_anybody_else(self, learner, outsider, truth):
        notify(learner, "tip", 1, "/sessions/of-sofia/")
        notify(outsider, "tip", 1, "/sessions/of-tomas/")
        choose(person=learner, levels={"tips": Level.INBOX})
        said = export_all(learner)["notifications"]
        assert [row["url"] for row in said["notifications"]] == ["/sessions/of-sofia/"]
        assert [(row["group"], row["level"]) for row in said["preferences"]] == [("tips", "inbox")]
        assert "of-tomas" not in json.dumps(said, default=str)

    def test_erased_it_is_gone_and_nothing_is_sent(self, learner, outsider, truth):
        notify(learner, "test", 1, "/")
        notify(outsider, "test", 2, "/")
        choose(person=learner, levels={"tips": Level.INBOX})
        erase_all(learner)
        run_pending()
        assert list(Notification.objects.values_list("recipient", flat=True)) == [outsider.pk]
        assert not Preference.objects.exists()
        assert subjects() == ["Another one"]
