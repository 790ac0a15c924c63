"""The door for mail where no mail server hands it to `manage.py receive_mail`: a provider posts what came."""

from time import time

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import logs
from core.signatures import is_signed
from features.forum import services
from features.forum.by_mail.messages import LARGEST


@csrf_exempt
@require_POST
def inbound_mail(request):
    """One message as it came (MIME), signed with INBOUND_SECRET. Twice is once; what is for nobody here is refused for
    good (422), so that the provider does not bring it again."""
    if not (settings.INBOUND_ADDRESS and settings.INBOUND_SECRET):
        raise Http404
    signature = request.headers.get("Webhook-Signature", "")
    if not signature:
        return HttpResponse("This is not signed.", status=403)
    raw = request.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return HttpResponse("This is too large.", status=413)
    if not is_signed(raw, settings.INBOUND_SECRET, signature, int(time())):
        logs.access.warning("mail refused", extra={"size": len(raw)})
        return HttpResponse("This is not signed by us both.", status=403)
    try:
        services.receive(raw)
    except services.NotOurs:
        return HttpResponse("There is no such mailbox.", status=422)
    return HttpResponse(status=204)
