"""What a host types is not lost: kept while typing, back on any device, one draft however often the form arrives."""

import pytest
from django.utils import timezone

from features.sessions import services
from features.sessions.models import KeptForm, SkillSession
from tests.factories import make_session
from tests.parallel import in_parallel
from tests.sessions.test_host_pages import typed

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_what_is_typed_is_kept_and_comes_back_without_blame(client, expert, skill):
    client.force_login(expert)
    answer = client.post("/sessions/kept/new/", typed(title="Half a tit", date=""), headers=HTMX)
    assert "Kept at" in answer.text
    assert "csrfmiddlewaretoken" not in KeptForm.objects.get().data
    response = client.get("/sessions/new/")
    assert response.status_code == 200
    assert "Half a tit" in response.text
    assert 'value="Postgres"' in response.text
    assert "aria-invalid" not in response.text
    assert "was kept" in response.text


def test_sending_or_discarding_ends_it(client, expert, skill):
    client.force_login(expert)
    client.post("/sessions/kept/new/", typed(), headers=HTMX)
    client.post("/sessions/new/", typed())
    assert not KeptForm.objects.exists()
    client.post("/sessions/kept/new/", typed(), headers=HTMX)
    client.post("/sessions/kept/new/", {"discard": "yes"})
    assert not KeptForm.objects.exists()


def test_it_is_ones_own(client, expert, outsider):
    session = make_session(expert)
    client.force_login(outsider)
    assert client.post(f"/sessions/kept/{session.pk}/", typed(), headers=HTMX).status_code == 404
    assert client.post("/sessions/kept/nonsense/", typed(), headers=HTMX).status_code == 404
    services.keep_form(person=expert, key="new", data="title=Secret")
    assert "Secret" not in client.get("/sessions/new/").text


def test_a_change_to_a_session_is_kept_beside_it(client, expert, skill):
    session = make_session(expert, about=[skill])
    client.force_login(expert)
    client.post(f"/sessions/kept/{session.pk}/", typed(title="A better title"), headers=HTMX)
    assert "A better title" in client.get(f"{session.get_absolute_url()}edit/").text
    assert "A better title" not in client.get("/sessions/new/").text


def test_the_same_form_sent_twice_is_one_draft(client, expert, skill):
    client.force_login(expert)
    key = client.get("/sessions/new/").context["form"]["form_key"].value()
    client.post("/sessions/new/", typed(form_key=key))
    client.post("/sessions/new/", typed(form_key=key, title="The second send wins"))
    assert SkillSession.objects.get().title == "The second send wins"


@pytest.mark.django_db(transaction=True)
def test_also_when_both_arrive_at_once(expert, skill):
    data = {"title": "Twice", "outcome": "Once", "time_zone": "UTC", "capacity": 3}
    results = in_parallel(
        [lambda: services.save_draft(host=expert, data=dict(data), skills=[skill], form_key="one-form")] * 6
    )
    assert len({session.pk for session in results}) == 1
    assert SkillSession.objects.count() == 1


def test_a_draft_thrown_away_can_be_brought_back_for_14_days(client, expert):
    draft = make_session(expert, published=False)
    client.force_login(expert)
    url = f"{draft.get_absolute_url()}removal/"
    assert [client.post(url)["Location"] for _tap in range(2)] == ["/hosting/"] * 2
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert "Bring back" in client.get("/hosting/").text
    back = [client.post(url, {"act": "restore"})["Location"] for _tap in range(2)]
    assert back == [draft.get_absolute_url()] * 2
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_and_is_gone_after_them(expert):
    draft = make_session(expert, published=False)
    services.remove_draft(session=draft, by=expert, now=timezone.now() - services.drafts.RECOVERY)
    services.erase_removed()
    assert not SkillSession.objects.filter(pk=draft.pk).exists()


def test_nobody_elses_draft_is_brought_back(client, expert, outsider):
    draft = make_session(expert, published=False)
    services.remove_draft(session=draft, by=expert)
    client.force_login(outsider)
    assert client.post(f"{draft.get_absolute_url()}removal/", {"act": "restore"}).status_code == 404
