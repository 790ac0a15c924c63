"""What the organiser sees of the money: how much is where, what nobody can explain, what has come to a halt."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import price
from features.payments import payout_pages
from features.payments.causes import found_by_id, in_words
from features.payments.models import Account, Dispute, Incident, LedgerEntry, Order, Refund, SubscriptionRefund
from features.payments.services import balances
from features.payments.services.subscription_refunds import TOO_MUCH

SLOW = timedelta(minutes=15)
NEXT_STEP = {
    Incident.Kind.UNKNOWN_PAYMENT: _("Look the payment up in Stripe. Pay it back there if it belongs to nothing here."),
    Incident.Kind.AMOUNT_DIFFERS: _("It goes back by itself. See in Stripe who changed the amount."),
    Incident.Kind.UNKNOWN_REFUND: _("Find out in Stripe who paid it back, and what for."),
    Incident.Kind.REFUND_FAILED: _("The bank refused it. Ask the buyer for another account, and pay it back by hand."),
    Incident.Kind.DISPUTE: _("Answer in Stripe before the deadline, with what shows that the session took place."),
    Incident.Kind.LEDGER_DIFFERS: _("Run manage.py reconcile --days 30. If it stays, compare the CSV with Stripe's."),
    Incident.Kind.UNKNOWN_TRANSFER: _("Find out in Stripe who sent it, and what for. Only this site should transfer."),
    Incident.Kind.UNKNOWN_REVERSAL: _("It is booked as owed to the expert again. Send it in Stripe, or leave it so."),
    Incident.Kind.SURPLUS: _("It is ended and paid back by itself. See in Stripe that it was."),
    Incident.Kind.NOT_RESUMED: _(
        "Nothing is charged, and it is closed. Its member was told, and can press Go on. See in Stripe what stands "
        "against it, or end it there."
    ),
    Incident.Kind.NO_ACCOUNT: _(
        "See in Stripe whether Connect is set up, and opens accounts in that country. Then the expert can press again."
    ),
    Incident.Kind.STUCK: _(
        "Look it up in Stripe, in the account of this key and of the one before. All others go on without it."
    ),
    Incident.Kind.API_VERSION: _("Set the webhook's endpoint in Stripe to the version that README names."),
}


def overview(now) -> dict:
    sums = balances()
    currencies = sorted({currency for _account, currency in sums})
    incidents = list(Incident.objects.filter(resolved_at=None).order_by("-found_at")[:50])
    known = found_by_id({name for incident in incidents for name in _names(incident)}) if incidents else {}
    for incident in incidents:
        incident.next_step = _next_step(incident)
        incident.cause_url, currency = next((known[name] for name in _names(incident) if name in known), ("", ""))
        incident.said = _said(incident, currency)
    return {
        "accounts": [
            {
                "label": account.label,
                "amounts": [(_as_said(account, sums.get((account, currency), 0)), currency) for currency in currencies],
            }
            for account in Account
            if any(sums.get((account, currency)) for currency in currencies)
        ],
        "incidents": incidents,
        **payout_pages.overview(now - SLOW),
        "disputes": Dispute.objects.with_cause().filter(closed_at=None).order_by("answer_by", "pk")[:50],
        "stuck_refunds": _stuck_refunds(now - SLOW),
        "stuck_orders": Order.objects.unpaid().filter(hold_until__lt=now - SLOW).order_by("hold_until")[:50],
    }


OURS_TO_GIVE = (Account.HELD, Account.OWED, Account.COMMISSION)  # the other side of what is at Stripe


def _as_said(account: str, amount: int) -> int:
    """Plus is what there is of it, minus what is missing."""
    return -amount if account in OURS_TO_GIVE else amount


def _stuck_refunds(before: datetime) -> list:
    """Those that wait for a bank are not stuck."""
    found: list = []
    for model, paid in ((Refund, "payment"), (SubscriptionRefund, "invoice")):
        asked = model.objects.filter(state=Refund.State.ASKED, requested_at__lt=before)
        asked = asked.exclude(**{f"{paid}__disputes__state__in": Dispute.WITH_THE_BANK}).select_related(paid)
        found += asked.order_by("requested_at")[:50]
    return sorted(found, key=lambda refund: refund.requested_at)[:50]


def _names(incident: Incident) -> list[str]:
    return [incident.about, *(fact for fact in incident.facts.values() if isinstance(fact, str))]


FACTS = {
    "amount": _("amount"), "left": _("left of it"), "ours": _("in our books"), "theirs": _("at Stripe"),
    "payment": _("payment"), "charge": _("charge"), "order": _("order"), "invoice": _("invoice at Stripe"),
    "subscription": _("subscription"), "transfer": _("transfer"), "account": _("account"), "refund": _("refund"),
    "code": _("Stripe says"), "error": _("fault"), "event": _("event"), "type": _("kind of event"),
    "object": _("about"), "tries": _("tries"), "country": _("country"),
}  # fmt: skip
AMOUNTS = ("amount", "left", "ours", "theirs")


def _said(incident: Incident, currency: str) -> list[tuple]:
    """Its facts in words; amounts as one reads them, where it is known of which currency they are."""
    if incident.kind == Incident.Kind.LEDGER_DIFFERS:
        currency = incident.about
    return [
        (FACTS.get(name, name), price(fact, currency, exact=True) if currency and name in AMOUNTS else fact)
        for name, fact in incident.facts.items()
    ]


def _next_step(incident: Incident):
    """A refund that Stripe refused never came as far as a bank."""
    code = incident.facts.get("code") if incident.kind == Incident.Kind.REFUND_FAILED else None
    if not code:
        return NEXT_STEP[incident.kind]
    if code in TOO_MUCH:
        return _("More than was left was asked for. See in Stripe what was paid back there; the rest goes by itself.")
    return _(
        "Stripe refused it. See that enough money is there and what its code means. It is tried again every day, until "
        "this is put right."
    )


def month_of(text: str, now) -> tuple[datetime, datetime]:
    """The month that is asked for (2026-11), or this one: its first moment and that of the next, in UTC."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        return first, _next(first)
    except (ValueError, OverflowError):  # there is no month after the last of the year 9999
        first = datetime(now.year, now.month, 1, tzinfo=UTC)
        return first, _next(first)


def _next(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def statement(first: datetime, after: datetime) -> list[dict]:
    """What moved in that time, by account and kind of movement."""
    found: dict[tuple, int] = {}
    rows = LedgerEntry.objects.filter(transaction__happened_at__gte=first, transaction__happened_at__lt=after)
    for row in rows.values("transaction__key", "account", "currency").annotate(sum=Sum("amount_minor")):
        key = row["currency"], row["account"], row["transaction__key"].partition(":")[0]
        found[key] = found.get(key, 0) + row["sum"]
    return [
        {
            "account": Account(account).label,
            "moved": in_words(moved),
            "amount": amount,
            "currency": currency,
            "query": urlencode({"month": f"{first:%Y-%m}", "account": account, "kind": moved, "currency": currency}),
        }
        for (currency, account, moved), amount in sorted(found.items())
    ]
