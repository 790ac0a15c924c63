from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from features.profiles import pages


@require_safe
def home(request):
    """For a stranger: what this place is and what is on. For a member: the next commitment and whose turn it is."""
    now = timezone.now()
    if request.user.is_authenticated:
        return render(request, "profiles/home_member.html", pages.member_home(request.user, now))
    return render(request, "profiles/home.html", pages.stranger_home(now))
