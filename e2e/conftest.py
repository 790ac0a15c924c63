import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import expect

from core import page_cache
from core.pool import check_connection
from e2e.post import Post
from e2e.watch import Watch
from features.payments import stripe_client
from tests import chromium

# The same rows and people as everywhere else.
from tests.conftest import (  # noqa: F401
    django_db_modify_db_settings,
    django_db_setup,
    expert,
    learner,
    moderator,
    organiser,
    outsider,
    skill,
)
from tests.local_stripe.sender import Sender
from tests.local_stripe.server import Server

expect.set_options(timeout=20_000)  # a bound for a busy machine, not an expectation

SCREENS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desk": {"viewport": {"width": 1280, "height": 900}},
}


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def javascript(request):
    """Whether the browser runs scripts; a journey that asks for it is made both ways."""
    return request.param


@pytest.fixture(params=list(SCREENS))
def screen(request):
    """phone or desk; a journey that asks for it is made on both."""
    return request.param


# Parts of the browser around the page: each window draws its buttons as pages of their own, which costs a third of all
# that opening one takes. The switch replaces Playwright's own, so what of that matters to us is named again.
OF_NO_USE = (
    "InitialWebUI", "WebUIReloadButton", "PreloadTopChromeWebUI", "WebUIToolbar", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "OptimizationHints", "PreconnectToSearch", "DestroyProfileOnBrowserClose", "AvoidUnnecessaryBeforeUnloadCheckSync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, playwright):
    own = playwright.chromium.executable_path
    path = chromium.find(own)
    if not path:
        pytest.fail(chromium.ADVICE, pytrace=False)
    where = {} if path == own else {"executable_path": path}  # Playwright has one without windows beside its own
    # /dev/shm is small in containers; the rest keeps the browser from calling home.
    quiet = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
    quiet.append(f"--disable-features={','.join(OF_NO_USE)}")
    return {**browser_type_launch_args, **where, "args": quiet}


@pytest.fixture(scope="session")
def base_url(live_server, kept_connections):
    return live_server.url


@pytest.fixture(scope="session")
def kept_connections(django_db_setup):  # noqa: F811
    """The site answers over connections that stay open, as it does for people: one that is opened for a request knows
    no table yet and has kept no plan."""
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options |= {"pool": {"min_size": 1, "max_size": 8, "check": check_connection}}
    yield
    connection.close()
    connection.close_pool()
    del options["pool"]


@pytest.fixture(autouse=True)
def _nothing_is_remembered(transactional_db):
    """Of the test before, whose rows went without a trigger that pages hear of."""
    cache.clear()
    page_cache.store.clear()


@pytest.fixture
def watch():
    """Every test fails on what its pages complain about."""
    watch = Watch()
    yield watch
    watch.end()


@pytest.fixture
def new_context(new_context, watch):
    """Pages in English and in Berlin, the community's own zone, unless a test says otherwise. Without motion: to draw
    how one page becomes the next took half of all that the browser worked."""
    usual = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}

    def open_context(**options):
        context = watch.over(new_context(**usual | options))
        context.set_default_timeout(30_000)
        return context

    return open_context


@pytest.fixture
def enter(new_context, base_url):
    """A fresh browser, of a stranger or of somebody who has logged in before."""

    def enter(person=None, *, screen="desk", javascript=True, **options):
        context = new_context(**{**SCREENS[screen], "java_script_enabled": javascript, **options})
        if person:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": base_url}])
        return context.new_page()

    return enter


def session_of(person) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def till(settings, base_url):
    """The stand-in for Stripe, with the site set up to use it, and its news on the way to the site."""
    with Server(key="sk_test_local") as server:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_local", "whsec_local"
        settings.STRIPE_API_URL, settings.SITE_URL = server.url, base_url
        form_action = [*settings.SECURE_CSP["form-action"], server.url]
        settings.SECURE_CSP = {**settings.SECURE_CSP, "form-action": form_action}
        stripe_client._client.cache_clear()
        sender = Sender(f"{base_url}/payments/webhook/", "whsec_local")
        server.state.listeners.append(sender)
        yield server
        sender.flush()  # nothing is still on its way when the tables are emptied
