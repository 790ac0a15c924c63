"""Subscriptions: begun on Stripe's page, steered through its API, and mirrored here. What Stripe says is a whole: the
row and the entitlement are made from it alone, so that neither order nor doubling of events matters."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.seo import absolute
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Account, Plan, PlanPrice, StripeCustomer, Subscription, SubscriptionInvoice
from features.payments.services.books import book
from features.payments.services.entitlements import end_entitlements, entitle
from features.payments.services.events import Handler, handlers
from features.payments.services.gifts import gift_days_left
from features.payments.services.invoicing import invoice_subscription
from features.payments.services.orders import is_set_up
from features.payments.services.plans import price_at_stripe
from features.payments.services.selling import SaleRefused

State = Subscription.State
# What Stripe calls it, and what we do; a state that opens nothing is none of ours to keep apart.
STATES = {
    "trialing": State.TRIALING, "active": State.ACTIVE, "past_due": State.PAST_DUE, "unpaid": State.UNPAID,
    "canceled": State.CANCELED, "incomplete_expired": State.CANCELED, "incomplete": State.OPENING,
    "paused": State.PAUSED,
}  # fmt: skip
REMINDED = timedelta(days=3)
LONGEST_PAUSE = 3  # months


# --- Beginning --------------------------------------------------------------------------------------------------------
def begin(*, person, plan: Plan, now: datetime | None = None) -> str:
    """The address of Stripe's page. Raises SaleRefused and StripeDown."""
    now = now or timezone.now()
    if not is_set_up() or plan.withdrawn_at:
        raise SaleRefused("not_sold", _("This plan is not sold here. Choose another one."))
    if Subscription.objects.going_on().filter(person=person).exists():
        raise SaleRefused("yours", _("You have a subscription already. Change it instead."))
    price = plan.price
    row = Subscription.objects.filter(person=person, state=State.OPENING, price=price).first()
    free = max(trial_of(person, plan), gift_days_left(person, plan.key, now))
    if row is None:
        row = Subscription.objects.create(person=person, price=price, opened_at=now)
    if row.trial_days != free:
        row.trial_days = free
        row.save(update_fields=["trial_days"])
    customer, price_id = customer_of(person), price_at_stripe(price)
    page = absolute(reverse("own_subscription"))
    data: dict = {"metadata": {"subscription": row.public_id}}
    if row.trial_days:
        data["trial_period_days"] = row.trial_days
    params = {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": row.public_id,
        "line_items": [{"price": price_id, "quantity": 1}],
        "subscription_data": data,
        "metadata": {"subscription": row.public_id},
        "success_url": f"{page}?back=paid",
        "cancel_url": f"{page}?back=left",
        "locale": settings.LANGUAGE_CODE.partition("-")[0],
    }
    session = stripe.call(
        lambda v1: v1.checkout.sessions.create, params=params, key=f"subscribe-{row.public_id}-{free}-{now:%Y%m%d%H}"
    )
    Subscription.objects.filter(pk=row.pk).update(checkout_id=session["id"])
    return session["url"]


def trial_of(person, plan: Plan) -> int:
    """A trial is once: for whoever has never had a subscription here."""
    return 0 if Subscription.objects.filter(person=person).exclude(stripe_id=None).exists() else plan.trial_days


def customer_of(person) -> str:
    row, _new = StripeCustomer.objects.get_or_create(person=person)
    if not row.stripe_id:
        params = {"email": person.email, "metadata": {"customer": str(row.pk)}}
        made = stripe.call(lambda v1: v1.customers.create, params=params, key=f"customer-{row.pk}")
        row.stripe_id = made["id"]
        row.save(update_fields=["stripe_id"])
    return row.stripe_id


# --- What Stripe says -------------------------------------------------------------------------------------------------
def fetch(stripe_id: str) -> dict:
    return stripe.call(lambda v1: v1.subscriptions.retrieve, stripe_id)


def look_again(*, person) -> None:
    """Ask Stripe how somebody's subscriptions stand, such as after they came back from its page. Raises StripeDown."""
    for row in Subscription.objects.filter(person=person).exclude(state__in=[State.CANCELED, State.UNPAID]):
        name = row.stripe_id
        if not name and row.checkout_id:
            name = stripe.call(lambda v1: v1.checkout.sessions.retrieve, row.checkout_id)["subscription"]
        if name:
            apply(fetch(name), timezone.now())


@transaction.atomic
def apply(facts: dict, now: datetime) -> None:
    """The row and the entitlement, as `facts` has them."""
    name = (facts.get("metadata") or {}).get("subscription", "")
    row = Subscription.objects.select_for_update(of=("self",)).filter(public_id=name).first()
    if row is None:
        return
    item = facts["items"]["data"][0]
    pause = facts.get("pause_collection")
    before = row.state
    row.stripe_id = facts["id"]
    row.price = PlanPrice.objects.select_related("plan").filter(stripe_id=item["price"]["id"]).first() or row.price
    row.state = STATES.get(facts["status"], State.CANCELED)
    if pause and row.state in (State.ACTIVE, State.TRIALING, State.PAST_DUE):
        row.state = State.PAUSED
    row.period_ends_at = _moment(item["current_period_end"])
    row.trial_ends_at = _moment(facts.get("trial_end"))
    row.ends_at_period_end = bool(facts.get("cancel_at_period_end"))
    row.resumes_at = _moment(pause.get("resumes_at")) if pause else None
    row.ended_at = _moment(facts.get("ended_at"))
    row.save()
    _open_or_close(row, facts, now)
    if row.state == State.PAST_DUE != before:
        notify(
            row.person,
            "payment_failed",
            row.pk,
            reverse("own_subscription"),
            f"past_due:{row.pk}:{item['current_period_end']}",
        )


def _open_or_close(row: Subscription, facts: dict, now: datetime) -> None:
    """A payment that failed closes nothing while Stripe tries again; a pause closes when what was paid for is over."""
    source, ref, key = "subscription", f"subscription:{row.pk}", row.price.plan.key
    if row.state in (State.TRIALING, State.ACTIVE, State.PAST_DUE):
        entitle(person=row.person, key=key, source=source, ref=ref)
    elif row.state == State.PAUSED:
        paid_until = _moment((facts.get("metadata") or {}).get("paid_until")) or row.period_ends_at or row.opened_at
        entitle(person=row.person, key=key, source=source, ref=ref, until=max(paid_until, row.opened_at))
    else:
        end_entitlements(source=source, ref=ref, now=now)


def _moment(stamp) -> datetime | None:
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


# --- Invoices ---------------------------------------------------------------------------------------------------------
def fetch_invoice(stripe_id: str) -> dict:
    """The invoice, with the subscription as it is now beside it."""
    invoice = stripe.call(lambda v1: v1.invoices.retrieve, stripe_id)
    parent = invoice.get("parent") or {}
    name = (parent.get("subscription_details") or {}).get("subscription")
    return {"invoice": invoice, "subscription": fetch(name) if name else None}


@transaction.atomic
def apply_invoice(facts: dict, now: datetime) -> None:
    if facts["subscription"] is None:
        return
    apply(facts["subscription"], now)
    invoice = facts["invoice"]
    row = Subscription.objects.filter(stripe_id=facts["subscription"]["id"]).first()
    if row is None or invoice["status"] != "paid" or not invoice["amount_paid"]:
        return
    paid_at = datetime.fromtimestamp(invoice["status_transitions"]["paid_at"], UTC)
    made, is_new = SubscriptionInvoice.objects.get_or_create(
        stripe_id=invoice["id"],
        defaults={
            "subscription": row,
            "amount_minor": invoice["amount_paid"],
            "currency": invoice["currency"].upper(),
            "paid_at": paid_at,
        },
    )
    if is_new:
        amount = invoice["amount_paid"]
        book(
            key=f"invoice:{invoice['id']}",
            happened_at=paid_at,
            currency=invoice["currency"].upper(),
            order=None,
            amounts={Account.STRIPE: amount, Account.COMMISSION: -amount},
        )
        invoice_subscription(made, now)


handlers.register("customer.subscription.", Handler(fetch, apply))
handlers.register("invoice.", Handler(fetch_invoice, apply_invoice))


# --- Steering ---------------------------------------------------------------------------------------------------------
def current(person) -> Subscription | None:
    rows = Subscription.objects.going_on().filter(person=person).select_related("price__plan")
    return rows.first()


def _update(row: Subscription, what: str, params: dict) -> None:
    """Ask for a change, and write down how it stands then. The key holds what was asked for and from which state, so
    that two presses are one."""
    stamp = int(row.period_ends_at.timestamp()) if row.period_ends_at else 0
    key = f"subscription-{row.public_id}-{what}-{stamp}-{int(timezone.now().timestamp()) // 10}"
    facts = stripe.call(lambda v1: v1.subscriptions.update, row.stripe_id, params=params, key=key)
    apply(facts, timezone.now())


def cancel(*, row: Subscription) -> None:
    """At the end of what is paid for. Until then it can be undone."""
    _update(row, "cancel", {"cancel_at_period_end": True})


def undo_cancel(*, row: Subscription) -> None:
    _update(row, "undo", {"cancel_at_period_end": False})


def pause(*, row: Subscription, months: int, now: datetime | None = None) -> None:
    """Nothing is charged meanwhile. What is paid for is used up first; then it is closed until it goes on."""
    now = now or timezone.now()
    if row.state != State.ACTIVE or not 1 <= months <= LONGEST_PAUSE:
        raise SaleRefused("not_now", _("Only a subscription that is paid can be paused, for three months at most."))
    paid_until = row.period_ends_at or now
    resumes = max(paid_until, now) + timedelta(days=30 * months)
    params = {
        "pause_collection": {"behavior": "void", "resumes_at": int(resumes.timestamp())},
        "metadata": {"paid_until": str(int(paid_until.timestamp()))},
    }
    _update(row, f"pause{months}", params)


def go_on(*, row: Subscription) -> None:
    """Before the pause is over."""
    _update(row, "resume", {"pause_collection": "", "metadata": {"paid_until": ""}})


def _change(row: Subscription, plan: Plan) -> list[dict]:
    if plan.pk == row.price.plan_id or plan.withdrawn_at:
        raise SaleRefused("not_sold", _("Choose another plan that is sold here."))
    if row.stripe_id is None:
        raise SaleRefused("not_now", _("It is not paid yet."))
    item = fetch(row.stripe_id)["items"]["data"][0]["id"]
    return [{"id": item, "price": price_at_stripe(plan.price)}]


def preview_change(*, row: Subscription, plan: Plan) -> dict:
    """What changing to this plan now costs: {amount_minor, currency}. Nothing is changed."""
    params = {
        "customer": customer_of(row.person),
        "subscription": row.stripe_id,
        "subscription_details": {"items": _change(row, plan), "proration_behavior": "always_invoice"},
    }
    invoice = stripe.call(lambda v1: v1.invoices.create_preview, params=params)
    return {"amount_minor": invoice["amount_due"], "currency": invoice["currency"].upper()}


def change_plan(*, row: Subscription, plan: Plan) -> None:
    """To another plan at today's price of that; what is left of the old one is taken into account."""
    _update(row, f"plan{plan.pk}", {"items": _change(row, plan), "proration_behavior": "always_invoice"})


def portal_url(*, person) -> str:
    """Stripe's own pages for cards and invoices."""
    params = {"customer": customer_of(person), "return_url": absolute(reverse("own_subscription"))}
    key = f"portal-{person.pk}-{int(timezone.now().timestamp())}"
    return stripe.call(lambda v1: v1.billing_portal.sessions.create, params=params, key=key)["url"]


def end_at_once(*, person) -> None:
    """Whoever closes their account is charged no more."""
    for row in Subscription.objects.going_on().filter(person=person).exclude(stripe_id=None):
        facts = stripe.call(lambda v1: v1.subscriptions.cancel, row.stripe_id, key=f"end-{row.public_id}")
        apply(facts, timezone.now())


def remind_of_charges(*, now: datetime | None = None) -> int:
    """Three days before a trial ends and the first money is taken, once. Answers how many were told."""
    now = now or timezone.now()
    soon = Subscription.objects.filter(
        state=State.TRIALING, ends_at_period_end=False, trial_ends_at__gt=now, trial_ends_at__lte=now + REMINDED
    )
    told = 0
    for row in soon.select_related("person"):
        notify(row.person, "trial_ends", row.pk, reverse("own_subscription"), f"trial_ends:{row.pk}")
        told += 1
    return told
