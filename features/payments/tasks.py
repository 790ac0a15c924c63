"""Doors for the worker: an id in, one service call, safe to run twice. No transaction is around what asks Stripe."""

from datetime import timedelta

from django.utils import timezone

from core.jobs import enqueue, job, job_outside, periodic
from features.accounts.models import User
from features.payments import services
from features.payments.models import Dispute, Subscription
from features.payments.services.standing import ANSWERED, COMPARED, FETCHED, REFUSED, note_stripe
from features.payments.stripe_client import KeyRefused, StripeDown


@job_outside
def send_refund(refund_id):
    services.send_refund(int(refund_id))


@job_outside
def send_transfer(transfer_id):
    services.send_transfer(int(transfer_id))


@job_outside
def send_reversal(reversal_id):
    services.send_reversal(int(reversal_id))


@job_outside
def pay_waiting(person_id):
    """Their account is ready: what waited for it goes. Each payment is a transaction of its own."""
    services.release_earnings(seller_id=int(person_id))


@periodic(minutes=15)
def release_earnings():
    return services.release_earnings() if services.is_set_up() else 0


@periodic(minutes=24 * 60, at=timedelta(hours=5))
def try_again():
    """What Stripe refused yesterday it may take today."""
    return services.try_again() if services.is_set_up() else 0


@periodic(minutes=1)
def end_holds():
    return services.end_holds() if services.is_set_up() else 0


@periodic(minutes=2)
def pull_events():
    """What a webhook did not bring, because it was lost or we were away. Without an answer the next run asks again."""
    if not services.is_set_up():
        return 0
    try:
        fetched = services.pull_events()
    except StripeDown:
        return 0
    except KeyRefused:
        note_stripe(REFUSED, timezone.now())
        return 0
    note_stripe(ANSWERED, timezone.now())
    if fetched:
        note_stripe(FETCHED, timezone.now())
    return fetched


@periodic(minutes=24 * 60, at=timedelta(hours=4))
def reconcile():
    """Begins the day's round, of which every step leads to the next."""
    if services.is_set_up():
        _reconcile_at(services.begin_reconciling())


@job_outside
def reconcile_on(place):
    if following := services.reconcile_step(place):
        _reconcile_at(following)
    else:
        note_stripe(COMPARED, timezone.now())
        services.forget_events()


def _reconcile_at(place):
    enqueue("features.payments.tasks.reconcile_on", place, key=f"reconcile:{place}")


@job_outside
def end_subscription(person_id):
    """Whoever closed their account is charged no more. Without an answer it is tried again."""
    services.end_at_once(person=User.objects.get(pk=person_id))


@job_outside
def end_disputed(subscription_id):
    """Who has back what it cost, by their bank or an organiser, is charged no more."""
    services.end_row(Subscription.objects.get(pk=subscription_id))


@job
def after_dispute(dispute_id):
    services.refunds_after_dispute(dispute=Dispute.objects.get(pk=dispute_id), now=timezone.now())


@job_outside
def end_surplus(subscription_id):
    services.end_surplus(Subscription.objects.get(pk=subscription_id))


@job_outside
def send_subscription_refund(refund_id):
    services.send_subscription_refund(int(refund_id))


@periodic(minutes=60)
def go_on_paused():
    """What was paused goes on, and is paid again."""
    return services.go_on_paused() if services.is_set_up() else 0


@periodic(minutes=60)
def remind_of_charges():
    return services.remind_of_charges()
