"""What subscribers are told: that a trial ends, and that a payment failed."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.seo import absolute
from core.templatetags.ui import local, price, words
from features.notifications.kinds import Kind, Letter, kinds
from features.payments.letters import MONEY
from features.payments.models import Subscription

State = Subscription.State


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
    from django.utils.translation import gettext_lazy

    ends = gettext_lazy("Your free days of “%(plan)s” end soon.")
    failed = gettext_lazy("A payment for “%(plan)s” did not go through.")
    kinds.register("trial_ends", Kind(letter=trial_ends, sentences=_sentences(ends), group=MONEY))
    kinds.register("payment_failed", Kind(letter=payment_failed, sentences=_sentences(failed), group=MONEY))
