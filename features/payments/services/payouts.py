"""What Stripe paid out: to a seller's bank, and which transfers were in it; and to the site's own."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from features.payments import stripe_client as stripe
from features.payments.models import Account, LedgerTransaction, Payout, PayoutAccount, Transfer
from features.payments.services.books import book
from features.payments.services.incidents import apart

CAME_BACK = {"failed", "canceled"}


def fetch_payout(stripe_id: str, account: str = "") -> dict:
    payout = stripe.call(lambda v1: v1.payouts.retrieve, stripe_id, account=account)
    return _with_sources(payout, account) if account else {"payout": payout, "account": "", "sources": []}


def _with_sources(payout: dict, account: str) -> dict:
    """With the names, in their account, of the payments that it pays out."""
    params = {"payout": payout["id"]}
    moved = stripe.pages(lambda v1: v1.balance_transactions.list, params, account=account)
    return {"payout": payout, "account": account, "sources": [one["source"] for one in moved]}


@transaction.atomic
def apply_payout(facts: dict, now: datetime) -> None:
    if not facts["account"]:
        _book_own(facts["payout"])
        return
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


def _book_own(payout: dict) -> None:
    """Money leaves Stripe for the site's bank; what the bank sends back is at Stripe again."""
    amounts = {Account.STRIPE: -payout["amount"], Account.BANK: payout["amount"]}
    about: dict[str, Any] = {
        "happened_at": datetime.fromtimestamp(payout["created"], UTC),
        "currency": payout["currency"].upper(),
    }
    book(key=f"payout:{payout['id']}", amounts=amounts, **about)
    if payout["status"] in CAME_BACK:
        back = {account: -amount for account, amount in amounts.items()}
        book(key=f"payout-back:{payout['id']}", amounts=back, **about)


def take_in_own_payouts(made: list[dict]) -> int:
    """Those whose news was lost, of some that Stripe lists. Answers how many entries in the books came of it."""
    keys = [f"{begins}:{payout['id']}" for payout in made for begins in ("payout", "payout-back")]
    booked = LedgerTransaction.objects.filter(key__in=keys)
    before = booked.count()
    for payout in made:
        with apart(payout["id"]), transaction.atomic():
            _book_own(payout)
    return booked.count() - before


def with_payouts_to_come():
    """Accounts with money that is in none of the payouts we know."""
    sent = Transfer.objects.filter(state=Transfer.State.DONE, payout=None).exclude(arrived_as="")
    return PayoutAccount.objects.filter(pk__in=sent.values("account"))


def take_in_payouts(account: PayoutAccount, since: datetime, now: datetime) -> int:
    """Those of a seller's account whose news was lost. Answers how many. Raises StripeDown and KeyRefused."""
    name, seen = str(account.stripe_id), 0
    params = {"created": {"gte": int(since.timestamp())}}
    try:
        made = list(stripe.pages(lambda v1: v1.payouts.list, params, account=name))
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused:  # their account is not there any more, which was said when it was looked at
        return 0
    for payout in made:
        if not Payout.objects.filter(stripe_id=payout["id"], state=payout["status"]).exists():
            apply_payout(_with_sources(payout, name), now)
            seen += 1
    return seen
