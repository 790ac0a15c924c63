"""What an organiser should know first about payments: are they on, does the key work, do events come in."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.seo import absolute
from features.accounts.health import Finding
from features.payments import services
from features.payments.models import Incident
from features.payments.services.standing import ANSWERED, CALLED, FETCHED, REFUSED, stripe_standing
from features.payments.stripe_client import is_test_mode

LATE = timedelta(minutes=15)


def finding(now: datetime) -> Finding:
    if not services.is_set_up():
        off = _("Off: everything here is free. STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET switch them on.")
        return Finding(_("Payments"), True, off)
    wrong = trouble(now) or _incidents()
    return Finding(_("Payments"), not wrong, wrong or _what_is_on(now), reverse("manage_money"))


def trouble(now: datetime) -> str:
    """What is wrong between Stripe and us, and what to do; empty when nothing is known to be."""
    stood = stripe_standing()
    answered, refused, called = stood.get(ANSWERED), stood.get(REFUSED), stood.get(CALLED)
    if refused and (not answered or refused > answered):
        return _(
            "Stripe refuses the key in STRIPE_SECRET_KEY: nothing can be bought or paid back. "
            "Put in one that holds, and start the site anew."
        )
    if answered and now - answered > LATE:
        return _("Stripe has not answered for {time}.").format(time=timesince(answered, now))
    fetched = stood.get(FETCHED)  # each would have come by itself soon after, or before
    if fetched and now - fetched > LATE and (called is None or fetched - called > LATE):
        words = _(
            "Events of Stripe's have to be fetched, they do not come by themselves. See whether an endpoint there "
            "leads to {url}, and whether STRIPE_WEBHOOK_SECRET is its secret."
        )
        return words.format(url=_endpoint())
    return ""


def _incidents() -> str:
    count = Incident.objects.filter(resolved_at=None).count()
    if not count:
        return ""
    words = ngettext(
        "{n} thing is to be looked at, under Money.", "{n} things are to be looked at, under Money.", count
    )
    return words.format(n=count)


def _what_is_on(now) -> str:
    mode = _("Test mode: no money moves.") if is_test_mode() else _("On: money moves.")
    called = stripe_standing().get(CALLED)
    if called:
        return f"{mode} " + _("The last event of Stripe's came {time} ago.").format(time=timesince(called, now))
    return f"{mode} " + _("No event of Stripe's has come in yet; they are sent to {url}.").format(url=_endpoint())


def _endpoint() -> str:
    return absolute(reverse("stripe_webhook"))
