"""What Stripe paid out to a seller's bank, and which transfers were in it."""

from datetime import UTC, datetime

from django.db import transaction

from features.payments import stripe_client as stripe
from features.payments.models import Payout, PayoutAccount, Transfer

CAME_BACK = {"failed", "canceled"}


def fetch_payout(stripe_id: str, account: str) -> dict:
    payout = stripe.call(lambda v1: v1.payouts.retrieve, stripe_id, account=account)
    return _with_sources(payout, account)


def _with_sources(payout: dict, account: str) -> dict:
    """With the names, in their account, of the payments that it pays out."""
    params = {"payout": payout["id"]}
    moved = stripe.pages(lambda v1: v1.balance_transactions.list, params, account=account)
    return {"payout": payout, "account": account, "sources": [one["source"] for one in moved]}


@transaction.atomic
def apply_payout(facts: dict, now: datetime) -> None:
    account = PayoutAccount.objects.select_for_update().filter(stripe_id=facts["account"]).first()
    if account is None:
        return
    said = facts["payout"]
    payout, _new = Payout.objects.update_or_create(
        stripe_id=said["id"],
        defaults={
            "account": account, "amount_minor": said["amount"], "currency": said["currency"].upper(),
            "state": said["status"], "arrives_at": datetime.fromtimestamp(said["arrival_date"], UTC),
        },
    )  # fmt: skip
    mine = Transfer.objects.filter(account=account)
    if payout.state in CAME_BACK:
        mine.filter(payout=payout).update(payout=None)
    else:
        mine.filter(arrived_as__in=[name for name in facts["sources"] if name]).update(payout=payout)


def look_at_payouts(*, since: datetime, now: datetime) -> int:
    """Payouts whose news was lost. Answers how many."""
    waiting = PayoutAccount.objects.filter(
        pk__in=Transfer.objects.filter(state=Transfer.State.DONE, payout=None).exclude(arrived_as="").values("account")
    )
    seen = 0
    for account in waiting.order_by("pk"):
        name = str(account.stripe_id)
        params = {"created": {"gte": int(since.timestamp())}}
        try:
            made = list(stripe.pages(lambda v1: v1.payouts.list, params, account=name))
        except stripe.StripeRefused:  # their account is not there any more, which was said when it was looked at
            continue
        for payout in made:
            if not Payout.objects.filter(stripe_id=payout["id"], state=payout["status"]).exists():
                apply_payout(_with_sources(payout, name), now)
                seen += 1
    return seen
