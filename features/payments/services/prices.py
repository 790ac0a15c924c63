"""What can be a price, wherever one is named."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.templatetags.ui import DIGITS, minor, price
from features.payments.smallest import smallest

MOST = 99_999_999  # in the minor unit: Stripe takes eight digits


def lowest_price(currency: str) -> int:
    """One of the currency, as of less Stripe's fee takes all; or the least that Stripe charges."""
    return max(smallest(currency), minor(1, currency))


def why_not_price(typed: Decimal | None, currency: str, *, parts: int = 1) -> str:
    """What is wrong with a price as it was typed, in words; empty where nothing is. Nothing at all is free. Of a price
    that several share each share has to be one."""
    if not typed:
        return ""
    if typed < 0 or typed != round(typed, DIGITS.get(currency, 2)):
        return _("Write a price such as 45 or 45.00.") if DIGITS.get(currency, 2) else _("Write a price such as 4500.")
    least = lowest_price(currency) * parts
    if minor(typed, currency) < least:
        return _("A price is at least %(price)s, or 0 for free.") % {"price": price(least, currency, exact=True)}
    if minor(typed, currency) > MOST:
        return _("A price is at most %(price)s.") % {"price": price(MOST, currency, exact=True)}
    return ""
