"""What the demo world has sold: packages that members paid for, used up, used in part or given back. What Stripe would
have said goes through the services that read what Stripe says; the stand-in beside the demo begins with the same."""

from datetime import timedelta

from features.notifications.models import Notification
from features.payments import services
from features.payments.models import CreditLot, Package, PayoutAccount, Refund, Transfer
from features.payments.services.earnings import weigh
from features.payments.services.payout_accounts import apply_account
from features.payments.services.refunds import apply_refund
from features.payments.services.taking import apply_payment
from features.payments.services.transfers import apply_transfer

DAY = timedelta(days=1)
ACCOUNT, ACCOUNT_KEY = "acct_demo_1", "demo-account-1"
# Days ago: bought, each credit used, and the rest given back. The last is of the one whose account is not open yet.
STORIES = [
    (50, (48, 41, 33, 26, 12), 0),
    (40, (35,), 15),
    (30, (25, 20), 0),
    (9, (2,), 0),
    (25, (20,), 0),
]


def fill(expert, mentor, members, now) -> None:
    """Members take turns in buying; the last story is the mentor's."""
    _open_account(expert, now)
    for number, (bought, used, given_back) in enumerate(STORIES, start=1):
        seller = mentor if number == len(STORIES) else expert
        package = Package.objects.filter(seller=seller).order_by("pk").first()
        buyers = [person for person in members if person != seller]
        if package and buyers:
            lot = _sell(number, package, buyers[number % len(buyers)], now - bought * DAY)
            for days in used:
                _use(number, lot, days, now)
            if given_back:
                _give_back(number, lot, now - given_back * DAY)
    _file_letters(now)


def _open_account(person, now) -> None:
    PayoutAccount.objects.create(
        person=person, country="DE", public_id=ACCOUNT_KEY, stripe_id=ACCOUNT, opened_at=now - 60 * DAY
    )
    facts = {"id": ACCOUNT, "metadata": {"account": ACCOUNT_KEY}, "details_submitted": True, "payouts_enabled": True}
    apply_account(facts | {"capabilities": {"transfers": "active"}}, now - 60 * DAY)


def _sell(number, package, buyer, at) -> CreditLot:
    order = services.buy_package(package=package, person=buyer, now=at)
    charge = {
        "id": f"ch_demo_{number}",
        "created": int(at.timestamp()),
        "balance_transaction": {"fee": 25 + order.total_minor * 15 // 1000},
    }
    apply_payment(
        {
            "id": f"pi_demo_{number}", "status": "succeeded", "amount_received": order.total_minor,
            "currency": order.currency.lower(), "metadata": {"order": order.public_id}, "latest_charge": charge,
        },
        at,
    )  # fmt: skip
    return CreditLot.objects.get(pk=order.lines.get().ref)


def _use(number, lot, days, now) -> None:
    """A credit is spent, and paid out once the time for complaints is over."""
    at = now - days * DAY
    services.spend_credit(
        person=lot.person, seller=lot.seller, scope=lot.scope, cause=f"demo:{number}.{days}", now=at
    )  # fmt: skip
    line = services.order_of("credits", lot.pk).lines.get()
    later = min(at + 4 * DAY, now)
    weigh(line.earning.payment_id, later)
    for row in Transfer.objects.filter(earning__line=line, stripe_id=None):
        apply_transfer(
            {
                "id": f"tr_demo_{row.pk}", "amount": row.amount_minor, "created": int(later.timestamp()),
                "destination": ACCOUNT, "destination_payment": f"py_demo_{row.pk}",
                "metadata": {"transfer": row.public_id},
            },
            later,
        )  # fmt: skip


def _give_back(number, lot, at) -> None:
    services.give_back_credits(lot=lot, by=lot.person, now=at)
    refund = Refund.objects.get(payment__stripe_id=f"pi_demo_{number}")
    apply_refund(
        {
            "id": f"re_demo_{number}", "payment_intent": f"pi_demo_{number}", "amount": refund.amount_minor,
            "status": "succeeded", "created": int(at.timestamp()), "metadata": {"refund": refund.public_id},
        },
        at,
    )  # fmt: skip


def _file_letters(now) -> None:
    """All of it was written about, and read, long ago."""
    told = Notification.objects.filter(recipient__is_demo=True, mailed_at=None, kind__in=("order_paid", "money_back"))
    then = now - 9 * DAY
    told.update(created_at=then, mailed_at=then, read_at=then)
