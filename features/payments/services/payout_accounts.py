"""Where a seller's money goes: an account of theirs at Stripe, which the site asks for and Stripe looks after."""

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from core.jobs import enqueue
from core.seo import absolute
from features.accounts.access import has_role
from features.accounts.models import Role
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Earning, Incident, PayoutAccount, Transfer
from features.payments.services.incidents import report
from features.payments.services.orders import is_set_up

ACCOUNT = "payout-account:"  # how incidents name one, which Stripe has no name for yet
# Stripe's codes for an account that was closed, or that our key was never let into.
GONE = {"account_invalid", "resource_missing"}

log = logging.getLogger("payments")


def selling_begins(*, person, price_minor: int) -> bool:
    """Somebody has named a price. The first time they are told to say where the money goes; until then it is kept for
    them. False when there is nothing to do."""
    if not price_minor or not is_set_up() or PayoutAccount.objects.filter(person=person, is_submitted=True).exists():
        return False
    notify(person, "payouts_wanted", person.pk, reverse("earnings"), key=f"payouts_wanted:{person.pk}")
    return True


def has_account(person) -> bool:
    """Whether what they earn can go somewhere."""
    return PayoutAccount.objects.filter(person=person, is_ready=True).exists()


def may_be_paid(person) -> bool:
    """Whoever may sell, and whoever has sold: what they earned is theirs, whatever became of their role."""
    return has_role(person, Role.EXPERT) or Earning.objects.filter(seller=person).exists()


def onboarding_url(*, person, country: str = "", now: datetime | None = None) -> str:
    """Stripe's pages where they say who they are and where their bank is; a new way there each time, because one is
    good for once. Raises StripeDown and StripeRefused."""
    row = _row(person, country, now or timezone.now())
    try:
        return _link(row)
    except stripe.StripeRefused as refused:
        if refused.code not in GONE:
            _refused(row, refused)
            raise
    _forget(row, now or timezone.now())  # it was closed: they begin anew
    return _link(row)


def _refused(row: PayoutAccount, refused: stripe.StripeRefused) -> None:
    """An organiser is to see to it. For a day Stripe answers the same call as it did, whatever was put right
    meanwhile, so the next press is another one."""
    if isinstance(refused, stripe.KeyRefused):  # which concerns all, and is said by itself
        return
    PayoutAccount.objects.filter(pk=row.pk, stripe_id=None).update(public_id=_another_name())
    report(Incident.Kind.NO_ACCOUNT, f"{ACCOUNT}{row.pk}", code=refused.code, country=row.country)


def _another_name() -> str:
    return PayoutAccount._meta.get_field("public_id").get_default()


def _link(row: PayoutAccount) -> str:
    if row.stripe_id is None:
        made = stripe.call(lambda v1: v1.accounts.create, params=_account(row), key=f"account-{row.public_id}")
        PayoutAccount.objects.filter(pk=row.pk).update(stripe_id=made["id"])
        row.stripe_id = made["id"]
    page = absolute(reverse("earnings"))
    params = {
        "account": row.stripe_id,
        "type": "account_onboarding",
        "refresh_url": f"{page}?back=again",
        "return_url": f"{page}?back=done",
    }
    key = f"account-link-{row.public_id}-{row.links}"
    return stripe.call(lambda v1: v1.account_links.create, params=params, key=key)["url"]


def _forget(row: PayoutAccount, now: datetime) -> None:
    """Another account is another call. What was sent to the one before stays known by its transfers."""
    _is_gone(row, now)
    row.stripe_id, row.links = None, row.links + 1
    row.public_id = _another_name()
    row.save(update_fields=["stripe_id", "public_id", "links"])


def dashboard_url(*, account: PayoutAccount) -> str:
    """Stripe's own pages about their payouts. Raises StripeDown and StripeRefused."""
    PayoutAccount.objects.filter(pk=account.pk).update(links=F("links") + 1)
    account.refresh_from_db()
    key = f"login-link-{account.public_id}-{account.links}"
    try:
        return stripe.call(lambda v1: v1.accounts.login_links.create, account.stripe_id, key=key)["url"]
    except stripe.StripeRefused:
        look_at_account(account=account)  # so that the page says what has become of it
        raise


@transaction.atomic
def _row(person, country, now) -> PayoutAccount:
    row, _new = PayoutAccount.objects.select_for_update().get_or_create(
        person=person, defaults={"country": country, "opened_at": now}
    )
    if row.stripe_id is None and country not in ("", row.country):
        row.country = country
        row.public_id = _another_name()  # another country is another call
    row.links += 1
    row.save()
    return row


def _account(row: PayoutAccount) -> dict:
    """The site charges, pays Stripe's fees and stands for losses; Stripe asks the questions and shows its own pages."""
    return {
        "country": row.country,
        "email": row.person.email,
        "capabilities": {"transfers": {"requested": True}},
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
        },
        "metadata": {"account": row.public_id},
    }


# --- What Stripe says -------------------------------------------------------------------------------------------------
def fetch_account(stripe_id: str, account: str = "") -> dict:
    return stripe.call(lambda v1: v1.accounts.retrieve, stripe_id)


def look_at_account(*, account: PayoutAccount, now: datetime | None = None) -> None:
    """Ask Stripe how it stands. Raises StripeDown and StripeRefused; nothing is sent to one that is closed."""
    try:
        facts = fetch_account(str(account.stripe_id))
    except stripe.StripeRefused as refused:
        if refused.code in GONE:
            _is_gone(account, now or timezone.now())
        raise
    apply_account(facts, now or timezone.now())


@transaction.atomic
def _is_gone(row: PayoutAccount, now: datetime) -> None:
    """Closed, or of another key than ours. Its name is kept, because with the right key it may be there again."""
    standing = PayoutAccount.objects.filter(pk=row.pk, stripe_id=row.stripe_id)
    was_known = standing.filter(Q(is_ready=True) | Q(is_submitted=True) | Q(is_paid_out=True)).update(
        is_ready=False, is_submitted=False, is_paid_out=False, wanted=0, wanted_by=None, checked_at=now
    )
    if was_known:
        row.refresh_from_db()
        notify(row.person, "payouts_wanted", row.person_id, reverse("earnings"), key=f"payouts_gone:{row.stripe_id}")


@transaction.atomic
def apply_account(facts: dict, now: datetime) -> None:
    name = (facts.get("metadata") or {}).get("account", "")
    row = PayoutAccount.objects.select_for_update(of=("self",)).select_related("person").filter(public_id=name).first()
    if row is None:
        return
    asked: dict[str, Any] = facts.get("requirements") or {}
    was_ready = row.is_ready
    row.stripe_id = facts["id"]
    row.is_submitted = bool(facts.get("details_submitted"))
    row.is_ready = (facts.get("capabilities") or {}).get("transfers") == "active"
    row.is_paid_out = bool(facts.get("payouts_enabled"))
    row.wanted = len(asked.get("currently_due") or [])
    deadline = asked.get("current_deadline")
    row.wanted_by = datetime.fromtimestamp(deadline, UTC) if deadline else None
    row.checked_at = now
    row.save()
    if row.is_ready and not was_ready:
        enqueue(
            "features.payments.tasks.pay_waiting", row.person_id, key=f"pay_waiting:{row.pk}:{int(now.timestamp())}"
        )
    if row.is_submitted and row.wanted and (row.wanted_by or not row.is_ready):
        key = f"payouts_wanted:{row.person_id}:{deadline or 0}"
        notify(row.person, "payouts_wanted", row.person_id, reverse("earnings"), key=key)


def moving_accounts():
    """Accounts that wait for Stripe or have money that is not in a bank yet: news of them may have been lost."""
    moving = Transfer.objects.filter(state=Transfer.State.DONE, payout=None).values("account")
    return PayoutAccount.objects.exclude(stripe_id=None).filter(Q(is_paid_out=False) | Q(pk__in=moving))


def has_account_changed(row: PayoutAccount, now: datetime) -> bool:
    """Looked at again, where Stripe knows it. Raises StripeDown and KeyRefused."""
    before = row.is_submitted, row.is_ready, row.is_paid_out, row.wanted
    try:
        look_at_account(account=row, now=now)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused as refused:  # closed, perhaps, which was noted then
        log.warning("account_not_there", extra={"account": row.stripe_id, "code": refused.code})
        return False
    row.refresh_from_db()
    return before != (row.is_submitted, row.is_ready, row.is_paid_out, row.wanted)
