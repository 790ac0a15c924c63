"""Letters about the account itself: what they say, and their way from a request to the worker.

They are not notifications: they go to an address, not to a person, and nobody can switch them off.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core import jobs, mail
from features.accounts.models import AccountLetter, Role

# What a letter may know. Everything else that allauth passes along stays in the request.
DETAILS = (
    "code",
    "next",
    "page",
    "why",
    "from_email",
    "to_email",
    "deleted_email",
    "ip",
    "user_agent",
    "provider",
    "role",
    "handle",
    "into",
    "taken",
)
# Codes live for minutes; a letter that the mail server kept waiting for longer would only mislead.
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Letter:
    subject: str
    lines: list[str]
    code: str = ""
    action_label: str = ""
    action_path: str = ""
    after: list[str] = field(default_factory=list)


def write(kind: str, address: str, details: dict) -> None:
    """Put a letter into the outbox, in the transaction that is open or in one of its own."""
    if kind not in LETTERS:
        raise ValueError(f"there is no account letter {kind!r}")
    kept = {name: str(details[name]) for name in DETAILS if details.get(name)}
    with transaction.atomic():
        letter = AccountLetter.objects.create(kind=kind, address=address, details=kept)
        jobs.enqueue("features.accounts.tasks.send_account_letter", letter.pk)


def send(letter_id: int) -> None:
    """Send a letter and forget it. A second run finds nothing to do."""
    row = AccountLetter.objects.filter(pk=letter_id).first()
    if row is None:
        return
    too_late = "code" in row.details and timezone.now() - row.written_at > LONGEST_WAIT
    if not too_late:
        letter = LETTERS[row.kind](row.details)
        context = {
            "subject": letter.subject,
            "letter": letter,
            "action_label": letter.action_label,
            "action_url": settings.SITE_URL + letter.action_path if letter.action_path else "",
        }
        mail.send(row.address, "accounts/email/letter", context, message_id=f"account-letter-{row.pk}")
    row.delete()


def forget_unsent() -> None:
    """Letters that nobody could send within days: the outbox has given up on them, and they hold addresses."""
    AccountLetter.objects.filter(written_at__lt=timezone.now() - timedelta(days=3)).delete()


def _with_next(url_name: str, details: dict) -> str:
    path = reverse(url_name)
    return f"{path}?{urlencode({'next': details['next']})}" if details.get("next") else path


# --- What the letters say ---------------------------------------------------------------------------------------------
def _sign_up_code(details):
    return Letter(
        _("{code} is your code to join {site}").format(code=details["code"], site=settings.SITE_NAME),
        [_("Enter this code on the page where you signed up:")],
        code=details["code"],
        after=[
            _("It works for 15 minutes. If you did not sign up, ignore this letter: without the code nothing happens.")
        ],
    )


def _new_address_code(details):
    return Letter(
        _("{code} confirms your e-mail address").format(code=details["code"]),
        [_("Enter this code on the page that asks for it:")],
        code=details["code"],
        after=[_("It works for 15 minutes. If you did not ask for it, ignore this letter.")],
    )


def _reauthentication_code(details):
    return Letter(
        _("{code} is your code to go on").format(code=details["code"]),
        [_("You are about to do something that guards your account. Enter this code on the page that asks for it:")],
        code=details["code"],
        after=[_("If it was not you, log out all browsers on the page about your account, or write to us.")],
    )


def _login_code(details):
    return Letter(
        _("{code} is your code to log in").format(code=details["code"]),
        [_("Enter this code on the page where you asked for it:")],
        code=details["code"],
        after=[
            _("It works once, for 3 minutes. Nobody from {site} will ever ask you for it.").format(
                site=settings.SITE_NAME
            ),
            _("If you did not ask for it, ignore this letter: without the code nobody gets in."),
        ],
    )


def _password_code(details):
    return Letter(
        _("{code} is your code for a new password").format(code=details["code"]),
        [_("Enter this code on the page where you asked for it, then choose a new password:")],
        code=details["code"],
        after=[
            _("It works for 3 minutes. If you did not ask for it, ignore this letter: your password stays as it is.")
        ],
    )


def _unknown_account(details):
    return Letter(
        _("There is no account with this address"),
        [
            _("Somebody, probably you, tried to log in to {site} with this address. No account uses it.").format(
                site=settings.SITE_NAME
            ),
            _("Perhaps you signed up with another address. If not, joining takes a name and this address."),
        ],
        action_label=_("Join {site}").format(site=settings.SITE_NAME),
        action_path=_with_next("account_signup", details),
        after=[_("If it was not you, ignore this letter.")],
    )


def _account_suspended(details):
    return Letter(
        _("Your account is suspended"),
        [_("Somebody, probably you, asked to be let in."), details.get("why", "")],
        action_label=_("See why, and object"),
        action_path=details.get("page", ""),
    )


def _account_already_exists(details):
    return Letter(
        _("You already have an account"),
        [
            _("Somebody, probably you, tried to sign up at {site} with this address. It has an account.").format(
                site=settings.SITE_NAME
            ),
            _("No code comes to the page you have open. Log in here instead; you need no password for it."),
        ],
        action_label=_("Log in with a mailed code"),
        action_path=_with_next("account_request_login_code", details),
        after=[_("If it was not you, ignore this letter: nothing has changed.")],
    )


def _account_closed(details):
    return Letter(
        _("Your account is closed"),
        [
            _("Nobody sees you at {site} any more, and nobody can log in.").format(site=settings.SITE_NAME),
            _("Within 14 days you can have it back. After that all that is known about you is erased for good."),
        ],
        action_label=_("Have it back"),
        action_path=details.get("page", ""),
        after=[_("If it was not you, have it back now and set a new password.")],
    )


def _account_merged(details):
    names = {"handle": details.get("handle", "?"), "into": details.get("into", "?"), "site": settings.SITE_NAME}
    here = (
        _("This address is one of that account now, so you can log in with it as well.")
        if details.get("taken")
        else _("This address belongs to no account any more.")
    )
    return Letter(
        _("@{handle} and @{into} are one account now").format(**names),
        [
            _("Whoever runs {site} took both for accounts of one person, and made them one: @{into}.").format(**names),
            _("The reason: “{reason}”").format(reason=details.get("why", "")),
            _("What you did and wrote as @{handle} is there now, and links to it lead there. ").format(**names) + here,
        ],
        after=[
            _("If @{into} is not you, write to whoever runs the site at once: they see what moved.").format(**names)
        ],
    )


def _role_ended(details):
    return Letter(
        _("Your role has ended: {role}").format(role=Role(details.get("role", Role.MODERATOR)).label),
        [_("You have not logged in for a year, and this role sees what others do not. Your account stays as it is.")],
        after=[_("If you want it back, ask whoever runs the site.")],
    )


def _export_ready(details):
    return Letter(
        _("Your data is ready"),
        [_("The archive that you asked for can be fetched for 48 hours, by you alone: log in to get it.")],
        action_label=_("Get my data"),
        action_path=reverse("own_data"),
        after=[_("If it was not you who asked, set a new password now; that logs everybody else out.")],
    )


def _bulk_export_ready(details):
    return Letter(
        _("Your export is ready"),
        [_("It can be fetched for 48 hours, by you alone: log in to get it.")],
        action_label=_("Get the export"),
        action_path=reverse("manage_exports"),
        after=[_("If it was not you who asked, set a new password now; that logs everybody else out.")],
    )


def _change(fact: Callable[[dict], str]) -> Callable[[dict], Letter]:
    """A letter that says what was changed, from where, and what to do if it was somebody else."""

    def letter(details):
        where = _("It was done from {ip} with {browser}.").format(
            ip=details.get("ip", "?"), browser=details.get("user_agent", "?")
        )
        return Letter(
            fact(details),
            [fact(details) + ".", where],
            after=[_("If it was not you, set a new password now; that logs everybody else out.")],
            action_label=_("Look at your account"),
            action_path=reverse("account"),
        )

    return letter


LETTERS: dict[str, Callable[[dict], Letter]] = {
    "email_confirmation_signup": _sign_up_code,
    "email_confirmation": _new_address_code,
    "login_code": _login_code,
    "reauthentication_code": _reauthentication_code,
    "password_reset_code": _password_code,
    "unknown_account": _unknown_account,
    "account_already_exists": _account_already_exists,
    "account_suspended": _account_suspended,
    "account_closed": _account_closed,
    "account_merged": _account_merged,
    "role_ended": _role_ended,
    "export_ready": _export_ready,
    "bulk_export_ready": _bulk_export_ready,
    "email_changed": _change(lambda d: _("Your e-mail address is now {new}").format(new=d.get("to_email", "?"))),
    "email_deleted": _change(lambda d: _("An e-mail address was removed from your account")),
    "email_confirm": _change(lambda d: _("An e-mail address of your account was confirmed")),
    "password_changed": _change(lambda d: _("Your password was changed")),
    "password_reset": _change(lambda d: _("Your password was set anew")),
    "password_set": _change(lambda d: _("Your account has a password now")),
    "totp_activated": _change(lambda d: _("An authenticator app was added to your account")),
    "totp_deactivated": _change(lambda d: _("The authenticator app was removed from your account")),
    "webauthn_added": _change(lambda d: _("A passkey was added to your account")),
    "webauthn_removed": _change(lambda d: _("A passkey was removed from your account")),
    "recovery_codes_generated": _change(lambda d: _("New recovery codes were made for your account")),
    "account_connected": _change(lambda d: _("A log-in from another site was connected to your account")),
    "account_disconnected": _change(lambda d: _("A log-in from another site was disconnected from your account")),
}
