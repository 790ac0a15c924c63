"""Letters about money, and what the inbox says. Each is built when it is sent, from rows as they are then."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import local, price, words
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.payments import services
from features.payments.models import Order, Refund
from features.payments.policies import policy_words

MONEY = Group(
    key="money",
    label=gettext_lazy("Payments and refunds"),
    why=gettext_lazy("Receipts and news of your money cannot be switched off."),
)
TEMPLATE = "payments/email/letter"


def order_paid(notification):
    order = Order.objects.prefetch_related("lines").select_related("buyer").get(pk=notification.ref)
    if not order.settled_at:
        return None
    lines = list(order.lines.all())
    facts = [f"{line.title}: {price(line.total_minor, line.currency, exact=True)}" for line in lines]
    said = [_("Thank you. We received your payment.")]
    said += [each for line in lines for each in policy_words(line.policy)]
    for _line, right in services.rights_in(order, timezone.now()):
        if right.is_whole:
            until = words(local(right.until, order.buyer.time_zone or settings.DEFAULT_TIME_ZONE), "full")
            said.append(_("Whatever was agreed, you can have all of it back until %(until)s.") % {"until": until})
    subject = _("Receipt: %(title)s, %(amount)s") % {"title": lines[0].title, "amount": _total(order)}
    return _letter(subject, facts, said, order)


WHY = {
    Refund.Source.LATE: gettext_lazy(
        "When your payment came, what it was for could not be had any more. So all of it goes back."
    ),
    Refund.Source.TWICE: gettext_lazy("This was paid twice, so the second payment goes back."),
    Refund.Source.AMOUNT: gettext_lazy("Another amount was paid than the order says, so it goes back."),
    Refund.Source.HOST_CANCELLED: gettext_lazy("It was called off, so you get everything back that you paid."),
    Refund.Source.EXPERT_ABSENT: gettext_lazy("The expert did not come, so you get everything back that you paid."),
    Refund.Source.SHARED: gettext_lazy("More people share the price than it needed, so each pays less."),
    Refund.Source.RESOLD: gettext_lazy("Somebody else took the place you gave back, so you get your money after all."),
}


def money_back(notification):
    refund = Refund.objects.select_related("payment__order").get(pk=notification.ref)
    if refund.state == Refund.State.FAILED:
        return None
    order = refund.payment.order
    amount = price(refund.amount_minor, order.currency, exact=True)
    said = [str(WHY[refund.source])] if refund.source in WHY else []
    if refund.reason:
        said.append(_("The organiser decided this: %(reason)s") % {"reason": refund.reason})
    said.append(way_back(refund))
    subject = _("%(amount)s go back to you: %(title)s") % {"amount": amount, "title": order.lines.first().title}
    return _letter(subject, [], said, order)


def way_back(refund) -> str:
    """How it comes to them, and when."""
    if any(dispute.is_with_the_bank for dispute in refund.paid.disputes.all()):
        return _("Your bank asks for this money as well. Once it has decided, you get what it does not give you.")
    return _("It goes to the card or account you paid with, and takes five to ten days there.")


def money_late(notification):
    """What was announced did not go through."""
    refund = Refund.objects.select_related("payment__order").get(pk=notification.ref)
    if refund.state != Refund.State.FAILED:
        return None
    order = refund.payment.order
    amount = price(refund.amount_minor, order.currency, exact=True)
    subject = _("%(amount)s did not go back yet: %(title)s") % {"amount": amount, "title": order.lines.first().title}
    return _letter(subject, [], late_words(refund), order)


def late_words(refund) -> list[str]:
    if refund.stripe_id:
        return [
            _("Your bank did not take the money that was on its way back to you."),
            _("The organiser knows, and asks you where else it can go."),
        ]
    return [
        _("Money that goes back to you could not be sent yet."),
        _("It is tried again every day, and the organiser knows. You need not do anything."),
    ]


def _letter(subject, facts, said, order):
    link = (_("See the order"), absolute(reverse("order", args=[order.public_id])))
    return Letter(
        template=TEMPLATE, context={"subject": subject, "facts": facts, "paragraphs": said, "link": link, "more": []}
    )


def _total(order):
    return price(order.total_minor, order.currency, exact=True)


def paid_sentences(notifications):
    orders = Order.objects.prefetch_related("lines").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: _("You paid %(amount)s for “%(title)s”.")
        % {"amount": _total(order), "title": order.lines.all()[0].title}
        for row in notifications
        if (order := orders.get(int(row.ref)))
    }


def back_sentences(notifications):
    refunds = Refund.objects.select_related("payment").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: _("%(amount)s go back to you.")
        % {"amount": price(refund.amount_minor, refund.payment.currency, exact=True)}
        for row in notifications
        if (refund := refunds.get(int(row.ref)))
    }


def late_sentences(notifications):
    refunds = Refund.objects.select_related("payment").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: _("%(amount)s could not go back to you yet.")
        % {"amount": price(refund.amount_minor, refund.payment.currency, exact=True)}
        for row in notifications
        if (refund := refunds.get(int(row.ref)))
    }


def register():
    kinds.register("order_paid", Kind(letter=order_paid, sentences=paid_sentences, group=MONEY))
    kinds.register("money_back", Kind(letter=money_back, sentences=back_sentences, group=MONEY))
    kinds.register("money_late", Kind(letter=money_late, sentences=late_sentences, group=MONEY))
