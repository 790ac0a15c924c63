"""allauth's pages for a mailed code, with two of our rules: an act and its audit row are one transaction, and a new
code is answered with a letter whether or not the address has an account."""

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailVerificationCodeView, ConfirmLoginCodeView
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect


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


class ConfirmEmail(Resending, ConfirmEmailVerificationCodeView):
    pass


class ConfirmLogin(Resending, ConfirmLoginCodeView):
    pass


confirm_email = transaction.atomic(ConfirmEmail.as_view())
confirm_login = ConfirmLogin.as_view()
