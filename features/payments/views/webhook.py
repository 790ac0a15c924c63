from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import logs
from features.payments import services
from features.payments.services.standing import CALLED, note_stripe
from features.payments.stripe_client import (
    NotFromStripe,
    StripeDown,
    StripeRefused,
    out_of_turn,
    read_event,
    webhook_secrets,
)


@csrf_exempt
@require_POST
def webhook(request):
    """Stripe calls. What is not proved to be Stripe's has no effect; what fails is refused, and comes again."""
    if not services.is_set_up() or not webhook_secrets():
        return HttpResponseBadRequest("Payments are not set up.")
    try:
        event = read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except NotFromStripe:
        logs.access.warning("webhook refused", extra={"size": len(request.body)})
        return HttpResponseBadRequest("This is not signed by Stripe.")
    try:
        with out_of_turn():
            services.receive(event)
    except (StripeDown, StripeRefused):
        return HttpResponse("Come again.", status=503)
    note_stripe(CALLED, timezone.now())
    return HttpResponse("Thanks.")
