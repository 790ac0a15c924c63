"""What subscribers are told: that a trial ends, and that a payment failed."""

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import local, price, words
from features.notifications.kinds import Kind, Letter, kinds
from features.payments.letters import MONEY, late_words, way_back
from features.payments.models import Refund, Subscription, SubscriptionRefund

State = Subscription.State
_SEE = gettext_lazy("See your subscription")


def trial_ends(notification):
    row = _row(notification)
    if row is None or row.state != State.TRIALING or row.ends_at_period_end:
        return None
    said = [
        _("Your free days of “%(plan)s” end on %(day)s. On that day %(amount)s are charged for the first time.")
        % {"plan": row.price.plan, "day": _day(row), "amount": _amount(row)},
        _("If you do not want that, end it before: nothing is charged then, and it stays open until that day."),
    ]
    return _letter(_("Your free days end on %(day)s") % {"day": _day(row)}, said, _("Keep it or end it"))


def payment_failed(notification):
    row = _row(notification)
    if row is None or row.state != State.PAST_DUE:
        return None
    said = [
        _("The payment of %(amount)s for “%(plan)s” did not go through.")
        % {"amount": _amount(row), "plan": row.price.plan},
        _("Nothing is closed yet: it is tried again over the next days. With another card it is put right at once."),
    ]
    return _letter(_("A payment did not go through"), said, _("Change the card"))


def surplus(notification):
    """The second of two that were paid at once."""
    row = _row(notification)
    if row is None or not row.is_surplus:
        return None
    said = [
        _("You began “%(plan)s” while you had another subscription. One is enough, so the second one is ended.")
        % {"plan": row.price.plan}
    ]
    refunds = SubscriptionRefund.objects.filter(invoice__subscription=row).exclude(state=Refund.State.FAILED)
    back = refunds.aggregate(n=Sum("amount_minor", default=0))["n"]
    if back:
        amount = price(back, row.price.currency, exact=True)
        said.append(
            _("%(amount)s, all that it cost, go back to the card or account you paid with.") % {"amount": amount}
        )
        said.append(_("That takes five to ten days there. You need not do anything."))
        return _letter(_("%(amount)s go back to you: you paid for two subscriptions") % {"amount": amount}, said, _SEE)
    said.append(_("Nothing was charged for it. Your other one goes on as it was."))
    return _letter(_("Your second subscription is ended"), said, _SEE)


def money_back(notification):
    """Decided by an organiser, in whole or in part."""
    refund = SubscriptionRefund.objects.select_related("invoice__subscription__price__plan").get(pk=notification.ref)
    if refund.state == Refund.State.FAILED:
        return None
    said = [_("The organiser decided this: %(reason)s") % {"reason": refund.reason}] if refund.reason else []
    said.append(way_back(refund))
    if refund.ends_subscription:
        said.append(_("Your subscription is ended with it, and nothing more is charged."))
    elif refund.invoice.subscription.state in Subscription.GOING_ON:
        said.append(_("Your subscription goes on as it was."))
    facts = {"amount": _back(refund), "title": refund.invoice.subscription.price.plan}
    return _letter(_("%(amount)s go back to you: %(title)s") % facts, said, _SEE)


def money_late(notification):
    """Of a subscription: what was announced did not go through."""
    refund = SubscriptionRefund.objects.select_related("invoice__subscription__price__plan").get(pk=notification.ref)
    if refund.state != Refund.State.FAILED:
        return None
    facts = {"amount": _back(refund), "title": refund.invoice.subscription.price.plan}
    return _letter(_("%(amount)s did not go back yet: %(title)s") % facts, late_words(refund), _SEE)


def _back(refund):
    return price(refund.amount_minor, refund.invoice.currency, exact=True)


def _of_refunds(pattern):
    def sentences(notifications):
        rows = SubscriptionRefund.objects.select_related("invoice").in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: str(pattern) % {"amount": _back(rows[int(row.ref)])}
            for row in notifications
            if int(row.ref) in rows
        }

    return sentences


def not_resumed(notification):
    row = _row(notification)
    if row is None or row.state != State.PAUSED or not row.resume_tries:
        return None
    said = [
        _("Your pause of “%(plan)s” is over, but it could not go on: Stripe refused it several times.")
        % {"plan": row.price.plan},
        _("Nothing was charged, and it is not tried again by itself. See whether your card is good, then press Go on."),
    ]
    return _letter(_("Your subscription could not go on"), said, _("Let it go on"))


def _row(notification) -> Subscription | None:
    return Subscription.objects.select_related("price__plan", "person").filter(pk=notification.ref).first()


def _day(row):
    return words(local(row.trial_ends_at, row.person.time_zone), "day")


def _amount(row):
    return price(row.price.amount_minor, row.price.currency, exact=True)


def _letter(subject, said, label):
    link = (label, absolute(reverse("own_subscription")))
    context = {"subject": subject, "facts": [], "paragraphs": said, "link": link, "more": []}
    return Letter(template="payments/email/letter", context=context)


def _sentences(pattern):
    def sentences(notifications):
        rows = Subscription.objects.select_related("price__plan").in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: str(pattern) % {"plan": rows[int(row.ref)].price.plan}
            for row in notifications
            if int(row.ref) in rows
        }

    return sentences


def register():
    ends = gettext_lazy("Your free days of “%(plan)s” end soon.")
    failed = gettext_lazy("A payment for “%(plan)s” did not go through.")
    kinds.register("trial_ends", Kind(letter=trial_ends, sentences=_sentences(ends), group=MONEY))
    kinds.register("payment_failed", Kind(letter=payment_failed, sentences=_sentences(failed), group=MONEY))
    second = gettext_lazy("Your second subscription, “%(plan)s”, is ended; what it cost goes back.")
    kinds.register("surplus", Kind(letter=surplus, sentences=_sentences(second), group=MONEY))
    refused = gettext_lazy("“%(plan)s” could not go on after its pause.")
    kinds.register("not_resumed", Kind(letter=not_resumed, sentences=_sentences(refused), group=MONEY))
    late = _of_refunds(gettext_lazy("%(amount)s could not go back to you yet."))
    kinds.register("subscription_money_late", Kind(letter=money_late, sentences=late, group=MONEY))
    back = _of_refunds(gettext_lazy("%(amount)s go back to you."))
    kinds.register("subscription_money_back", Kind(letter=money_back, sentences=back, group=MONEY))
