from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.sessions import pages, services
from features.sessions.access import visible_session
from features.sessions.models import Registration
from features.sessions.review_forms import AbsenceForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def host_absence(request, pk, slug):
    """Whether the host came: said by those with a seat, answered by the host."""
    session = visible_session(request.user, pk)
    is_host = session.host_id == request.user.pk  # nobody else answers for whoever is paid
    seats = Registration.objects.confirmed().select_related("review", "host_absence_voice")
    seat = seats.filter(session=session, person=request.user).first()
    if not session.is_published or not (seat or is_host):
        raise Http404
    form = AbsenceForm(request.POST if request.method == "POST" else None, is_host=is_host)
    if request.method == "POST" and form.is_valid():
        try:
            if is_host:
                services.answer_for_host(session=session, **form.cleaned_data)
            else:
                services.say_of_host(registration=seat, **form.cleaned_data)
        except services.AbsenceRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Thank you. It is written down."))
            return see_other("host_absence", session.pk, session.slug)
    now = timezone.now()
    context = {
        "session": session,
        "form": form,
        "is_host": is_host,
        "now": now,
        "absence": pages.absence(session, seat, is_host, now),
        "voice": getattr(seat, "host_absence_voice", None),
    }
    if context["absence"].is_absent:
        context["others"] = [] if is_host else services.others_instead(session, request.user, now)
    return render(request, "sessions/host_absence.html", context, status=422 if form.errors else 200)
