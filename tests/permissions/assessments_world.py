"""What the permission table needs of assessments: a bank of the expert's, one of the host's, and tests of the
guest's."""

from datetime import timedelta

from django.utils import timezone

from features.assessments import services
from features.assessments.models import Attempt, Award, Badge, Evaluation, Item, Submission
from features.assessments.services.pools import renew
from tests.assessments.conftest import make_bank, make_task, read, take, write


def add_assessments(world) -> None:
    """What members do in the expert's bank touches nothing of the guest or the host."""
    expert, host, guest = (world.people[name] for name in ("expert", "host", "guest"))
    world.bank = make_bank(expert, host, world.skill, items=10, title="Everybody's")
    world.bank.items.exclude(key="q0").update(state=Item.State.RETIRED)  # what is drawn is no chance
    renew(world.bank)
    world.bank.refresh_from_db()
    world.item = write(world.bank, expert, 50)
    practice = write(world.bank, expert, 51, is_practice=True)
    services.review_item(item=practice, by=host, verdict="good")
    world.practice_version = practice.current
    world.host_bank = make_bank(host, expert, world.skill, items=1, stage="draft", calibrated=False, title="The host's")
    world.draft_bank = world.host_bank
    world.host_item = world.host_bank.items.get()
    second = make_bank(expert, host, world.skill, items=10, title="Taken by the guest")
    world.attempt = services.begin(bank=second, person=guest)
    third = make_bank(expert, host, world.skill, items=10, title="Ended by the guest")
    world.ended_attempt = services.begin(bank=third, person=guest)
    services.practise(version=world.practice_version, person=guest, given=["0"])
    for position in range(1, 7):
        services.answer(attempt=world.ended_attempt, position=position, given=["0"])
    services.stop(attempt=world.ended_attempt)
    _add_work(world, expert, host, guest)
    world.badge = Badge.objects.create(
        person=guest, skill=world.skill, level=3.4, low=2.9, high=3.9, holder=guest.name, evidence=["attempt:1"],
        expires_at=timezone.now() + timedelta(days=700),
    )  # fmt: skip
    Award.objects.create(person=guest, rule="judged")
    world.ended_attempt = Attempt.objects.get(pk=world.ended_attempt.pk)


def _add_work(world, expert, host, guest) -> None:
    """Tasks of the expert and the host; work of the guest's, one judged and one that waits; and one the host reads."""
    world.task = make_task(expert, world.skill, title="The expert's task")
    world.host_task = make_task(host, world.skill, title="The host's task")
    world.example = services.add_example(task=world.task, by=expert, text="An example", scores={"cause": 2})
    world.handed_in = services.submit(
        task=world.task, person=guest, text="canary-work-of-the-guest", files=[("plan.txt", b"Seq Scan")]
    )
    world.file = world.handed_in.files.get()
    world.judged = read(world.handed_in, expert, {"cause": 2})
    world.waiting_work = services.submit(task=world.host_task, person=guest, text="Another work of the guest")
    world.talk_task = make_task(expert, world.skill, title="A talk with the expert", kind="live")
    of_host = make_task(host, world.skill, title="A talk with the host", kind="live")
    talk = Submission.objects.create(
        task=of_host, rubric=of_host.rubric, person=guest, text="canary-talk-of-the-guest", state="live",
        done_on=timezone.now().date(),
    )  # fmt: skip
    start = timezone.now() + timedelta(days=2)
    world.talk = Evaluation.objects.create(
        submission=talk, examiner=host, starts_at=start, ends_at=start + timedelta(minutes=30), time_zone="UTC"
    )
    third = make_task(expert, world.skill, title="Read by the host")
    filler = services.submit(task=third, person=world.people["unverified"], text="Somebody's work")
    world.host_reading = take(filler, host)
