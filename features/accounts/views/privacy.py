"""One's own data to take along, and the end of an account."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from features.accounts import services
from features.accounts.forms import ClosureForm
from features.accounts.models import DataExport


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def data(request):
    """What there is to take along; a press has it made."""
    if request.method == "POST":
        services.ask_for_export(person=request.user, anew="anew" in request.POST)
        messages.success(request, _("It is being made. A letter says when it is there, mostly within a minute."))
        return see_other("own_data")
    there = (
        DataExport.objects.filter(person=request.user, kind=DataExport.OWN)
        .open(timezone.now())
        .defer("archive")
        .first()
    )
    return render(request, "accounts/data.html", {"export": there})


@require_safe
@login_required
@reauthentication_required
def data_archive(request, name):
    ready = DataExport.objects.filter(person=request.user, public_id=name, ends_at__gt=timezone.now())
    return as_file(get_object_or_404(ready, kind=DataExport.OWN), "my-data")


def as_file(found: DataExport, name: str) -> HttpResponse:
    answer = HttpResponse(bytes(found.archive), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{found.made_at:%Y-%m-%d}.zip"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def closure(request):
    """What closing the account means, in numbers; then doing it."""
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close(person=request.user, takes_words=form.cleaned_data["words"] == "remove")
        except services.ClosureRefused as refused:
            form.add_error(None, str(refused))
        else:
            logout(request)
            return see_other("account_inactive")
    context = {"form": form, "foretold": services.what_closing_means(request.user)}
    return render(request, "accounts/closure.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def reopening(request, token):
    """From the letter, by whoever holds the mailbox: looking changes nothing, a press brings the account back. Once it
    has, each way leads to the log-in, the second tap's as well."""
    try:
        found = services.closure_by_link(token)
        if found is None:
            raise Http404
        if request.method != "POST":
            return render(request, "accounts/reopening.html", {"closure": found})
        services.reopen(closure=found)
        messages.success(request, _("Your account is there again. Log in as before."))
    except services.ClosureRefused as refused:
        messages.info(request, str(refused))
    return see_other("account_login")
