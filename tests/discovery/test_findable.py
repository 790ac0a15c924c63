"""What features publish: by whom it is found, and that it follows every change. Canaries are found by nobody (Z5)."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from core.jobs import run_pending
from features.accounts import own_data
from features.accounts import services as accounts
from features.accounts.models import RoleGrant
from features.discovery import services
from features.discovery.kinds import kinds
from features.discovery.models import Document, Word
from features.profiles import services as profiles
from features.sessions import services as sessions
from features.skills import services as skills
from features.skills.models import PersonSkill, Work
from tests.factories import make_session, make_skill, make_user

pytestmark = pytest.mark.django_db


def found(words, person=None):
    """As kind: title."""
    return [(document.kind, document.title) for document in services.search(words, person=person).documents]


class TestGathered:
    def test_what_many_acts_change_is_said_once_when_they_are_over(self, learner, expert):
        with services.gathered():
            for trade in ("Carpenter", "Joiner", "Turner"):
                accounts.change_preferences(person=learner, headline=trade)
                assert found(trade, expert) == []
        assert found("turner", expert) == [("person", "Sofia Mendes")]
        assert found("carpenter", expert) == []

    def test_what_fails_says_nothing(self, learner, expert):
        def fail():
            accounts.change_preferences(person=learner, headline="Carpenter")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), transaction.atomic(), services.gathered():
            fail()
        assert found("carpenter", expert) == []


class TestPeople:
    def test_members_find_members_and_strangers_those_who_teach(self, learner, expert):
        accounts.change_preferences(person=learner, headline="Carpenter")
        accounts.change_preferences(person=expert, headline="Carpenter")
        assert found("carpenter") == [("person", "Amara Okonjo")]
        assert sorted(found("carpenter", learner)) == [("person", "Amara Okonjo"), ("person", "Sofia Mendes")]

    def test_whoever_holds_a_session_in_public_is_found_in_public(self, learner):
        assert found("sofia") == []
        make_session(learner, published=False)
        assert found("sofia") == []
        make_session(learner)
        assert ("person", "Sofia Mendes") in found("sofia")

    def test_a_role_that_is_taken_away_or_ends_makes_nobody_public(self, organiser, learner, expert):
        accounts.revoke_role(actor=organiser, grant=expert.role_grants.get())
        accounts.grant_role(actor=organiser, person=learner, role="expert", until=timezone.now() + timedelta(days=1))
        assert found("amara") == found("sofia") == []

    @pytest.mark.parametrize(("field", "before", "after"), [("name", "Sofia", "Ines"), ("headline", "", "Ines")])
    def test_follow_what_a_person_says(self, learner, expert, field, before, after):
        accounts.change_preferences(person=learner, **{field: after})
        assert found("ines", expert) == [("person", learner.name)]

    def test_whoever_never_proved_an_address_is_found_by_nobody(self, expert):
        person = make_user("Nadia Petrova", verified=False)
        assert found("nadia", expert) == []
        address = person.emailaddress_set.get()
        address.verified = True
        address.save()
        assert found("nadia", expert) == [("person", "Nadia Petrova")]

    def test_the_suspended_are_found_by_nobody_until_they_are_back(self, organiser, expert, learner):
        accounts.suspend(person=expert, until=None, page="/")
        assert found("amara", learner) == []
        accounts.reinstate(person=expert)
        assert found("amara", learner) == [("person", "Amara Okonjo")]
        accounts.suspend(person=expert, until=timezone.now(), page="/")
        accounts.readmit(timezone.now() + timedelta(seconds=1))
        assert found("amara", learner) == [("person", "Amara Okonjo")]

    def test_neither_are_the_erased_nor_their_names_in_what_they_held(self, expert, learner, skill):
        sessions.publish(session=make_session(expert, about=[skill], published=False), by=expert)
        assert len(found("okonjo")) == 2
        own_data.erase(expert)
        assert found("okonjo", learner) == []
        assert not Document.objects.filter(words="okonjo").exists()

    def test_or_the_deleted(self, expert, learner):
        RoleGrant.objects.filter(person=expert).delete()
        expert.delete()
        assert found("amara", learner) == []

    @pytest.mark.parametrize(("level", "by_members"), [("public", True), ("members", False), ("private", False)])
    def test_blocks_are_searched_as_far_as_all_may_see_them_who_find_the_person(
        self, learner, expert, level, by_members
    ):
        """A member's document is for members; that of whoever teaches is for everybody."""
        for person in (learner, expert):
            profiles.save_profile(person=person, about="I keep a canary.")
            profiles.set_visibility(person=person, block="about", visibility=level)
        names = {title for _, title in found("canary", learner)}
        assert ("Sofia Mendes" in names) == (level != "private")
        assert ("Amara Okonjo" in names) == by_members
        assert found("canary") == ([("person", "Amara Okonjo")] if level == "public" else [])

    def test_skills_that_somebody_claims_are_found_by_all_their_names(self, learner, expert, skill):
        profiles.save_entry(person=learner, entry=PersonSkill(person=learner, skill=skill, level=3))
        assert ("person", "Sofia Mendes") in found("postgres", expert)

    def test_an_address_is_no_word(self, learner):
        assert found(learner.email, learner) == found("example.org", learner) == []


class TestSessions:
    def test_drafts_removed_and_cancelled_ones_are_found_by_nobody_not_even_as_a_number(self, expert, skill):
        draft = make_session(expert, about=[skill], title="Canary of mine", published=False)
        assert services.search("canary", person=expert).counts == {}
        sessions.publish(session=draft, by=expert)
        services.learn_words()
        assert services.search("canary").counts == {"session": 1}
        assert services.meant("canarry", None) == "canary"
        sessions.cancel_session(session=draft, by=expert, reason="ill")
        assert services.search("canary", person=expert).counts == {}
        assert services.meant("canarry", expert) == ""

    def test_what_only_seat_holders_read_is_no_word(self, expert, skill):
        session = make_session(
            expert, about=[skill], published=False, preparation="canary", room_url="https://canary.example/"
        )
        sessions.publish(session=session, by=expert)
        assert found("canary", expert) == []

    def test_follow_the_name_of_their_host(self, expert, skill):
        sessions.publish(session=make_session(expert, about=[skill], published=False), by=expert)
        accounts.change_preferences(person=expert, name="Chidi Eze")
        assert sorted(kind for kind, _ in found("chidi")) == ["person", "session"]
        assert [kind for kind, _ in found("okonjo")] == ["person"]  # whose handle it still is


class TestSkills:
    def test_are_found_by_every_name_from_the_start(self, skill):
        assert found("postgres") == found("postgresql") == [("skill", "PostgreSQL")]

    def test_a_new_name_finds_the_skill_at_once_and_its_sessions_soon(self, expert, skill):
        session = make_session(expert, about=[skill], published=False, title="Plans")
        sessions.publish(session=session, by=expert)
        skills.add_synonym(skill=skill, name="Elephant")
        assert found("elephant") == [("skill", "PostgreSQL")]
        run_pending()
        assert sorted(found("elephant")) == [("session", "Plans"), ("skill", "PostgreSQL")]

    def test_two_that_are_merged_are_one(self, organiser, skill):
        other = make_skill("Postgres database")
        skills.merge(source=other, into=skill, by=organiser)
        assert found('"postgres database"') == [("skill", "PostgreSQL")]

    def test_one_that_is_renamed(self, skill):
        skill.name = "Elephant database"
        skill.save()
        assert found("elephant") == [("skill", "Elephant database")]

    def test_the_starter_set(self):
        skills.load_starter()
        assert ("skill", "Kubernetes") in found("k8s")


class TestRebuild:
    def test_everything_is_as_it_was_and_a_second_run_changes_nothing(self, expert, learner, skill):
        sessions.publish(session=make_session(expert, about=[skill], published=False), by=expert)
        services.relearn_words()
        before = self._all()
        call_command("rebuild_documents", verbosity=0)
        assert self._all() == before
        Document.objects.all().delete()
        call_command("rebuild_documents")
        assert [row[1:] for row in self._all()[0]] == [row[1:] for row in before[0]]

    def test_what_should_not_be_there_goes(self, expert):
        services.publish(kind="session", ref="999999", title="Gone", url="/")
        services.publish(kind="of-before", ref="1", title="Gone", url="/")
        done = {part.kind: part for part in services.rebuild()}
        assert (done["session"].withdrawn, done["unknown"].withdrawn, done["person"].written) == (1, 1, 0)
        assert found("gone", expert) == []

    def test_words_that_stand_nowhere_any_more_are_forgotten(self):
        services.publish(kind="session", ref="1", title="Welding", url="/")
        assert services.learn_words() == 1
        services.withdraw("session", "1")
        assert services.relearn_words() == (0, 1)
        assert not Word.objects.exists()

    def test_only_what_is_new_is_read_again(self, django_assert_num_queries):
        services.publish(kind="session", ref="1", title="Welding", url="/")
        assert services.learn_words(timezone.now() + timedelta(hours=1)) == 0
        assert services.learn_words(timezone.now() - timedelta(hours=1)) == 1

    def _all(self):
        fields = ("updated_at", "kind", "ref", "title", "text", "skills", "visibility", "url", "words")
        return (
            sorted(Document.objects.values_list(*fields), key=lambda row: row[1:3]),
            sorted(Word.objects.values_list("word", "keys")),
        )


def test_what_a_stranger_finds_a_stranger_may_open(client, expert, organiser, learner, skill):
    sessions.publish(session=make_session(expert, about=[skill], published=False), by=expert)
    accounts.grant_role(actor=organiser, person=learner, role="expert")
    urls = Document.objects.visible_to(None).values_list("url", flat=True)
    assert len(urls) == 4
    assert {client.get(url).status_code for url in urls} == {200}


@pytest.mark.django_db(transaction=True)
def test_what_is_hidden_while_it_is_said_anew_stays_hidden(expert, monkeypatch):
    profiles.save_entry(person=expert, entry=Work(position_held="Zookeeper", organisation="Zoo"))
    kind, hiding = kinds["person"], []

    def hide():
        profiles.set_visibility(person=expert, block="work", visibility="private")
        connection.close()

    def slow(refs):
        """Between reading and writing somebody hides it, or waits until it is written."""
        read = list(kind.entries(refs))
        if not hiding:
            hiding.append(Thread(target=hide))
            hiding[0].start()
            while hiding[0].is_alive() and not is_waited_for():
                hiding[0].join(0.01)
        return read

    monkeypatch.setitem(kinds, "person", replace(kind, entries=slow))
    services.republish("person", [str(expert.pk)])
    hiding[0].join()
    assert found("zookeeper", expert) == []


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))")
        return cursor.fetchone()[0]
