"""System checks: a half-configured production does not start, and says in one sentence what is missing.

They look at settings only, so that every command and every server process can run them first.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Stripe wants 00 behind whole units of the first two, and a 0 as the last of three digits of the others. A share, such
# as half of a price, would be refused or charged as a hundredth.
ROUNDED = {"ISK", "UGX", "BHD", "JOD", "KWD", "OMR", "TND"}
PLACEHOLDER = ("...", "…", "xxx", "changeme", "change-me", "your", "placeholder", "<")


@register(Tags.security)
def configuration(app_configs=None, **kwargs) -> list[Error]:
    return [Error(text, id=f"masteryhub.{name}") for name, text in problems()]


def refuse_half_configured() -> None:
    """For servers, which do not run Django's checks by themselves. Tests run half-configured on purpose."""
    if settings.TESTING and not settings.IS_HTTPS:
        return
    found = [text for _, text in problems()]
    if found:
        raise ImproperlyConfigured(" ".join(found))


def problems():
    site = urlsplit(settings.SITE_URL)
    is_local = site.hostname in LOOPBACK
    is_demo = settings.DEMO and settings.IS_LOOPBACK
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # what Django says when it is empty
        key = ""
    if len(key) < 50 or len(set(key)) < 10 or key.startswith("django-insecure"):
        yield "E001", "SECRET_KEY is missing or weak: set one of 50 or more random characters."
    if site.scheme not in ("http", "https") or not site.hostname:
        yield "E002", "SITE_URL is missing: set the address people type, such as https://learn.example.org."
    elif site.scheme == "http" and not is_local:
        yield "E003", "SITE_URL is not encrypted: cookies and passwords need https:// everywhere but on localhost."
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield "E004", "ALLOWED_HOSTS is empty or allows everything: name the hosts that the site answers to."
    if not settings.EMAIL_URL and not is_demo:
        yield "E005", "EMAIL_URL is missing: without a mail server nobody gets a code, a letter or a reminder."
    elif settings.EMAIL_URL and not _is_mail_server(settings.EMAIL_URL):
        yield "E006", "EMAIL_URL is not understood: write smtp+tls://user:password@host:587, smtps:// or smtp://."
    if settings.DEMO and not settings.IS_LOOPBACK:
        yield "E007", "DEMO=1 on a HOST that others can reach: the demo accounts have a public password."
    if settings.TESTING and settings.IS_HTTPS:
        yield "E011", "TESTING=1 makes passwords cheap to guess: leave it out."
    yield from _stripe()


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("smtp", "smtps", "smtp+tls") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _stripe():
    secret, webhook = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    if secret and (not secret.startswith(("sk_", "rk_")) or _is_placeholder(secret)):
        yield "E008", "STRIPE_SECRET_KEY is no key of Stripe's: it begins with sk_ or rk_."
    if bool(secret) != bool(webhook):
        missing = "STRIPE_WEBHOOK_SECRET" if secret else "STRIPE_SECRET_KEY"
        yield "E009", f"{missing} is missing: Stripe needs both its key and its webhook's secret, or neither."
    elif any(not one.strip().startswith("whsec_") or _is_placeholder(one) for one in webhook.split(",") if webhook):
        yield "E010", "STRIPE_WEBHOOK_SECRET is no secret of a webhook: it begins with whsec_."
    if secret and settings.CURRENCY in ROUNDED:
        yield "E012", f"CURRENCY={settings.CURRENCY} cannot be sold in: Stripe takes round amounts of it only."


def _is_placeholder(value: str) -> bool:
    return any(mark in value.lower() for mark in PLACEHOLDER)
