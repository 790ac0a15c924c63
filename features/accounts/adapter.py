from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import logs
from features.accounts import access, emails, services
from features.accounts.models import User

BY_CODE = "reauthenticate_by_code"  # the name of its address, too


class AccountAdapter(DefaultAccountAdapter):
    """Where allauth's steps meet our rules: how a person is made, where redirects may lead, what is written down."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "E-mail and password do not match. Check for a typo, or have a code mailed to you instead."
        ),
        "incorrect_code": _("That is not the code from the newest letter. Check for a typo."),
        "enter_current_password": _("That is not your password as it is now. Check for a typo."),
        "incorrect_password": _("That is not your password. Check for a typo."),
        "invalid_password_reset": _("This link is used up or too old. Have a new one mailed to you."),
        "same_as_current": _("That is what it is already. Write another one."),
        "not_listed": _("Only addresses that the organisers have listed can join. Ask them, or write another one."),
        "duplicate_email": _("This is an address of your account already."),
        "email_taken": _("There is an account with this address. Log in to it."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("That was too often. Wait a minute, then try again."),
    }

    def clean_email(self, email):
        """Of every form that takes an address; those who come from another site sign up by allauth's own."""
        email = super().clean_email(email)
        match = self.request.resolver_match
        if match and match.url_name == "socialaccount_signup" and not services.may_join(email):
            raise ValidationError(self.error_messages["not_listed"])
        return email

    def get_client_ip(self, request):
        """Where fewer proxies wrote an address than are said to be ours, somebody came past one or the setting is
        wrong: the nearest one counts, as what stands before it can be anybody's words. allauth would break off."""
        told = request.headers.get("X-Forwarded-For", "").split(",")
        proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        if told == [""] or len(told) >= proxies:
            return super().get_client_ip(request)
        logs.security.warning("fewer_proxies_than_said", extra={"addresses": len(told), "proxies": proxies})
        if address := clean_client_ip(told[-1]):
            return address
        raise PermissionDenied

    def is_safe_url(self, url):
        return bool(services.safe_next(self.request, url))

    def save_user(self, request, user, form, commit=True):
        data = form.cleaned_data
        user.email, user.name = data["email"], data["name"]
        user.time_zone, user.languages = data["time_zone"], ["en"]
        if data.get("password1"):
            user.set_password(data["password1"])
        else:
            user.set_unusable_password()
        return services.create_person(user)

    @transaction.atomic
    def set_password(self, user, password):
        super().set_password(user, password)
        services.audit(user, "password.changed", f"person:{user.pk}", ["password"])

    def is_reauthentication_required(self, *, app, **kwargs):
        """allauth asks nobody who has neither password nor second factor: they enter a mailed code."""
        methods = self.get_reauthentication_methods(self.request.user)
        if [way["id"] for way in methods] == [BY_CODE]:
            if not access.entered_code_lately(self.request):
                raise ReauthenticationRequired
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user):
        """Another address takes the word of both: a code from the old one, and one from the new; or a second factor,
        which says more than a mailbox. On the way to a page that opens with one, the password would lead back to here.
        """
        methods = super().get_reauthentication_methods(user)
        without_password = [way for way in methods if way["id"] != "reauthenticate"]
        ahead = self.request.POST.get("next") or self.request.GET.get("next") or self.request.path
        is_moving = ahead.startswith(reverse("account_email"))
        if user.is_authenticated and not (without_password if is_moving else methods):
            return [{"id": BY_CODE, "description": _("Use a mailed code"), "url": reverse(BY_CODE)}]
        is_privileged = ahead.startswith(access.PRIVILEGED_PATHS) and not access.used_second_factor(self.request)
        return (without_password or methods) if is_moving or is_privileged else methods

    def get_password_change_redirect_url(self, request):
        return reverse("account")

    # --- The suspended: an end that has come lets them in, and until then they are told why ---------------------------
    def pre_login(self, request, user, **kwargs):
        services.readmit(pk=user.pk)
        user.refresh_from_db(fields=["is_active", "suspended_until"])
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request, user):
        if bar := access.bar(user, access.Ability.LOG_IN):
            return redirect(bar.url)
        return super().respond_user_inactive(request, user)

    # --- Letters: written down now, sent by the worker, so that no page waits for a mail server -----------------------
    def send_mail(self, template_prefix, email, context):
        kind, context = template_prefix.rsplit("/", 1)[-1], dict(context)
        if kind == "unknown_account":  # to allauth, whoever may not log in has no account
            suspended = User.objects.filter(email=email.lower(), suspended_until__isnull=False).first()
            if suspended and (bar := access.bar(suspended, access.Ability.LOG_IN)):
                kind, context = "account_suspended", {"page": bar.url, "why": bar.words}
        if kind in ("unknown_account", "account_already_exists") and (page := services.way_back(email)):
            kind, context = "account_closed", {"page": page}
        emails.write(kind, email, context)

    def send_account_already_exists_mail(self, email):
        self.send_mail("account_already_exists", email, {"next": getattr(self.request, "sign_up_next", "")})

    # --- Attempts, with ids and never with addresses ------------------------------------------------------------------
    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            logs.security.warning("login_limited", extra={"account": _account_id(credentials)})
            raise

    def authentication_failed(self, request, **credentials):
        logs.security.warning("login_failed", extra={"account": _account_id(credentials)})


def _account_id(credentials) -> int | None:
    return User.objects.filter(email=credentials.get("email", "").lower()).values_list("pk", flat=True).first()


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "That is not the code of this moment. Take the one the app shows, or an unused recovery code."
        ),
        "unverified_email": _("Confirm your e-mail address first, so that you can be helped if the phone is lost."),
        "add_email_blocked": _("Turn two-step log-in off before you add an address, and on again afterwards."),
    }
