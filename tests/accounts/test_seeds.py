import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from core.dev_panels import panels
from core.seeds import seeds
from features.accounts import seeds as demo
from features.accounts.access import has_role, has_second_factor
from features.accounts.models import HANDLE, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_world(settings):
    settings.DEMO = settings.IS_LOOPBACK = True
    demo.fill(timezone.now())
    settings.DEMO = False  # the pages for it are not among the tests' URLs


def cast(key):
    return User.objects.get(email=f"{key}@demo.example")


def test_the_cast_can_log_in(demo_world):
    for key in ("learner", "expert", "mentor"):
        client = Client()
        client.post("/account/login/", {"login": f"{key}@demo.example", "password": demo.DEMO_PASSWORD})
        assert client.session["_auth_user_id"] == str(cast(key).pk)


def test_the_privileged_use_the_code_that_the_demo_page_shows(demo_world):
    codes = dict(panels["Codes of the authenticator apps"]())
    assert set(codes) == {"moderator@demo.example", "organiser@demo.example"}
    for address, code in codes.items():
        client = Client()
        client.post("/account/login/", {"login": address, "password": demo.DEMO_PASSWORD})
        client.post("/account/2fa/authenticate/", {"code": code})
        assert "_auth_user_id" in client.session
    assert client.get("/manage/").status_code == 200


def test_roles_and_people_are_believable(demo_world):
    assert has_role(cast("expert"), "expert")
    assert has_role(cast("mentor"), "expert")
    assert has_role(cast("moderator"), "moderator")
    assert has_role(cast("organiser"), "organiser")
    assert has_second_factor(cast("organiser"))
    people = User.objects.all()
    assert len(people) >= 35
    assert len({person.time_zone for person in people}) >= 20
    assert all(person.is_demo and person.headline and person.languages for person in people)
    for person in people:
        HANDLE(person.handle)


def test_a_second_run_changes_nothing(demo_world, settings):
    User.objects.filter(email="learner@demo.example").update(name="Played With")
    before = list(User.objects.order_by("id").values())
    settings.DEMO = True
    demo.fill(timezone.now())
    assert list(User.objects.order_by("id").values()) == before


@pytest.mark.parametrize(("is_demo", "is_loopback"), [(False, True), (True, False), (False, False)])
def test_it_is_refused_anywhere_else(settings, is_demo, is_loopback):
    settings.DEMO, settings.IS_LOOPBACK = is_demo, is_loopback
    with pytest.raises(ImproperlyConfigured):
        demo.fill(timezone.now())
    assert not User.objects.exists()


def test_it_is_registered_first():
    assert seeds["accounts"] == (10, demo.fill)
