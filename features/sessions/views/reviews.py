from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.sessions import services
from features.sessions.access import visible_session
from features.sessions.models import Registration, Review, SkillSession
from features.sessions.review_forms import ReplyForm, ReviewForm


@require_safe
def reviews(request, pk, slug):
    session = visible_session(request.user, pk)
    if not session.is_published:
        raise Http404
    page = keyset(services.reviews_of_session(session), request, order=("-written_at", "-id"))
    context = {"session": session, "page": page, "rating": services.rating_of_session(session)}
    return render(request, "sessions/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_review(request, pk, slug):
    """Say how it was; say it again as long as that is possible."""
    session = visible_session(request.user, pk)
    seats = Registration.objects.confirmed().select_related("attendance", "review")
    seat = get_object_or_404(seats, session=session, person=request.user)
    refusal = services.why_not_review(seat, session, timezone.now())
    known = getattr(seat, "review", None)
    form = ReviewForm(request.POST or None, initial={"rating": known.rating, "words": known.words} if known else {})
    if request.method == "POST" and form.is_valid():
        try:
            review = services.write_review(registration=seat, **form.cleaned_data)
        except services.ReviewRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Thank you. Your review stands on the session's page."))
            return see_other("review", review.pk)
    context = {"session": session, "form": form, "refusal": refusal, "review": known}
    context["until"] = services.review_end(session)
    return render(request, "sessions/own_review.html", context, status=422 if form.errors else 200)


@require_safe
def review(request, number):
    return _one(request, number)


@require_POST
@login_required
def review_reply(request, number):
    """The host's one answer."""
    found = get_object_or_404(_shown(request), pk=number, registration__session__host=request.user)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            services.reply_to_review(review=found, words=form.cleaned_data["words"])
        except services.ReviewRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Your answer stands below the review."))
            return see_other("review", found.pk)
    return _one(request, number, form)


def _one(request, number, form=None):
    """One review, with a form where the viewer may answer it."""
    found = get_object_or_404(_shown(request), pk=number)
    session = found.registration.session
    may_answer = session.host == request.user and not found.replied_at
    is_mine = found.registration.person == request.user
    context = {
        "session": session,
        "review": found,
        "may_edit": is_mine and timezone.now() < services.review_end(session),
    }
    context["form"] = (form or ReplyForm()) if may_answer or form else None
    return render(request, "sessions/review.html", context, status=422 if form else 200)


def _shown(request):
    visible = SkillSession.objects.visible_to(request.user.pk)
    reviews = Review.objects.shown().filter(registration__session__in=visible)
    return reviews.select_related("registration__person", "registration__session__host")
