"""Z5 for a profile: a block is seen by whom its owner says, on every surface that tells of a person."""

import json
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from features.accounts.personal_data import export_all
from features.discovery.models import Document
from features.profiles import services
from features.profiles.blocks import PARTS
from features.sessions.models import Attendance, Registration
from features.skills.access import DEFAULTS, visible_blocks
from features.skills.models import Block, Project, Visibility
from tests.factories import make_session
from tests.profiles.conftest import fill

pytestmark = pytest.mark.django_db
CANARY = "canary-5c0e"


@pytest.fixture(scope="module")
def owner(expert):
    fill(expert, CANARY)
    return expert


def hide_all(owner, level):
    for block in PARTS:
        services.set_visibility(person=owner, block=block, visibility=level)


def was_there(host, guest):
    seat = Registration.objects.create(session=make_session(host), person=guest, confirmed_at=host.joined_at)
    Attendance.objects.create(registration=seat, source="check_in")


class TestCanary:
    def test_what_is_for_nobody_else_is_told_to_nobody_else(self, client, owner, learner):
        make_session(owner)
        was_there(owner, learner)
        hide_all(owner, Visibility.PRIVATE)
        for viewer in (None, learner):
            client.force_login(viewer) if viewer else client.logout()
            text = client.get(owner.get_absolute_url()).text
            for block in PARTS:
                assert f"{block} {CANARY}" not in text, (block, viewer)
            text += client.get(f"/api/v1{owner.get_absolute_url()}").text
            assert owner.email not in text
            assert CANARY not in text
        document = Document.objects.get(kind="person", ref=str(owner.pk))
        assert CANARY not in document.title + document.text
        assert CANARY not in json.dumps(export_all(learner), default=str)
        client.force_login(owner)
        assert f"work {CANARY}" in client.get(owner.get_absolute_url()).text

    def test_its_picture_goes_with_the_block(self, client, owner, learner):
        picture = Project.objects.get().picture.url(480)
        assert client.get(picture).status_code == 200
        services.set_visibility(person=owner, block="projects", visibility="members")
        assert client.get(picture).status_code == 404
        client.force_login(learner)
        assert client.get(picture).status_code == 200
        services.set_visibility(person=owner, block="projects", visibility="acquainted")
        assert client.get(picture).status_code == 404
        was_there(owner, learner)
        assert client.get(picture).status_code == 200

    def test_json_ld_says_what_the_page_says(self, client, owner):
        assert f'"name": "work {CANARY}"' in client.get(owner.get_absolute_url()).text
        services.set_visibility(person=owner, block="work", visibility="members")
        text = client.get(owner.get_absolute_url()).text
        assert "worksFor" not in text
        assert f"education {CANARY}" in text
        assert "telephone" not in text

    def test_the_api_tells_what_the_page_tells(self, client, owner, learner):
        address = f"/api/v1{owner.get_absolute_url()}"
        services.set_visibility(person=owner, block="work", visibility="members")
        said = client.get(address).json()
        assert (said["handle"], said["name"]) == (owner.handle, owner.name)
        assert said["resume"]["education"][0]["institution"] == f"education {CANARY}"
        assert "work" not in said["resume"]
        assert not {"email", "phone"} & set(said["resume"]["basics"])
        client.force_login(learner)
        assert client.get(address).json()["resume"]["work"][0]["name"] == f"work {CANARY}"
        assert client.get("/api/v1/people/nobody-of-that-name/").status_code == 404


class TestWhoSees:
    @pytest.mark.parametrize("block", list(Block))
    def test_every_block_obeys(self, owner, learner, outsider, block):
        was_there(owner, learner)
        seen = {}
        for level in Visibility:
            services.set_visibility(person=owner, block=block, visibility=level)
            viewers = {"stranger": AnonymousUser(), "nobody": None, "outsider": outsider, "guest": learner}
            viewers["owner"] = owner
            seen[level] = {name for name, viewer in viewers.items() if block in visible_blocks(owner, viewer)}
        assert seen == {
            Visibility.PUBLIC: {"stranger", "nobody", "outsider", "guest", "owner"},
            Visibility.MEMBERS: {"outsider", "guest", "owner"},
            Visibility.ACQUAINTED: {"guest", "owner"},
            Visibility.PRIVATE: {"owner"},
        }

    def test_a_seat_alone_makes_no_acquaintance(self, owner, learner):
        Registration.objects.create(session=make_session(owner), person=learner, confirmed_at=owner.joined_at)
        services.set_visibility(person=owner, block="phone", visibility="acquainted")
        assert "phone" not in visible_blocks(owner, learner)

    def test_address_and_number_are_private_until_somebody_says_otherwise(self, client, owner, learner):
        assert DEFAULTS[Block.EMAIL] == DEFAULTS[Block.PHONE] == Visibility.PRIVATE
        client.force_login(learner)
        text = client.get(owner.get_absolute_url()).text
        assert owner.email not in text
        assert f"phone {CANARY}" not in text


class TestPage:
    def test_an_expired_certification_says_so(self, client, owner):
        text = client.get(owner.get_absolute_url()).text
        assert "Expired Jan 2022" in text

    def test_a_block_without_rows_has_no_heading(self, client, expert, learner):
        client.force_login(learner)
        text = client.get(expert.get_absolute_url()).text
        for heading in ("About", "Projects", "Education", "Certifications", "Achievements", "Learning next", "Contact"):
            assert f">{heading}</h2>" not in text

    def test_what_is_missing_is_for_its_owner_with_a_reason_and_a_way(self, client, expert, learner):
        client.force_login(expert)
        text = client.get(expert.get_absolute_url()).text
        assert "What one more line opens" in text
        assert 'href="/account/profile/goals/"' in text
        assert "%</" not in text
        client.force_login(learner)
        assert "What one more line opens" not in client.get(expert.get_absolute_url()).text

    def test_an_expert_has_a_profile_page_for_search_engines(self, client, owner):
        text = client.get(owner.get_absolute_url()).text
        block = text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        said = json.loads(block)
        assert said["@type"] == "ProfilePage"
        assert said["mainEntity"]["name"] == owner.name
        assert said["mainEntity"]["agentInteractionStatistic"]["userInteractionCount"] == 0
        assert '<link rel="canonical" href="http://testserver/people/amara-okonjo/">' in text

    def test_a_member_who_is_none_has_not(self, client, expert, learner):
        client.force_login(expert)
        text = client.get(learner.get_absolute_url()).text
        assert "application/ld+json" not in text
        assert 'content="noindex"' in text

    def test_what_is_said_and_what_is_on_record_stand_apart(self, client, owner):
        assert "Self-declared" in client.get(owner.get_absolute_url()).text


def test_a_stranger_who_finds_nothing_is_told_that_members_may(client, learner):
    asked = "/people/nobody-here/?page=2"
    said = client.get(asked)
    assert said.status_code == 404
    assert f"{reverse('account_login')}?next={quote(asked)}" in said.text.partition("<main")[2]
    client.force_login(learner)
    assert "Log in and look again" not in client.get(asked).text
