"""What is said to whoever has one account now instead of two. The address of the other one gets a letter from accounts:
there is nobody any more whom a notice could be for."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.seo import absolute
from features.moderation.letters import GROUP, TEMPLATE
from features.moderation.models import AccountMerge
from features.notifications.kinds import Kind, Letter, kinds
from features.notifications.services import notify

KIND = "account_merged"


def tell(merge: AccountMerge) -> None:
    notify(merge.staying, KIND, merge.pk, reverse("account"))


def _said(merge) -> str:
    return _("Your account @%(handle)s is part of this one now.") % {"handle": merge.handle}


def _letter(merge) -> Letter:
    n = {"n": merge.moved}
    said = [
        _("Whoever runs the site took both for accounts of one person, and made them one."),
        _("The reason: “%(reason)s”") % {"reason": merge.reason},
        ngettext("%(n)d row moved.", "%(n)d rows moved.", merge.moved) % n,
        _("What both had is as it was here. Log in as before; links to the other account lead to this one."),
        _("If the other account was not yours, write to whoever runs the site at once, and name merge %(number)s.")
        % {"number": merge.pk},
    ]
    link = (_("Go to your account"), absolute(reverse("account")))
    return Letter(template=TEMPLATE, context={"subject": _said(merge), "paragraphs": said, "link": link})


def register():
    kinds.register(KIND, Kind(letter=_of_notice, sentences=_sentences, group=GROUP))


def _of_notice(notification):
    row = AccountMerge.objects.filter(pk=notification.ref).first()
    return _letter(row) if row else None


def _sentences(notifications):
    rows = AccountMerge.objects.in_bulk([int(row.ref) for row in notifications])
    return {row.pk: _said(rows[int(row.ref)]) for row in notifications if int(row.ref) in rows}
