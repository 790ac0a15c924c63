"""What sellers earn. An earning is weighed anew whenever anything about its payment changes: what its seller should
have, less what was sent, is a transfer or a reversal. So it does not matter in which order refunds, disputes, delivery
and answers of Stripe's come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from core.jobs import enqueue
from features.payments.models import (
    Account,
    Earning,
    Order,
    Payment,
    PayoutAccount,
    Transfer,
    TransferReversal,
)
from features.payments.services.books import book
from features.payments.services.incidents import apart
from features.payments.services.orders import fulfilments

ALL_OF_IT = 10_000  # hundredths of a percent
# The bank has the money: while it is decided (first two), or for good.
TAKEN_BACK = ("needs_response", "under_review", "lost")
QUESTIONED = (*TAKEN_BACK[:2], "warning_needs_response", "warning_under_review")
LOOK_AGAIN = timedelta(days=1)


def earn(*, order: Order, payment: Payment, now: datetime) -> None:
    """A payment that bought something is earned by who sold it. Once; in the transaction that settles the order."""
    lines = [line for line in order.lines.order_by("pk") if line.total_minor]
    points = int(settings.PLATFORM_FEE_PERCENT * 100)
    shares = _shares(payment.amount_minor, [line.total_minor for line in lines])
    for line, gross in zip(lines, shares, strict=True):
        part = points if line.seller_id else ALL_OF_IT
        fee = gross * part // ALL_OF_IT
        Earning.objects.get_or_create(
            line=line,
            defaults={
                "payment": payment, "seller_id": line.seller_id, "currency": payment.currency, "gross_minor": gross,
                "fee_minor": fee, "net_minor": gross - fee, "fee_points": part, "earned_at": payment.paid_at,
                "look_at": _releasable_at(line) or now + LOOK_AGAIN,
            },
        )  # fmt: skip


def _shares(amount: int, weights: list[int]) -> Iterable[int]:
    """`amount` by weights, to the last minor unit."""
    total, before, weight = sum(weights), 0, 0
    for one in weights:
        weight += one
        until = amount * weight // total
        yield until - before
        before = until


def _releasable_at(line) -> datetime | None:
    delivered_at = fulfilments[line.kind].delivered_at(line.ref) if line.kind in fulfilments else None
    return delivered_at + timedelta(days=settings.PAYOUT_WINDOW_DAYS) if delivered_at else None


@transaction.atomic
def weigh(payment_id: int, now: datetime) -> None:
    """What the earnings of a payment come to now, what of it is released, and what has to move for that."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    earnings = list(payment.earnings.select_for_update(of=("self",)).select_related("line").order_by("line_id"))
    disputes = list(payment.disputes.values_list("state", "amount_minor"))
    taken = sum(amount for state, amount in disputes if state in TAKEN_BACK)
    kept = max(payment.left_minor - taken, 0)
    is_questioned = any(state in QUESTIONED for state, _amount in disputes)
    for earning, share in zip(earnings, _shares(kept, [each.gross_minor for each in earnings]), strict=True):
        earning.back_minor = earning.gross_minor - share
        earning.fee_minor = share * earning.fee_points // ALL_OF_IT
        earning.net_minor = share - earning.fee_minor
        if earning.released_at is None:
            _release(earning, now, is_questioned)
        _book(earning, _released_part(earning, share, now, is_questioned), now)
        _move(earning, payment, now)
        earning.save()


def _release(earning: Earning, now, is_questioned) -> None:
    """Once it is delivered, the time for complaints is over, and nobody's bank asks."""
    if earning.back_minor == earning.gross_minor and not is_questioned:
        earning.released_at = now  # nothing is left that anybody could wait for
    elif earning.look_at <= now:
        at = _releasable_at(earning.line)
        if at and at <= now and not is_questioned:
            earning.released_at = now
        else:
            earning.look_at = max(at or now, now + LOOK_AGAIN)


def _released_part(earning: Earning, share: int, now, is_questioned) -> int:
    """Of the `share` that the buyer left, what is released: all of it, or the parts that were had, at the price of one.
    While the buyer's bank asks no more is released than was before."""
    if earning.released_at:
        return share
    parts = _parts(earning.line)
    if parts is None:
        return 0
    number, times = parts
    done = sum(at <= now for at in times)
    coming = [at for at in times if at > now]
    if coming:  # a meeting may be moved, so it is looked at every day
        earning.look_at = min(earning.look_at, *coming, now + LOOK_AGAIN)
    before = earning.booked_fee_minor + earning.booked_net_minor
    worth = min(earning.gross_minor * done // number, share)
    return min(worth, before) if is_questioned else worth


def _parts(line) -> tuple[int, list[datetime]] | None:
    """How many parts there are, and from when on the money for each that is under way may go."""
    found = fulfilments[line.kind].delivered_parts(line.ref) if line.kind in fulfilments else None
    if found is None:
        return None
    window = timedelta(days=settings.PAYOUT_WINDOW_DAYS)
    return found[0], [at + window for at in found[1]]


def _book(earning: Earning, released: int, now) -> None:
    part = released * earning.fee_points // ALL_OF_IT
    net, fee = released - part - earning.booked_net_minor, part - earning.booked_fee_minor
    if net or fee:
        earning.bookings += 1
        book(
            key=f"earning:{earning.pk}:{earning.bookings}",
            happened_at=now,
            currency=earning.currency,
            order=earning.line.order,
            amounts={Account.HELD: net + fee, Account.OWED: -net, Account.COMMISSION: -fee},
        )
        earning.booked_net_minor, earning.booked_fee_minor = released - part, part


# --- What has to move -------------------------------------------------------------------------------------------------
def _move(earning: Earning, payment: Payment, now) -> None:
    due = earning.booked_net_minor - earning.paid_minor
    if due > 0 and earning.seller_id:
        account = PayoutAccount.objects.select_for_update().filter(person=earning.seller_id, is_ready=True).first()
        if account:
            offset = _cover_debts(account, earning.currency, due)
            row = Transfer.objects.create(
                earning=earning, account=account, amount_minor=due - offset, offset_minor=offset, asked_at=now
            )
            earning.paid_minor += due
            ask_transfer(row)
    elif due < 0:
        _take_back(earning, -due, now)


def _cover_debts(account, currency, most: int) -> int:
    """What they owe is kept back from what they get, the oldest first. Answers how much."""
    covered = 0
    owed = debts(account.person_id).filter(transfer__earning__currency=currency).order_by("asked_at", "pk")
    # Locked, because what Stripe is asked for once more in the same moment must not be kept back as well.
    for debt in owed.select_for_update(of=("self",), no_key=True):
        part = min(debt.amount_minor - debt.covered_minor, most - covered)
        if part:
            debt.covered_minor += part
            debt.save(update_fields=["covered_minor"])
            covered += part
    return covered


def debts(person_id: int):
    return TransferReversal.objects.owed().filter(transfer__account__person=person_id)


def _take_back(earning: Earning, amount: int, now) -> None:
    """From the last transfer first. What was never sent is simply sent no more; what only covered a debt is owed."""
    for row in earning.transfers.select_for_update().prefetch_related("reversals").order_by("-pk"):
        gone = sum(back.amount_minor for back in row.reversals.all())
        part = min(row.amount_minor + row.offset_minor - gone, amount)
        if part <= 0:
            continue
        at_most = min(part, max(row.amount_minor - gone, 0))
        if at_most and row.state == Transfer.State.FAILED:
            Transfer.objects.filter(pk=row.pk).update(amount_minor=F("amount_minor") - at_most)
        elif at_most:
            ask_reversal(TransferReversal.objects.create(transfer=row, amount_minor=at_most, asked_at=now))
        if owed := part - at_most:
            TransferReversal.objects.create(
                transfer=row, amount_minor=owed, asked_at=now, state=TransferReversal.State.OWED
            )
        earning.paid_minor -= part
        amount -= part


def ask_transfer(row: Transfer) -> None:
    enqueue("features.payments.tasks.send_transfer", row.pk, key=f"transfer:{row.pk}:{row.attempt}")


def ask_reversal(row: TransferReversal) -> None:
    enqueue("features.payments.tasks.send_reversal", row.pk, key=f"reversal:{row.pk}:{row.attempt}")


# --- As time passes ---------------------------------------------------------------------------------------------------
def release_earnings(*, seller_id: int | None = None, now: datetime | None = None) -> int:
    """Everything whose time has come, and what waits for an account that is ready now. Each payment on its own, so that
    a killed worker leaves nothing half done."""
    now = now or timezone.now()
    held = Earning.objects.held().filter(look_at__lte=now)
    waiting = Earning.objects.waiting().filter(seller__payout_account__is_ready=True)
    if seller_id:
        held, waiting = held.filter(seller=seller_id), waiting.filter(seller=seller_id)
    payments = {*held.values_list("payment_id", flat=True), *waiting.values_list("payment_id", flat=True)}
    for payment_id in sorted(payments):
        with apart(f"payment:{payment_id}"):
            weigh(payment_id, now)
    return len(payments)


def unearned():
    """Payments that bought something before there were earnings, or whose things nobody wrote down as earned."""
    kept = Payment.objects.filter(is_kept=True, earnings=None, order__settled_at__isnull=False)
    return kept.select_related("order")


@transaction.atomic
def earn_late(payment: Payment, now: datetime) -> None:
    earn(order=payment.order, payment=payment, now=now)
    weigh(payment.pk, now)


@dataclass(frozen=True)
class Earned:
    """What some things earn their seller by now, what goes back left out, in minor units."""

    held: int  # until they are delivered and the time for complaints is over
    released: int


def earned_with(kind: str, refs: Iterable) -> Earned:
    rows = Earning.objects.filter(line__kind=kind, line__ref__in=[str(ref) for ref in refs])
    found = rows.aggregate(
        held=Sum("net_minor", filter=Q(released_at=None)), released=Sum("net_minor", filter=~Q(released_at=None))
    )
    return Earned(found["held"] or 0, found["released"] or 0)
