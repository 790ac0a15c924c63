"""A key on the device opens the account: added, used alone, and used as the second step."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD


@pytest.fixture
def page(enter):
    """A browser with a fingerprint reader that always says yes."""
    page = enter()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def log_in(page, base_url, person):
    page.goto(f"{base_url}/account/login/")
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def test_it_is_added_and_then_enough(page, base_url, learner):
    log_in(page, base_url, learner)
    page.goto(f"{base_url}/account/2fa/webauthn/add/")
    # A new way in asks once more who is there.
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto(f"{base_url}/account/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    page.goto(f"{base_url}/account/login/?next=/account/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()

    # With the password instead, the key is the second step.
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    log_in(page, base_url, learner)
    expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{base_url}/")
