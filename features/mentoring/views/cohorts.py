"""Groups that are paired at once, for who runs the site."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from features.accounts.access import role_required
from features.accounts.models import Role, User
from features.mentoring import services
from features.mentoring.cohort_forms import CohortForm, PeopleForm, PersonForm, PinForm
from features.mentoring.models import Cohort


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def cohorts(request):
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cohort = services.save_cohort(cohort=form.instance, by=request.user)
        return see_other("manage_cohort", cohort.pk)
    context = {"form": form, "cohorts": Cohort.objects.all()[:50]}
    return render(request, "mentoring/manage/cohorts.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ORGANISER)
def cohort(request, pk):
    return _page(request, get_object_or_404(Cohort, pk=pk))


@require_POST
@role_required(Role.ORGANISER)
def people(request, pk):
    """Who is in it: added by handles, or taken out."""
    cohort, form = get_object_or_404(Cohort, pk=pk), PeopleForm(request.POST)
    return _act(request, cohort, form, lambda data: services.add_to_cohort(cohort=cohort, **data), people=form)


@require_POST
@role_required(Role.ORGANISER)
def leaving(request, pk):
    cohort, form = get_object_or_404(Cohort, pk=pk), PersonForm(request.POST)
    if not form.is_valid():
        raise Http404
    members = User.objects.filter(pk__in=cohort.members.values("person"))
    person = get_object_or_404(members, handle=form.cleaned_data["person"])
    return _act(request, cohort, form, lambda data: services.leave_cohort(cohort=cohort, person=person))


@require_POST
@role_required(Role.ORGANISER)
def pins(request, pk):
    cohort, form = get_object_or_404(Cohort, pk=pk), PinForm(request.POST, cohort=pk)

    def act(data):
        if data["mentor"]:
            services.pin(cohort=cohort, mentee=data["mentee"], mentor=data["mentor"])
        else:
            services.unpin(cohort=cohort, mentee=data["mentee"])

    return _act(request, cohort, form, act, pin=form)


@require_POST
@role_required(Role.ORGANISER)
def drawing(request, pk):
    cohort, form = get_object_or_404(Cohort, pk=pk), CohortForm(request.POST)
    form.fields.pop("name")

    def act(data):
        cohort.mode = data["mode"]
        services.save_cohort(cohort=cohort, by=request.user)
        services.draw_cohort(cohort=cohort)

    return _act(request, cohort, form, act)


@require_POST
@role_required(Role.ORGANISER)
def publication(request, pk):
    cohort, form = get_object_or_404(Cohort, pk=pk), PersonForm({"person": "nobody"})

    def act(data):
        services.publish_cohort(cohort=cohort, by=request.user)
        messages.success(request, _("Everybody is told whom they were paired with."))

    return _act(request, cohort, form, act)


def _act(request, cohort, form, act, **forms):
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            return see_other("manage_cohort", cohort.pk)
    return _page(request, cohort, form, **forms)


def _page(request, cohort, failed=None, **forms):
    members = list(cohort.members.select_related("person").order_by("person__name", "pk"))
    context = {
        "cohort": cohort,
        "mentors": [member for member in members if member.places],
        "mentees": [member for member in members if not member.places],
        "pairs": cohort.pairs.select_related("mentee", "mentor").order_by("-score", "pk"),
        "figures": [(Cohort.Mode(mode).label, found) for mode, found in cohort.figures.items()],
        "people": forms.get("people") or PeopleForm(),
        "pin": forms.get("pin") or PinForm(cohort=cohort.pk),
        "draw": CohortForm(instance=cohort),
        "refused": failed.non_field_errors() if failed else [],
    }
    return render(request, "mentoring/manage/cohort.html", context, status=422 if failed else 200)
