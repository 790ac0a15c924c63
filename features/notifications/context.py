from functools import cache

from features.notifications import services


def unread(request):
    """The number at the bell. It is counted when the header asks for it, which it does for members only."""
    return {"unread_count": cache(lambda: services.unread_count(request.user))}
