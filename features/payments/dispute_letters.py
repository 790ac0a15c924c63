"""What is said when a buyer's bank wants money back: to the buyer, and to whoever can answer the bank."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from core.templatetags.ui import local, price, words
from features.notifications.kinds import Kind, Letter, kinds
from features.payments.letters import MONEY
from features.payments.models import Dispute


def disputed(notification):
    """To the buyer, as long as it is open."""
    row = _row(notification)
    if row is None or row.closed_at:
        return None
    said = [
        _("Your bank asks us for %(amount)s that you paid for “%(title)s”.") % _facts(row),
        _("If that is a mistake, tell your bank that the payment was yours. We tell it what we know."),
    ]
    if row.payment and row.payment.order.lines.filter(kind="credits").exists():
        said.append(_("Until the bank has decided, the credits you bought by it cannot be spent."))
    else:
        said.append(_("Until the bank has decided, what you bought stays yours."))
    return _letter(_("Your bank asks for %(amount)s back: %(title)s") % _facts(row), said, row)


DECIDED = {
    "won": gettext_lazy("Your bank decided that you paid %(amount)s for “%(title)s” rightly. All is as before."),
    "warning_closed": gettext_lazy("Your bank no longer asks about %(amount)s for “%(title)s”. All is as before."),
    "lost": gettext_lazy("Your bank gave you back %(amount)s that you paid for “%(title)s”."),
}


def dispute_decided(notification):
    row = _row(notification)
    if row is None or row.state not in DECIDED:
        return None
    said = [str(DECIDED[row.state]) % _facts(row)]
    if row.state == "lost" and row.payment is None:
        said.append(_("So your subscription ends at once, and nothing more is charged for it."))
    elif row.state == "lost":
        said.append(_("What was still to come of it ends, and does not go back to you a second time."))
    return _letter(_("Your bank has decided about %(amount)s: %(title)s") % _facts(row), said, row)


def dispute_to_answer(notification):
    """To an organiser, as long as there is something to answer."""
    row = _row(notification)
    if row is None or row.closed_at:
        return None
    said = [
        _("The bank of %(name)s wants %(amount)s back for “%(title)s”.") % (_facts(row) | {"name": row.person.name})
    ]
    if row.answer_by:
        zone = notification.recipient.time_zone or settings.DEFAULT_TIME_ZONE
        until = words(local(row.answer_by, zone), "full")
        said.append(_("Stripe takes what speaks against it until %(until)s.") % {"until": until})
    said.append(_("Answer there, with what shows that it was delivered. Without an answer the money is lost."))
    link = (_("See the money page"), absolute(reverse("manage_money")))
    context = {
        "subject": _("A bank wants %(amount)s back: answer in Stripe") % _facts(row),
        "facts": [row.stripe_id], "paragraphs": said, "link": link, "more": [],
    }  # fmt: skip
    return Letter(template="payments/email/letter", context=context)


def _row(notification) -> Dispute | None:
    return Dispute.objects.with_cause().filter(pk=notification.ref).first()


def _facts(row: Dispute) -> dict:
    return {"amount": price(row.amount_minor, row.paid.currency, exact=True), "title": row.title}


def _letter(subject, said, row):
    if row.payment:
        link = (_("See the order"), absolute(reverse("order", args=[row.payment.order.public_id])))
    else:
        link = (_("See your subscription"), absolute(reverse("own_subscription")))
    context = {"subject": subject, "facts": [], "paragraphs": said, "link": link, "more": []}
    return Letter(template="payments/email/letter", context=context)


def _sentences(pattern):
    def sentences(notifications):
        rows = Dispute.objects.with_cause().in_bulk([int(row.ref) for row in notifications])
        return {row.pk: str(pattern) % _facts(rows[int(row.ref)]) for row in notifications if int(row.ref) in rows}

    return sentences


def register():
    asks = gettext_lazy("Your bank asks for %(amount)s back for “%(title)s”.")
    decided = gettext_lazy("Your bank has decided about %(amount)s for “%(title)s”.")
    answer = gettext_lazy("A bank wants %(amount)s back for “%(title)s”: answer in Stripe.")
    kinds.register("disputed", Kind(letter=disputed, sentences=_sentences(asks), group=MONEY))
    kinds.register("dispute_decided", Kind(letter=dispute_decided, sentences=_sentences(decided), group=MONEY))
    kinds.register("dispute_to_answer", Kind(letter=dispute_to_answer, sentences=_sentences(answer), group=MONEY))
