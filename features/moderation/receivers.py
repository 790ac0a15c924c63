"""What others tell us: who is gone, and who left."""

from django.contrib.auth.signals import user_logged_out

from features.accounts.signals import people_came_or_went
from features.moderation import services
from features.moderation.models import SupportView
from features.moderation.support_pages import KEY


def connect() -> None:
    people_came_or_went.connect(came_or_went)
    user_logged_out.connect(logged_out)


def came_or_went(people, **_signal):
    services.end_support_views_of_gone(people)


def logged_out(request, user, **_signal):
    """What was begun in this browser is over with its session."""
    if user and request and KEY in request.session:
        services.end_support_views_by(user, SupportView.End.ROLE)
