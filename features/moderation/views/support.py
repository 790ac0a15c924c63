"""Seeing the site as a member: an organiser begins and ends it; whoever it is about sees it, and may say no."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import known, role_required
from features.accounts.models import Role
from features.moderation import services
from features.moderation.access import person_for_staff
from features.moderation.forms import SupportForm
from features.moderation.middleware import forget
from features.moderation.support_pages import KEY


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
@reauthentication_required
def begin(request, pk):
    person = person_for_staff(pk)
    form, refused = SupportForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            view = services.begin_support_view(by=known(request.user), person=person, **form.cleaned_data)
        except services.SupportRefused as error:
            form.add_error(None, str(error))
        else:
            request.session[KEY] = view.pk
            rotate_token(request)
            return see_other("home")
    elif request.method != "POST":
        refused = services.why_no_support_view(request.user, person)
    context = {"form": form, "person": person, "refused": refused}
    return render(request, "moderation/manage/support_view.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def end(request):
    person = services.end_support_views_by(known(request.user))
    if KEY in request.session:
        forget(request)
    if person is None:
        return see_other("home")
    messages.success(request, _("You are yourself again. {name} is told, with your reason.").format(name=person.name))
    return see_other("manage_person", person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own(request):
    """Who saw the site as you, when and why; a press says that nobody may, or may again."""
    if request.method == "POST":
        is_let = request.POST.get("act") == "let"
        services.let_support_view(person=request.user, is_let=is_let)
        words = _("Organisers may see the site as you again.") if is_let else _("Nobody sees the site as you any more.")
        messages.success(request, words)
        return see_other("own_support_views")
    page = keyset(services.support_views_of(request.user), request, order=("-begun_at", "-id"), size=25)
    context = {"page": page, "refuses": services.refuses_support_views(request.user)}
    return render(request, "moderation/support_views.html", context)
