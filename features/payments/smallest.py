"""The least that Stripe charges, by currency and in its minor unit (docs.stripe.com/currencies#minimum-and-maximum-
charge-amounts). A rest below it cannot be paid."""

from core.templatetags.ui import minor

LEAST = {
    "AED": 200, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30, "HKD": 400,
    "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200, "RON": 200,
    "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


def smallest(currency: str) -> int:
    """Of a currency that is not in the list, one of it."""
    return LEAST.get(currency, minor(1, currency))
