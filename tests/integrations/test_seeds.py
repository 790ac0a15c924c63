from django.utils import timezone

from core.models import Outbox
from features.accounts.models import User
from features.integrations import seeds
from features.integrations.models import Attempt, Delivery, PersonalToken, WebhookEndpoint
from tests.factories import make_user


def test_the_demo_has_a_log_to_look_at_and_nothing_that_is_sent_or_opens(db):
    make_user("Amara", email="expert@demo.example", is_demo=True)
    for _ in range(2):
        seeds.fill(timezone.now())
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.disabled_at
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered", "given_up"}
    assert Attempt.objects.count() == 12
    assert not Outbox.objects.filter(task__contains="integrations").exists()
    assert not PersonalToken.objects.exists()


def test_without_the_demo_there_is_none(db):
    make_user("Amara", email="expert@demo.example")
    seeds.fill(timezone.now())
    assert not WebhookEndpoint.objects.exists()
    assert User.objects.count() == 1
