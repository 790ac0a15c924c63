"""What experts are told about their account for payouts."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.seo import absolute
from features.notifications.kinds import Kind, Letter, kinds
from features.payments.letters import MONEY, TEMPLATE
from features.payments.models import PayoutAccount


def payouts_wanted(notification):
    row = PayoutAccount.objects.filter(person=notification.ref).first()
    if row and row.is_ready and not row.wanted:
        return None
    if row and row.is_submitted:
        subject = _("Stripe asks for something before it pays you")
        said = [_("Stripe needs more of you to go on paying you. What it is, it says on its own pages.")]
    else:
        subject = _("Say where your earnings go")
        said = [
            _("You have named a price. So that what people pay can reach you, Stripe needs to know you and your bank."),
            _("It takes about five minutes, on Stripe's own pages. Until then your earnings are kept for you here."),
        ]
    link = (_("To your earnings"), absolute(reverse("earnings")))
    context = {"subject": subject, "facts": [], "paragraphs": said, "link": link, "more": []}
    return Letter(template=TEMPLATE, context=context)


def sentences(notifications):
    return {row.pk: _("Say where your earnings go: Stripe waits for an answer of yours.") for row in notifications}


def register():
    kinds.register("payouts_wanted", Kind(letter=payouts_wanted, sentences=sentences, group=MONEY))
