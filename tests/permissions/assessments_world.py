"""What the permission table needs of assessments: a bank of the expert's, one of the host's, and tests of the
guest's."""

from features.assessments import services
from features.assessments.models import Attempt
from tests.assessments.conftest import make_bank, write


def add_assessments(world) -> None:
    """What members do in the expert's bank touches nothing of the guest or the host."""
    expert, host, guest = (world.people[name] for name in ("expert", "host", "guest"))
    world.bank = make_bank(expert, host, world.skill, items=10, title="Everybody's")
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
    world.ended_attempt = Attempt.objects.get(pk=world.ended_attempt.pk)
