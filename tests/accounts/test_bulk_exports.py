"""9.15: an organiser takes whole tables out: asked for, made by the worker, fetched by themselves until it ends."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from features.accounts import services
from features.accounts.bulk_exports import bulk_exports
from features.accounts.models import AuditEntry, DataExport, RoleGrant
from features.sessions import services as sessions
from features.skills import services as skills
from tests.accounts.conftest import add_totp, log_in
from tests.factories import PASSWORD, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def read(answer, kind):
    """(rows of JSON, rows of the sheet)"""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        lines = archive.read(f"{kind}.ndjson").decode().splitlines()
        sheet = archive.read(f"{kind}.csv").decode("utf-8-sig")
    return [json.loads(line) for line in lines], list(csv.DictReader(io.StringIO(sheet)))


def fetch(client, kind):
    found = DataExport.objects.get(kind=kind)
    return client.get(f"/manage/exports/{found.public_id}.zip")


def test_it_is_asked_for_made_and_fetched(inside, organiser, expert, learner, letters):
    make_user("Nadia Petrova", verified=False)
    learner.headline = "=1+1"
    learner.save()
    assert inside.post("/manage/exports/", {"kind": "people"}).status_code == 303
    assert "It is being made" in inside.get("/manage/exports/").text
    letter = letters()[-1]
    assert (letter.to, "/manage/exports/" in letter.body) == ([organiser.email], True)
    assert "Get the archive" in inside.get("/manage/exports/").text
    rows, sheet = read(fetch(inside, "people"), "people")
    assert [row["handle"] for row in rows] == [organiser.handle, expert.handle, learner.handle]
    assert [row["roles"] for row in rows] == [["organiser"], ["expert"], []]
    assert [row["roles"] for row in sheet] == ["organiser", "expert", ""]  # a cell holds words, not a program's list
    assert (rows[2]["headline"], sheet[2]["headline"]) == ("=1+1", "'=1+1")
    assert AuditEntry.objects.filter(act="data.exported", target="export:people", actor_id=organiser.pk).count() == 1


def test_a_new_one_takes_the_place_of_one_that_is_made(inside, organiser, letters):
    inside.post("/manage/exports/", {"kind": "people"})
    letters()
    make_user("Nadia Petrova")
    assert "Make a new one" in inside.get("/manage/exports/").text
    inside.post("/manage/exports/", {"kind": "people", "anew": "yes"})
    assert "It is being made" in inside.get("/manage/exports/").text
    letters()
    assert "Nadia Petrova" in [row["name"] for row in read(fetch(inside, "people"), "people")[0]]  # fetch() finds one


def test_every_kind_has_rows(inside, organiser, expert, learner, skill, letters):
    seat = sessions.register(session=make_session(expert, about=[skill]), person=learner, note="in confidence")
    skills.record_evidence(
        person=learner, skill=skill, kind="attended", strength=0.5, happened_at=timezone.now(), source=f"seat:{seat.pk}"
    )
    for kind in bulk_exports:
        inside.post("/manage/exports/", {"kind": kind})
    letters()
    for kind in bulk_exports:
        answer = fetch(inside, kind)
        rows, sheet = read(answer, kind)
        assert len(rows) == len(sheet) >= 1, kind
        assert "in confidence" not in json.dumps(rows)


def test_asking_twice_is_once_and_no_kind_is_nothing(inside):
    for _ in range(2):
        inside.post("/manage/exports/", {"kind": "people"})
    assert DataExport.objects.count() == 1
    assert inside.post("/manage/exports/", {"kind": "own"}).status_code == 404


def test_who_is_no_organiser_any_more_gets_nothing(inside, organiser, letters):
    services.ask_for_export(person=organiser, kind="people")
    RoleGrant.objects.update(revoked_at=timezone.now())
    letters()
    assert DataExport.objects.get().made_at is None
    assert fetch(inside, "people").status_code == 404


def test_another_organiser_gets_none_of_it_and_after_two_days_nobody(inside, organiser, letters):
    other = make_user("Olga Second", role="organiser")
    services.ask_for_export(person=other, kind="people")
    letters()
    assert fetch(inside, "people").status_code == 404
    DataExport.objects.update(person=organiser)
    assert fetch(inside, "people").status_code == 200
    DataExport.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert fetch(inside, "people").status_code == 404
