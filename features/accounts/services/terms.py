"""Versions of the terms, and consent to them."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import render_markdown
from features.accounts.models import Consent, Terms, User, site_day
from features.accounts.services.audit import audit


class TermsRefused(Exception):
    """`code` for programs, the message with its next step for people; `field` is what it is about."""

    def __init__(self, code: str, message: str, field: str | None = None):
        super().__init__(message)
        self.code, self.field = code, field


@transaction.atomic
def publish_terms(
    *, by: User, kind: str, after: int, text: str, in_force_on: date, changes: str = "", now: datetime | None = None
) -> Terms:
    """The next version, where `after` is the number of the one it was written from (0: there was none).

    Everybody who agreed to an older one is asked again from its day on. Raises TermsRefused.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        # Whoever publishes the same text at the same time queues here, and is then told of the other version.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"terms:{kind}"])
    known = Terms.objects.filter(kind=kind).aggregate(version=Max("version"), day=Max("in_force_on"))
    if (known["version"] or 0) != after:
        raise TermsRefused("changed", _("Another version was published meanwhile. Read it first, then publish yours."))
    if after and not changes.strip():
        raise TermsRefused("changes", _("Say what changed: everybody who is asked again reads it."), "changes")
    if in_force_on < site_day(now):
        raise TermsRefused("past", _("Nobody could have agreed by then. Choose today or a later day."), "in_force_on")
    if known["day"] and in_force_on < known["day"]:
        raise TermsRefused(
            "before", _("The version before comes into force later than this. Choose its day or a later one."),
            "in_force_on",
        )  # fmt: skip
    terms = Terms.objects.create(
        kind=kind, version=after + 1, text=text, html=render_markdown(text), changes=changes.strip(),
        in_force_on=in_force_on, written_at=now, written_by=by,
    )  # fmt: skip
    audit(by, "terms.published", f"terms:{terms.pk}", [kind, f"version:{terms.version}"])
    return terms


def terms_in_force(now: datetime | None = None) -> list[Terms]:
    """Without their texts; the terms of use come first."""
    return list(Terms.objects.in_force(site_day(now)).defer("text", "html").order_by("-kind"))


def owed_terms(person: User, now: datetime | None = None) -> list[Terms]:
    return list(Terms.objects.owed_by(person.pk, site_day(now)).defer("text", "html").order_by("-kind"))


def agree(*, person: User, terms: Iterable[Terms], how: str, now: datetime | None = None) -> None:
    """Write down that they agreed. Twice is once, and the first time stays."""
    now = now or timezone.now()
    rows = [Consent(person=person, terms=version, agreed_at=now, how=how) for version in terms]
    Consent.objects.bulk_create(rows, ignore_conflicts=True)
