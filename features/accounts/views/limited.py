from django.shortcuts import render

from core import logs

# allauth does not say which of its windows is full; none of those that end here is longer than a minute.
RETRY_AFTER = 60


def too_many(request):
    """What allauth answers when somebody tries too often (`handler429` of the URLconf)."""
    person = request.user.pk if request.user.is_authenticated else None
    logs.security.warning("limited", extra={"path": request.path, "person": person})
    response = render(request, "429.html", {"retry_after": RETRY_AFTER}, status=429)
    response["Retry-After"] = str(RETRY_AFTER)
    return response
