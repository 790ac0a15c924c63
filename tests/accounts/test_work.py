"""What failed is seen by whoever runs the site, and tried again by a press."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs import looking
from core.models import Outbox, PeriodicRun
from features.accounts.models import AuditEntry
from features.accounts.services import retry_work

pytestmark = pytest.mark.django_db
TASK = "features.accounts.tasks.send_account_letter"


def given_up(**more):
    return Outbox.objects.create(
        **{"task": TASK, "ref": "1", "attempts": 8, "last_error": "SMTPServerDisconnected", "parked_at": timezone.now()}
        | more
    )


def test_the_queue_is_counted_by_what_it_waits_for():
    Outbox.objects.all().delete()
    now = timezone.now()
    given_up()
    Outbox.objects.create(task=TASK, ref="2")
    oldest = Outbox.objects.create(task=TASK, ref="3", not_before=now - timedelta(hours=2))
    Outbox.objects.create(task=TASK, ref="4", not_before=now + timedelta(hours=2))
    Outbox.objects.create(task=TASK, ref="5", claimed_until=now + timedelta(seconds=60))
    Outbox.objects.create(task=TASK, ref="6", done_at=now)
    assert looking.figures() == {"due": 2, "oldest": oldest.not_before, "running": 1, "later": 1, "parked": 1}


def test_what_was_given_up_is_tried_again_by_a_press(in_charge, organiser):
    one, other = given_up(), given_up(ref="2")
    page = in_charge.get("/manage/work/").content.decode()
    assert "Send account letter" in page
    assert "SMTPServerDisconnected, after 8 attempts" in page
    answer = in_charge.post("/manage/work/", {"row": one.pk}, follow=True)
    assert "1 task is due again." in answer.content.decode()
    one.refresh_from_db()
    assert (one.parked_at, one.attempts) == (None, 0)
    assert set(looking.parked()) == {other}
    entry = AuditEntry.objects.get(act="work.retried")
    assert (entry.actor_id, entry.target) == (organiser.pk, f"work:{one.pk}")


def test_all_of_it_is_tried_again_at_once_and_a_second_press_does_nothing(in_charge):
    given_up()
    given_up(ref="2")
    in_charge.post("/manage/work/", {"row": "all"})
    assert not looking.parked().exists()
    answer = in_charge.post("/manage/work/", {"row": "all"}, follow=True)
    assert "Nothing to try again" in answer.content.decode()
    assert AuditEntry.objects.filter(act="work.retried").count() == 1


@pytest.mark.parametrize("row", ["", "none", "-1", "9" * 30])
def test_what_is_no_row_is_not_found(in_charge, row):
    assert in_charge.post("/manage/work/", {"row": row}).status_code == 404


def test_work_that_is_under_way_is_not_begun_again(organiser):
    row = Outbox.objects.create(task=TASK, ref="1", attempts=3, last_error="OSError")
    assert retry_work(by=organiser, row=row.pk) == 0
    row.refresh_from_db()
    assert row.attempts == 3


def test_what_runs_by_the_clock_says_when_it_ran_last_and_whether_it_is_late(in_charge):
    now = timezone.now()
    for task, ago in (("sweep_files", 3), ("sweep_files", 9), ("forget", 12)):
        at = now - timedelta(hours=ago)
        PeriodicRun.objects.create(task=f"features.accounts.tasks.{task}", slot=at, finished_at=at)
    PeriodicRun.objects.create(task="features.accounts.tasks.sweep_files", slot=now)  # still going on
    PeriodicRun.objects.create(task="features.gone.tasks.of_a_version_before", slot=now, finished_at=now)
    found = {run.task.rpartition(".")[2]: run for run in looking.last_runs(now)}
    assert set(found) == {"sweep_files", "forget"}
    assert found["forget"].is_late
    assert not found["sweep_files"].is_late
    assert found["sweep_files"].finished_at == now - timedelta(hours=3)
    page = in_charge.get("/manage/work/").content.decode()
    assert page.index("Forget") < page.index("Sweep files")


def test_the_page_takes_as_many_queries_for_many_rows_as_for_one(in_charge):
    given_up()
    with CaptureQueriesContext(connection) as few:
        in_charge.get("/manage/work/")
    for number in range(20):
        given_up(ref=str(number))
    with CaptureQueriesContext(connection) as many:
        in_charge.get("/manage/work/")
    assert len(many) == len(few)
