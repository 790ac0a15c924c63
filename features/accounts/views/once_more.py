"""Is it you? For whoever has neither a password nor a second factor a code is mailed. allauth knows no such way, and
would not ask them at all: most members here have no password."""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.views import BaseReauthenticateView, password_set
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _

STATE = "reauthentication_code"


class MailedCode(AbstractCodeVerificationProcess):
    """One code, in the session that asked for it, for the address as it was then."""

    def __init__(self, request, state):
        super().__init__(
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS, timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state, user=request.user,
        )  # fmt: skip
        self.request = request

    @classmethod
    def resume(cls, request):
        state = request.session.get(STATE)
        return cls(request, state).abort_if_invalid() if state else None

    def is_valid(self):
        return super().is_valid() and self.state["email"] == self.request.user.email

    def send(self):
        self.state["code"] = get_adapter().generate_login_code()
        get_adapter().send_mail("reauthentication_code", self.state["email"], {"code": self.code})
        self.persist()

    def persist(self):
        self.request.session[STATE] = self.state

    def abort(self):
        self.request.session.pop(STATE, None)


class ByMailedCode(BaseReauthenticateView):
    form_class = ConfirmLoginCodeForm
    template_name = "account/reauthenticate_by_code.html"

    def post(self, request, *args, **kwargs):
        is_answer = request.POST.get("act") != "send"
        if is_answer and MailedCode.resume(request):
            return super().post(request, *args, **kwargs)
        if is_answer:
            messages.warning(request, _("That code was too old. A new one is on its way."))
        if ratelimit.consume(request, app="allauth.account", action="request_login_code", key=request.user.email):
            MailedCode(request, MailedCode.initial_state(request.user, request.user.email)).send()
        else:
            messages.error(request, get_adapter().error_messages["rate_limited"])
        return redirect(self.passthrough_next_url(request.path))

    def get_form_kwargs(self):
        self.process = MailedCode.resume(self.request)
        return super().get_form_kwargs() | {"code": self.process.code if self.process else ""}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"is_sent": bool(self.process), "email": self.request.user.email}

    def form_valid(self, form):
        self.process.abort()
        record_authentication(
            self.request, self.request.user, method="code", email=self.request.user.email, reauthenticated=True
        )
        return super().form_valid(form)

    def form_invalid(self, form):
        if self.process.record_invalid_attempt():
            return super().form_invalid(form)
        messages.error(self.request, _("That was not the code, three times. Have a new one mailed to you."))
        return redirect(self.passthrough_next_url(self.request.path))


by_mailed_code = login_required(ByMailedCode.as_view())


@login_required
def first_password(request):
    """allauth takes one from whoever sits there. What was typed is not kept while they are asked, unlike elsewhere."""
    try:
        is_asked = is_reauthentication_required(request, app="allauth.account")
    except ReauthenticationRequired:
        is_asked = True
    if not is_asked:
        return password_set(request)
    if request.method == "POST":
        return redirect("account_set_password")
    raise ReauthenticationRequired
