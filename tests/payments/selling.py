"""What tests of payouts begin with: a seat that is paid, an account that is ready, and time that has passed."""

from datetime import timedelta

from django.utils import timezone

from core.jobs import run_pending
from features.payments import services
from features.payments.models import Account, Earning, PayoutAccount
from features.sessions import services as sessions
from tests.local_stripe import connect, money

DAY = timedelta(days=1)


def sold(stripe, session, person):
    """A paid seat; answers its earning."""
    seat = sessions.register(session=session, person=person)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    name = order.checkouts.get(closed_at=None).stripe_id
    money.pay(stripe.state, name)
    services.sync_checkout(name)
    return Earning.objects.get(line__order=order)


def onboarded(stripe, person, **more) -> PayoutAccount:
    """They came to Stripe's pages and answered what is asked there."""
    services.onboarding_url(person=person, country="DE")
    account = PayoutAccount.objects.get(person=person)
    connect.fill_in(stripe.state, account.stripe_id, **more)
    services.look_at_account(account=account)
    account.refresh_from_db()
    return account


def later(earning, after=DAY):
    """The moment from which the money of this earning may go, and some time."""
    earning.refresh_from_db()
    return earning.look_at + after


def release(earning):
    """The time for complaints is over, and the worker ran."""
    services.release_earnings(now=later(earning))
    run_pending()
    earning.refresh_from_db()
    return earning


def even(stripe) -> bool:
    """Our books and Stripe's, to the last cent; and what is owed by the rows is what the books say."""
    ours = {key: amount for key, amount in services.balances().items() if amount}
    theirs = {part["currency"].upper(): part["amount"] for part in money.balance(stripe.state)["available"]}
    return {c: n for (account, c), n in ours.items() if account == Account.STRIPE} == {
        c: n for c, n in theirs.items() if n
    }


def tomorrow():
    return timezone.now() + DAY
