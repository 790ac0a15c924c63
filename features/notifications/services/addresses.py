"""Addresses that notifications are not sent to, and why."""

import re
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from allauth.account.models import EmailAddress
from django.utils import timezone

from core.text import one_line
from features.notifications.models import SuppressedAddress

# RFC 3463: what is wrong with the address itself, or with a mailbox that was closed. A full mailbox, a policy or a
# broken server are none of it, though servers say 5xx to them as well.
OF_THE_ADDRESS = re.compile(r"\b5\.(1\.\d{1,3}|2\.1)\b")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
NO_MAILBOX = {550, 551, 553}  # RFC 5321, 4.2.3


def may_write_to(person, *, is_optional: bool) -> bool:
    """Whether a notification may leave. What nobody needs goes only to an address that was proved to be theirs."""
    if not person.is_active or suppression(person):
        return False
    return not is_optional or is_proved(person)


def is_proved(person) -> bool:
    return EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True).exists()


def suppression(person) -> SuppressedAddress | None:
    return SuppressedAddress.objects.filter(pk=person.email.lower()).first()


def suppress(*, address: str, reason: str, answer: str = "", now=None) -> None:
    """Write to this address no more. What is known of it already stays as it is."""
    row = SuppressedAddress(
        address=address.strip().lower(),
        reason=SuppressedAddress.Reason(reason),
        answer=one_line(answer)[:200],
        suppressed_at=now or timezone.now(),
    )
    SuppressedAddress.objects.bulk_create([row], ignore_conflicts=True)


def lift_suppression(*, address: str) -> bool:
    """Write to it again: its owner asked for it. Answers whether it was suppressed."""
    return bool(SuppressedAddress.objects.filter(pk=address.strip().lower()).delete()[0])


def record_refusal(address: str, refusal: SMTPException, *, now=None) -> bool:
    """Suppress an address that its server refused for good; answers whether it was. All else is worth another try."""
    code, said = _answer(refusal)
    if not _is_for_good(code, said, at_recipient=isinstance(refusal, SMTPRecipientsRefused)):
        return False
    suppress(address=address, reason=SuppressedAddress.Reason.BOUNCED, answer=f"{code} {said}", now=now)
    return True


def _answer(refusal) -> tuple[int, str]:
    code: int = 0
    said: bytes | str = ""
    if isinstance(refusal, SMTPRecipientsRefused):
        code, said = next(iter(refusal.recipients.values()))
    elif isinstance(refusal, SMTPResponseException):
        code, said = refusal.smtp_code, refusal.smtp_error
    return code, said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _is_for_good(code: int, said: str, *, at_recipient: bool) -> bool:
    if not 500 <= code <= 599:
        return False
    if ENHANCED.search(said):
        return bool(OF_THE_ADDRESS.search(said))
    # Without the finer code the place tells: a "no" to its name means the mailbox, one to the letter means the letter.
    return at_recipient and code in NO_MAILBOX
