"""What allauth tells us: written to the security log with ids only, and to the audit log in the same transaction."""

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core import logs
from features.accounts import access, services


@receiver(account.user_signed_up)
def signed_up(request, user, **kwargs):
    # Whoever proves the address in this very session is the one who chose the password.
    request.session["signed_up"] = user.pk
    logs.security.info("signed_up", extra={"person": user.pk})


@receiver(account.email_confirmed)
def address_proved(request, email_address, **kwargs):
    """Somebody may have signed up with an address that is not theirs, and wait with a password for its owner."""
    person = email_address.user
    if request:  # by a mailed code, as this site proves addresses
        record_authentication(request, person, method="code", email=email_address.email)
    if person.last_login is None and request.session.get("signed_up") != person.pk:
        services.forget_claims(person)


@receiver(account.user_logged_in)
def logged_in(request, user, **kwargs):
    services.forget_reason(request)
    logs.security.info("login", extra={"person": user.pk})


@receiver(account.user_logged_out)
def logged_out(user, **kwargs):
    if user:
        logs.security.info("logout", extra={"person": user.pk})


@receiver([account.login_code_rejected, account.password_reset_code_rejected, account.email_verification_code_rejected])
def code_rejected(sender, user, **kwargs):
    logs.security.warning("code_rejected", extra={"person": user.pk, "step": sender.__name__})


@receiver(mfa.authentication_failed)
def second_factor_rejected(user, **kwargs):
    logs.security.warning("second_factor_rejected", extra={"person": user.pk})


@receiver(account.email_changed)
def address_changed(user, from_email_address, **kwargs):
    # allauth also says so when the first address is confirmed; nothing changed then.
    if from_email_address:
        services.audit(user, "email.changed", f"person:{user.pk}", ["email"])


@receiver(post_save, sender=Authenticator)
def factor_added(instance, created, **kwargs):
    if created and _is_an_act(instance):
        services.audit(_actor(instance), "mfa.added", f"person:{instance.user_id}", [instance.type])


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance, **kwargs):
    # Recovery codes go with the last factor, or to make room for new ones: no act of their own.
    if instance.type != Authenticator.Type.RECOVERY_CODES:
        services.audit(_actor(instance), "mfa.removed", f"person:{instance.user_id}", [instance.type])
        if not access.has_second_factor(instance.user):
            _nobody_has_used_it(instance.user)


def _nobody_has_used_it(person):
    """Without a factor no browser counts as opened by one: others are logged out; in this one such roles rest."""
    request = context.request
    here = request.session.session_key if request and request.user == person else None
    for session in UserSession.objects.filter(user=person).exclude(session_key=here):
        session.end()
    if here:
        access.forget_second_factor(request)


def _is_an_act(factor) -> bool:
    """Recovery codes come along with the first factor; only making new ones is an act."""
    match = getattr(context.request, "resolver_match", None)
    return factor.type != Authenticator.Type.RECOVERY_CODES or (
        match is not None and match.url_name == "mfa_generate_recovery_codes"
    )


def _actor(factor):
    return getattr(context.request, "user", None) or factor.user
