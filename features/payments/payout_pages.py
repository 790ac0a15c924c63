"""What the pages about earnings show: to who earns, and to who runs the site."""

from collections.abc import Iterator, Sequence

from django.db.models import F, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import cell
from core.templatetags.ui import plain_price
from features.payments.models import Earning, PayoutAccount, Transfer, TransferReversal
from features.payments.services.orders import fulfilments

NEXT_STEP = {
    "insufficient_capabilities_for_transfer": gettext_lazy(
        "Their account lacks something. They see on their page what Stripe asks for; it is tried again every day."
    ),
    "balance_insufficient": gettext_lazy(
        "There is too little in your Stripe balance. Top it up there, then try again."
    ),
}
OTHER_STEP = gettext_lazy("Look the account up in Stripe, then try again. It is tried again every day as well.")


def sums(person) -> list[dict]:
    """By currency: held, due to be sent, sent, and owed by them."""
    rows = Earning.objects.filter(seller=person).values("currency").order_by("currency")
    rows = rows.annotate(
        held=Sum(F("net_minor") - F("booked_net_minor"), default=0),
        due=Sum(F("booked_net_minor") - F("paid_minor"), default=0),
        sent=Sum("paid_minor", default=0),
    )
    debts = TransferReversal.objects.owed().filter(transfer__account__person=person)
    debts = debts.values("transfer__earning__currency")
    owed = {
        row["transfer__earning__currency"]: row["left"]
        for row in debts.annotate(left=Sum(F("amount_minor") - F("covered_minor")))
    }
    unsent = Transfer.objects.filter(account__person=person).exclude(state=Transfer.State.DONE)
    moving = {
        row["earning__currency"]: row["sum"]
        for row in unsent.values("earning__currency").order_by().annotate(sum=Sum("amount_minor"))
    }
    for row in rows:
        still = moving.get(row["currency"], 0)
        row |= {"due": max(row["due"], 0) + still, "sent": row["sent"] - still, "owed": owed.get(row["currency"], 0)}
    return list(rows)


def own_earnings(person):
    rows = Earning.objects.filter(seller=person).select_related("line__order")
    return rows.prefetch_related("transfers__payout", "transfers__reversals")


def described(earnings) -> list[dict]:
    """Each line with where its money is."""
    return [{"earning": row, **_whereabouts(row)} for row in earnings]


def _whereabouts(earning: Earning) -> dict:
    rows = list(earning.transfers.all())
    last = rows[-1] if rows else None
    returned = sum(back.amount_minor for row in rows for back in row.reversals.all())
    sent = sum(row.amount_minor + row.offset_minor for row in rows)
    facts = {"transfers": rows, "returned": returned, "sent": sent, "payout": last and last.payout}
    if earning.back_minor == earning.gross_minor:
        return facts | {"state": "back", "words": _("Paid back to the buyer")}
    if earning.released_at is None and getattr(fulfilments.get(earning.line.kind), "is_in_parts", False):
        return facts | {"state": "parts", "words": _("Released credit by credit, as they are used")}
    if earning.released_at is None:
        return facts | {"state": "held", "words": _("Held until")}
    if last is None or earning.net_minor > earning.paid_minor:
        return facts | {"state": "due", "words": _("Waits for your account at Stripe")}
    if last.state == Transfer.State.FAILED:
        return facts | {"state": "failed", "words": _("Stripe refused it; it is tried again")}
    if last.state == Transfer.State.ASKED:
        return facts | {"state": "asked", "words": _("On its way")}
    return facts | {"state": "sent", "words": _("In your bank by") if last.payout else _("Transferred")}


COLUMNS = (
    "earned_at", "order", "what", "currency", "gross", "paid_back", "site_fee", "yours", "released", "state",
    "released_at",
    "transferred", "taken_back", "transferred_at", "transfer", "payout", "payout_arrives_at",
)  # fmt: skip


def earning_rows(person) -> Iterator[Sequence]:
    """Line by line for a spreadsheet, the oldest first; read in parts, so that years of it are no burden."""
    yield COLUMNS
    rows = own_earnings(person).order_by("earned_at", "pk")
    for row in described(rows.iterator(chunk_size=500)):
        earning, last = row["earning"], row["transfers"][-1] if row["transfers"] else None
        amounts = (
            earning.gross_minor, earning.back_minor, earning.fee_minor, earning.net_minor, earning.booked_net_minor,
        )  # fmt: skip
        yield [
            earning.earned_at.isoformat(), earning.line.order.public_id, cell(earning.line.title),
            earning.currency, *(plain_price(amount, earning.currency) for amount in amounts), row["state"],
            _moment(earning.released_at), plain_price(row["sent"], earning.currency),
            plain_price(row["returned"], earning.currency), _moment(last and last.sent_at),
            (last and last.stripe_id) or "", row["payout"].stripe_id if row["payout"] else "",
            _moment(row["payout"] and row["payout"].arrives_at),
        ]  # fmt: skip


def _moment(at) -> str:
    return at.isoformat() if at else ""


# --- For the organiser ------------------------------------------------------------------------------------------------
def overview(slow) -> dict:
    """Whose money waits, what Stripe refused, and who owes."""
    waiting = (
        Earning.objects.waiting()
        .exclude(seller__payout_account__is_ready=True)
        .values("seller", "seller__name", "seller__handle", "currency")
        .annotate(due=Sum(F("booked_net_minor") - F("paid_minor")), since=Min(Coalesce("released_at", "earned_at")))
        .order_by("since", "seller")[:50]
    )
    began = set(
        PayoutAccount.objects.filter(person__in=[row["seller"] for row in waiting]).values_list("person_id", flat=True)
    )
    stuck = Transfer.objects.filter(
        Q(state=Transfer.State.FAILED) | Q(state=Transfer.State.ASKED, asked_at__lt=slow)
    ).select_related("earning__line", "account__person")
    owing = (
        TransferReversal.objects.owed()
        .values("transfer__account__person__name", "transfer__account__stripe_id", "transfer__earning__currency")
        .annotate(left=Sum(F("amount_minor") - F("covered_minor")), since=Min("asked_at"))
        .order_by("since")[:50]
    )
    return {
        "waiting_sellers": [{**row, "began": row["seller"] in began} for row in waiting],
        "stuck_transfers": [
            {"transfer": row, "next_step": NEXT_STEP.get(row.code, OTHER_STEP)}
            for row in stuck.order_by("asked_at")[:50]
        ],
        "owing": list(owing),
    }
