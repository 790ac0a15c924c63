"""A log-in that ended under an open page: whoever presses a button there comes back to that page, not to an address
that only takes what is posted."""

import pytest

from features.sessions import services
from tests.factories import make_session

pytestmark = pytest.mark.django_db
PAGE = "/sessions/1/a-session/roster/?name=sof"


@pytest.fixture(scope="module")
def tick(expert, learner):
    """The address that a check-in is posted to."""
    session = make_session(expert)
    return f"/attendance/{services.register(session=session, person=learner).public_id}/"


def test_a_plain_press_leads_back_to_its_page(client, tick):
    response = client.post(tick, headers={"referer": f"http://testserver{PAGE}"})
    assert response["Location"] == "/account/login/?next=/sessions/1/a-session/roster/%3Fname%3Dsof"


def test_so_does_one_by_htmx(client, tick):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}", "referer": "http://testserver/"}
    response = client.post(tick, headers=headers)
    assert response["HX-Redirect"] == "/account/login/?next=/sessions/1/a-session/roster/%3Fname%3Dsof"


@pytest.mark.parametrize(
    "page", ["", "http://evil.example/x/", "http://testserver//evil.example/", "javascript:alert(1)"]
)
def test_nothing_else_is_believed(client, tick, page):
    assert client.post(tick, headers={"referer": page})["Location"] == f"/account/login/?next={tick}"


def test_reading_keeps_its_own_address(client):
    response = client.get("/agenda/", headers={"referer": f"http://testserver{PAGE}"})
    assert response["Location"] == "/account/login/?next=/agenda/"
