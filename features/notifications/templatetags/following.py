from django.template import Library

from features.notifications import services

register = Library()


@register.inclusion_tag("notifications/_follow.html", takes_context=True)
def follow_button(context, kind: str, number: int, words: str = ""):
    """{% follow_button "person" 7 %}: follow, or stop following. A button for members, for strangers the way to the
    log-in and back, with `words` beside it. Nothing where there is nothing to follow, and none for oneself."""
    request, key = context["request"], f"{kind}:{number}"
    is_member = context.get("has_session") and request.user.is_authenticated
    if is_member and key == f"person:{request.user.pk}":
        return {}
    found = services.named([key]).get(key)
    return {
        "followed": found,
        "is_followed": bool(found and is_member and services.follows(request.user, key)),
        "is_stranger": not is_member,
        "words": words,
        "csrf_token": context.get("csrf_token"),
    }
