"""allauth's pages for a mailed code, with three of our rules: an act and its audit row are one transaction, a new code
is answered with a letter whether or not the address has an account, and a code is of no use once its address is not
that of the account any more."""

from allauth.account.adapter import get_adapter
from allauth.account.views import (
    CompletePasswordResetView,
    ConfirmEmailVerificationCodeView,
    ConfirmLoginCodeView,
    ConfirmPasswordResetCodeView,
)
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class Resending:
    def _resend_form_valid(self, form):
        adapter = get_adapter(self.request)
        try:
            self._process.generate_code()
            self._process.send()
        except ImmediateHttpResponse:  # too soon after the last one; the code before still works
            adapter.add_message(self.request, messages.ERROR, message=adapter.error_messages["rate_limited"])
        else:
            self._process.record_resend()
            self._process.persist()
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


class OfTheirAddress:
    """Whoever changes their address may do so because somebody else reads the old one, and has asked for a code."""

    def post(self, request, *args, **kwargs):
        person, address = self._process.user, self._process.state["email"]
        if person and person.email != address.lower():
            self._process.abort()
            messages.error(request, _("This account has another address by now. Log in with that one."))
            return redirect("account_login")
        return super().post(request, *args, **kwargs)


class ConfirmEmail(Resending, ConfirmEmailVerificationCodeView):
    pass


class ConfirmLogin(Resending, OfTheirAddress, ConfirmLoginCodeView):
    pass


class ConfirmReset(OfTheirAddress, ConfirmPasswordResetCodeView):
    pass


class CompleteReset(OfTheirAddress, CompletePasswordResetView):
    pass


confirm_email = transaction.atomic(ConfirmEmail.as_view())
confirm_login = ConfirmLogin.as_view()
confirm_reset = ConfirmReset.as_view()
complete_reset = CompleteReset.as_view()
