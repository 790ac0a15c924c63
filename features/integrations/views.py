from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.api_parts import scopes
from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import used_second_factor
from features.integrations import services
from features.integrations.forms import EndpointForm, TokenForm
from features.integrations.models import Delivery, PersonalToken, WebhookEndpoint
from features.integrations.services.deliveries import headers


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def tokens(request):
    """One's tokens, and a new one. Its secret is in the answer to the press, and nowhere else: no redirect."""
    offered = services.offered_scopes(request.user, with_second_factor=used_second_factor(request))
    form, secret = TokenForm(request.POST or None, offered=offered), ""
    if request.method == "POST" and form.is_valid():
        try:
            _row, secret = services.make_token(
                person=request.user,
                name=form.cleaned_data["name"],
                wanted=form.cleaned_data["scopes"],
                lasts=form.lasts(),
                with_second_factor=used_second_factor(request),
            )
        except services.TokenRefused as refused:
            form.add_error(None, refused.words)
        else:
            form = TokenForm(offered=offered)
    mine = PersonalToken.objects.filter(person=request.user, revoked_at=None).order_by("-created_at", "-pk")[:50]
    now = timezone.now()
    context = {"form": form, "secret": secret, "rows": [(row, _may(row), row.expires_at <= now) for row in mine]}
    return render(request, "integrations/tokens.html", context, status=422 if form.errors else 200)


def _may(token):
    return [scopes[name].label for name in token.scopes if name in scopes]


@require_POST
@login_required
def token_revocation(request, pk):
    """Needs no password: what takes a power away may be quick."""
    token = get_object_or_404(PersonalToken, person=request.user, pk=pk, revoked_at=None)
    services.revoke_token(token=token, by=request.user)
    messages.success(request, _("The token is revoked. Nothing gets in with it any more."))
    return see_other("tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def webhooks(request):
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = services.add_endpoint(
                person=request.user, url=form.cleaned_data["url"], wanted=form.cleaned_data["events"]
            )
        except services.EndpointRefused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            return _endpoint_page(request, endpoint, secret=endpoint.secret)
    mine = WebhookEndpoint.objects.filter(person=request.user).order_by("-created_at", "-pk")
    context = {"form": form, "endpoints": mine}
    return render(request, "integrations/webhooks.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def webhook(request, public_id):
    """One address: its log, and what can be done with it."""
    endpoint = get_object_or_404(WebhookEndpoint, person=request.user, public_id=public_id)
    act = request.POST.get("act") if request.method == "POST" else ""
    if act == "exchange" and request.POST.get("of") in (None, services.mark_of(endpoint)):
        # Loaded once more, the answer would exchange what it shows, and the former one would no longer sign along.
        return _endpoint_page(request, endpoint, secret=services.exchange_secret(endpoint=endpoint))
    if act == "remove":
        services.remove_endpoint(endpoint=endpoint)
        messages.success(request, _("Nothing is sent there any more."))
        return see_other("webhooks")
    if act == "test":
        try:
            services.send_test(endpoint=endpoint)
        except services.EndpointRefused as refused:
            messages.error(request, refused.words)
        else:
            messages.success(request, _("A test is on its way. Look again in a moment."))
    if act == "on":
        services.switch_on(endpoint=endpoint)
        messages.success(request, _("It is switched on."))
    return see_other("webhook", public_id) if request.method == "POST" else _endpoint_page(request, endpoint)


def _endpoint_page(request, endpoint, secret=""):
    page = keyset(Delivery.objects.filter(endpoint=endpoint), request, order=("-created_at", "-id"))
    context = {
        "endpoint": endpoint,
        "told": [services.events[name] for name in endpoint.events if name in services.events],
        "secret": secret,
        "mark": services.mark_of(endpoint),
        "sent": endpoint.deliveries.count(),
        "page": page,
    }
    return render(request, "integrations/webhook.html", context)


@require_safe
@login_required
def delivery(request, public_id):
    """What was sent, and what came back each time."""
    found = _own_delivery(request, public_id)
    sent = {name: value for name, value in headers(found, timezone.now()).items() if name != "Webhook-Signature"}
    context = {"delivery": found, "headers": sent, "attempts": found.attempts.order_by("-happened_at", "-pk")[:50]}
    return render(request, "integrations/delivery.html", context)


@require_POST
@login_required
def delivery_replay(request, public_id):
    found = _own_delivery(request, public_id)
    try:
        services.replay(delivery=found)
    except services.EndpointRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("It is on its way again, with the same id."))
    return see_other("webhook_delivery", public_id)


def _own_delivery(request, public_id):
    own = Delivery.objects.select_related("endpoint__person").filter(endpoint__person=request.user)
    return get_object_or_404(own, public_id=public_id)
