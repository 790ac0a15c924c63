"""Log-in by another site. Run by test_providers.py under settings of its own (`other_site.py`)."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from features.accounts import services
from features.accounts.models import User
from features.accounts.personal_data import erase_all, export_all
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NADIA = {"id": 7, "email": "nadia@example.org", "first_name": "Nadia", "last_name": "Bränd", "email_verified": "on"}


def arrive(client, next_url="/account/", **said):
    """Come back from the other site with what it says about us."""
    there = client.post(f"/account/dummy/login/?next={next_url}")["Location"]
    return client.post(there, {name: value for name, value in said.items() if value})


def is_in(client):
    return client.session.get("_auth_user_id")


def test_a_proved_address_makes_an_account_with_a_name_and_a_handle(client):
    answer = arrive(client, **NADIA)
    person = User.objects.get()
    assert answer["Location"] == "/account/"
    assert is_in(client) == str(person.pk)
    assert (person.name, person.handle, person.email) == ("Nadia Bränd", "nadia-brand", "nadia@example.org")
    assert not person.has_usable_password()
    client.post("/account/logout/")
    arrive(client, **NADIA)
    assert is_in(client) == str(person.pk)
    assert User.objects.count() == 1


def test_two_of_one_name_have_handles_of_their_own(client):
    arrive(client, **NADIA)
    arrive(Client(), **(NADIA | {"id": 8, "email": "other@example.org"}))
    assert User.objects.values("handle").distinct().count() == 2


def test_an_unproved_address_has_to_be_proved_here(client, mailed_code):
    answer = arrive(client, **(NADIA | {"email_verified": ""}))
    assert answer["Location"] == "/account/confirm-email/"
    assert not is_in(client)
    client.post("/account/confirm-email/", {"code": mailed_code()})
    assert is_in(client)


def test_without_an_address_the_form_asks_for_it(client, mailed_code):
    answer = arrive(client, **(NADIA | {"email": ""}))
    assert answer["Location"] == "/account/3rdparty/signup/"
    page = client.get(answer["Location"]).content.decode()
    assert 'value="Nadia Bränd"' in page
    client.post(answer["Location"], {"name": "Nadia", "email": "nadia@example.org"})
    client.post("/account/confirm-email/", {"code": mailed_code()})
    assert is_in(client)
    assert User.objects.get().name == "Nadia"


@pytest.mark.parametrize("proved", ["on", ""])
def test_it_never_opens_an_account_that_has_the_address(client, proved, letters):
    """Neither a site that lies about an address nor one that is right gets into an account made here."""
    make_user("Nadia Here", email="nadia@example.org")
    answer = arrive(client, **(NADIA | {"email_verified": proved}))
    assert answer["Location"] == "/account/confirm-email/"
    assert not is_in(client)
    assert not SocialAccount.objects.exists()
    assert letters()[-1].subject == "You already have an account"


def test_a_claim_from_before_the_address_was_proved_is_dropped(client, mailed_code):
    """The attacker comes first, by a site that lets them name the victim's address without proof."""
    arrive(Client(), **(NADIA | {"id": 666, "email_verified": ""}))
    mailed_code()
    client.post("/account/login/code/", {"email": NADIA["email"]})
    client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert is_in(client)
    assert not SocialAccount.objects.exists()
    attacker = Client()
    arrive(attacker, **(NADIA | {"id": 666, "email_verified": ""}))
    assert not is_in(attacker)


def test_the_suspended_stay_out(client, organiser):
    arrive(client, **NADIA)
    services.suspend(person=User.objects.get(email=NADIA["email"]), until=None, page="/")
    other = Client()
    assert arrive(other, **NADIA)["Location"] == "/account/inactive/"
    assert not is_in(other)


def test_it_may_be_connected_on_purpose_by_who_is_in(client, learner):
    client.post("/account/login/", {"login": learner.email, "password": PASSWORD})
    page = client.get("/account/").content.decode()
    assert "/account/3rdparty/" in page


def test_it_is_part_of_ones_data(client):
    arrive(client, **NADIA)
    person = User.objects.get()
    assert export_all(person)["accounts"]["other_logins"][0][0]["uid"] == "7"
    erase_all(person)
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.exists()


def test_next_leads_nowhere_else(client):
    assert arrive(client, next_url="//evil.example", **NADIA)["Location"] == "/"
