"""Subscriptions: begun on Stripe's page and steered through its API. One at a time for each person."""

import contextlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import make_public_id
from core.seo import absolute
from features.accounts.models import User
from features.notifications.services import notify, notify_each
from features.payments import stripe_client as stripe
from features.payments.models import Incident, Plan, StripeCustomer, Subscription
from features.payments.services.gifts import gift_days_left
from features.payments.services.incidents import apart, report
from features.payments.services.orders import is_set_up
from features.payments.services.plans import price_at_stripe
from features.payments.services.selling import SaleRefused
from features.payments.services.subscription_mirror import apply, fetch

State = Subscription.State
REMINDED = timedelta(days=3)
LONGEST_PAUSE = 3  # months
# After each refusal to let a paused one go on; after the last it is tried no more by itself.
WAITS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 72))
PAGE_IS_GOOD = timedelta(hours=23)  # Stripe's page, and the key that names it, live for a day


# --- Beginning --------------------------------------------------------------------------------------------------------
def begin(*, person, plan: Plan, now: datetime | None = None) -> str:
    """The address of Stripe's page; a page that was opened before for something else can no longer be paid on. Raises
    SaleRefused and StripeDown."""
    now = now or timezone.now()
    if not is_set_up() or plan.withdrawn_at:
        raise SaleRefused("not_sold", _("This plan is not sold here. Choose another one."))
    row = _open(person, plan, now)
    for earlier in _waiting(person).filter(pk__lt=row.pk):
        if not _close_page(earlier, now):
            raise _yours()
    session = stripe.call(lambda v1: v1.checkout.sessions.create, params=_params(row), key=f"subscribe-{row.public_id}")
    if not _waiting(person).filter(pk=row.pk).update(checkout_id=session["id"]):  # begun anew, or left, meanwhile
        _expire(row, session["id"])
        raise SaleRefused("elsewhere", _("You began another one in the meantime. Go on there, or begin again."))
    return session["url"]


def _yours():
    return SaleRefused("yours", _("You have a subscription already. Change it instead."))


def _waiting(person):
    """Those that are begun and not paid, as far as we know."""
    return Subscription.objects.filter(person=person, state=State.OPENING, stripe_id=None)


@transaction.atomic
def _open(person, plan: Plan, now: datetime) -> Subscription:
    """The row that names Stripe's page: two presses, and two tabs, have one."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    if Subscription.objects.going_on().filter(person=person).exists():
        raise _yours()
    price, free = plan.price, max(trial_of(person, plan), gift_days_left(person, plan.key, now))
    last = _waiting(person).order_by("-pk").first()
    if last and (last.price_id, last.trial_days) == (price.pk, free) and last.opened_at > now - PAGE_IS_GOOD:
        return last
    return Subscription.objects.create(person=person, price=price, trial_days=free, opened_at=now)


def _params(row: Subscription) -> dict:
    page = absolute(reverse("own_subscription"))
    data: dict = {"metadata": {"subscription": row.public_id}}
    if row.trial_days:
        data["trial_period_days"] = row.trial_days
    return {
        "mode": "subscription",
        "customer": customer_of(row.person),
        "client_reference_id": row.public_id,
        "line_items": [{"price": price_at_stripe(row.price), "quantity": 1}],
        "subscription_data": data,
        "metadata": {"subscription": row.public_id},
        "success_url": f"{page}?back=paid",
        "cancel_url": f"{page}?back=left",
        "locale": settings.LANGUAGE_CODE.partition("-")[0],
    }


def _close_page(row: Subscription, now: datetime) -> bool:
    """Nobody can pay on it any more. False when somebody has: then it is theirs."""
    if row.checkout_id:
        name = _expire(row, row.checkout_id)["subscription"]
        if name:
            apply(fetch(name), now)
            return False
    _waiting(row.person_id).filter(pk=row.pk).update(state=State.CANCELED, ended_at=now)
    return True


def _expire(row: Subscription, checkout_id: str) -> dict:
    with contextlib.suppress(stripe.StripeRefused):  # it is over already, one way or the other
        stripe.call(lambda v1: v1.checkout.sessions.expire, checkout_id, key=f"expire-{row.public_id}")
    return stripe.call(lambda v1: v1.checkout.sessions.retrieve, checkout_id)


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


def look_again(*, person) -> None:
    """Ask Stripe how somebody's subscriptions stand, such as after they came back from its page. Raises StripeDown."""
    for row in Subscription.objects.filter(person=person).exclude(state__in=[State.CANCELED, State.UNPAID]):
        name = row.stripe_id
        if not name and row.checkout_id:
            name = stripe.call(lambda v1: v1.checkout.sessions.retrieve, row.checkout_id)["subscription"]
        if name:
            apply(fetch(name), timezone.now())


# --- Steering ---------------------------------------------------------------------------------------------------------
def current(person) -> Subscription | None:
    rows = Subscription.objects.going_on().filter(person=person).select_related("price__plan")
    return rows.first()


def _update(row: Subscription, what: str, params: dict, *, once: bool = False) -> None:
    """Ask for a change, and write down how it stands then. Asking for the same twice changes nothing more, so that each
    is a call of its own: under a key of before Stripe would repeat what it said then. What happens `once` in a period
    has one key, however far apart two presses are."""
    stamp = int(row.period_ends_at.timestamp()) if once and row.period_ends_at else make_public_id()
    key = f"subscription-{row.public_id}-{what}-{stamp}"
    facts = stripe.call(lambda v1: v1.subscriptions.update, row.stripe_id, params=params, key=key)
    apply(facts, timezone.now())


def cancel(*, row: Subscription) -> None:
    """At the end of what is paid for. Until then it can be undone."""
    _update(row, "cancel", {"cancel_at_period_end": True})


def undo_cancel(*, row: Subscription) -> None:
    _update(row, "undo", {"cancel_at_period_end": False})


def pause(*, row: Subscription, months: int, now: datetime | None = None) -> None:
    """Nothing is charged meanwhile. What is paid for is used up first; then it is closed until it goes on. Stripe is
    not told when that is: by itself it would go on for nothing until the next day of payment."""
    now = now or timezone.now()
    if row.state != State.ACTIVE or not 1 <= months <= LONGEST_PAUSE:
        raise SaleRefused("not_now", _("Only a subscription that is paid can be paused, for three months at most."))
    paid_until = row.period_ends_at or now
    resumes = max(paid_until, now) + timedelta(days=30 * months)
    said = {"paid_until": str(int(paid_until.timestamp())), "resumes_at": str(int(resumes.timestamp()))}
    _update(row, f"pause{months}", {"pause_collection": {"behavior": "void"}, "metadata": said})


def go_on(*, row: Subscription, now: datetime | None = None) -> None:
    """Before the pause is over, or when it is. Where what was paid for is used up, a new period begins and is paid."""
    now = now or timezone.now()
    if row.state != State.PAUSED:
        raise SaleRefused("not_now", _("It is not paused."))
    params: dict = {"pause_collection": "", "metadata": {"paid_until": "", "resumes_at": ""}}
    is_used_up = bool(row.period_ends_at and row.period_ends_at <= now)
    if is_used_up:
        params |= {"billing_cycle_anchor": {"type": "now"}, "proration_behavior": "none"}
    what = f"renew{row.resume_tries}" if is_used_up else "resume"  # Stripe repeats a refusal to the same key
    try:
        _update(row, what, params, once=is_used_up)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused as refused:
        _refused_to_go_on(row, refused.code, now)
        raise


def go_on_paused(*, now: datetime | None = None) -> int:
    """Every pause that is over. Each on its own; without an answer of Stripe's it stays closed, and is tried again.
    What Stripe refuses is asked for again after growing waits, and in the end left to the member and an organiser."""
    now = now or timezone.now()
    over = Subscription.objects.filter(
        state=State.PAUSED, resumes_at__lte=now, ends_at_period_end=False, resume_tries__lt=len(WAITS)
    ).exclude(resume_again_at__gt=now)
    resumed = 0
    for row in over.exclude(stripe_id=None):
        try:
            with apart(f"subscription:{row.public_id}"):
                resumed += _goes_on(row, now)
        except (stripe.StripeDown, stripe.KeyRefused):
            return resumed
    return resumed


def _goes_on(row: Subscription, now: datetime) -> bool:
    try:
        go_on(row=row, now=now)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused:
        return False
    return True


@transaction.atomic
def _refused_to_go_on(row: Subscription, code: str, now: datetime) -> None:
    tries = row.resume_tries + 1
    found = Subscription.objects.filter(pk=row.pk, state=State.PAUSED, resume_tries=row.resume_tries)
    again_at = now + WAITS[min(tries, len(WAITS)) - 1]
    if found.update(resume_tries=tries, resume_again_at=again_at) and tries == len(WAITS):
        report(Incident.Kind.NOT_RESUMED, row.stripe_id or "", subscription=row.public_id, code=code, tries=tries)
        key = f"not_resumed:{row.pk}:{row.resumes_at}"
        notify(row.person, "not_resumed", row.pk, reverse("own_subscription"), key)


def _change(row: Subscription, plan: Plan) -> list[dict]:
    if plan.pk == row.price.plan_id or plan.withdrawn_at:
        raise SaleRefused("not_sold", _("Choose another plan that is sold here."))
    if row.stripe_id is None or row.state not in (State.ACTIVE, State.TRIALING):
        words = _("Only a subscription that is paid can be changed. If it is paused, let it go on first.")
        raise SaleRefused("not_now", words)
    item = fetch(row.stripe_id)["items"]["data"][0]["id"]
    return [{"id": item, "price": price_at_stripe(plan.price)}]


def preview_change(*, row: Subscription, plan: Plan, at: int | None = None) -> dict:
    """What changing to this plan costs at the moment `at`, or now: {amount_minor, currency, price, at}. Nothing is
    changed."""
    at = at or int(timezone.now().timestamp())
    details = {"items": _change(row, plan), "proration_behavior": "always_invoice", "proration_date": at}
    params = {"customer": customer_of(row.person), "subscription": row.stripe_id, "subscription_details": details}
    invoice = stripe.call(lambda v1: v1.invoices.create_preview, params=params)
    said = {"amount_minor": invoice["amount_due"], "currency": invoice["currency"].upper()}
    return said | {"price": plan.price.pk, "at": at}


def change_plan(*, row: Subscription, plan: Plan, shown: dict) -> None:
    """To another plan for what a preview has shown, and no more; what is left of the old one is taken into account."""
    again = preview_change(row=row, plan=plan, at=shown["at"])
    if again["price"] != shown["price"] or again["amount_minor"] > shown["amount_minor"]:
        raise SaleRefused("dearer", _("The price has changed, and nothing was charged. See what it costs now."))
    params = {"items": _change(row, plan), "proration_behavior": "always_invoice", "proration_date": shown["at"]}
    _update(row, f"plan{again['price']}", params)


def portal_url(*, person) -> str:
    """Stripe's own pages for cards and invoices."""
    params = {"customer": customer_of(person), "return_url": absolute(reverse("own_subscription"))}
    key = f"portal-{person.pk}-{int(timezone.now().timestamp())}"
    return stripe.call(lambda v1: v1.billing_portal.sessions.create, params=params, key=key)["url"]


def end_at_once(*, person) -> None:
    """Whoever closes their account is charged no more, and can pay on no page that was opened before."""
    for row in _waiting(person):
        _close_page(row, timezone.now())
    ending = Subscription.objects.filter(person=person, state__in=[*Subscription.GOING_ON, State.OPENING])
    for row in ending.exclude(stripe_id=None):
        end_row(row)


def end_row(row: Subscription) -> None:
    """Now, and not at the end of what is paid. Raises StripeDown; then it is tried again."""
    try:
        facts = stripe.call(lambda v1: v1.subscriptions.cancel, row.stripe_id, key=f"end-{row.public_id}")
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused:  # it is over already
        facts = fetch(row.stripe_id or "")
    apply(facts, timezone.now())


def remind_of_charges(*, now: datetime | None = None) -> int:
    """Three days before a trial ends and the first money is taken, once. Answers how many were told."""
    now = now or timezone.now()
    soon = Subscription.objects.filter(
        state=State.TRIALING, ends_at_period_end=False, trial_ends_at__gt=now, trial_ends_at__lte=now + REMINDED
    )
    page, kind = reverse("own_subscription"), "trial_ends"
    return notify_each((row.person, kind, row.pk, page, f"{kind}:{row.pk}") for row in soon.select_related("person"))
