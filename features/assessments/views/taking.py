from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import is_htmx, render_page, see_other
from core.pagination import keyset
from core.text import number
from features.accounts import services as accounts
from features.assessments import pages, services
from features.assessments.access import is_author, own_attempt, visible_bank
from features.assessments.forms import HelpForm
from features.assessments.models import Bank
from features.assessments.services.practice import for_practice
from features.skills import services as skills


@require_safe
def assessments(request):
    """What can be taken, the newest first; of one skill with ?skill=."""
    found = Bank.objects.offered().select_related("skill", "author")
    skill = skills.by_slug(request.GET.get("skill", "")[:110]) if request.GET.get("skill") else None
    if skill:
        found = found.filter(skill=skill)
    page = keyset(found, request, order=("-id",))
    return render(
        request, "assessments/assessments.html", {"page": page, "skill": skill, "writes": is_author(request.user)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request, pk, slug):
    """The rules before it begins; the POST begins, or leads back to what runs."""
    bank = visible_bank(request.user, pk)
    if slug != bank.slug:
        return redirect(bank, permanent=True)
    if request.method == "POST":
        return _begin(request, bank)
    return render(request, "assessments/assessment.html", pages.bank_page(bank, request.user, timezone.now()))


@login_required
def _begin(request, bank):
    try:
        attempt = services.begin(bank=bank, person=request.user)
    except services.AssessmentRefused as refused:
        context = pages.bank_page(bank, request.user, timezone.now()) | {"refused": refused}
        return render(request, "assessments/assessment.html", context, status=422)
    return see_other(attempt)


@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request, public_id):
    """The question that is open, with what was said of it when it turned out that the log-in had ended."""
    if request.method == "POST" and not request.user.is_authenticated:
        accounts.keep_input(request, _input_key(public_id), request.POST)
        return see_other("attempt", public_id)
    return _attempt(request, public_id)


def _input_key(public_id):
    return f"attempt:{public_id}"


@login_required
def _attempt(request, public_id):
    """An answer leads to the next question, or to the result; for htmx in place."""
    found = own_attempt(request.user, public_id)
    now = timezone.now()
    if request.method == "POST" and not found.finished_at:
        row = services.current(attempt=found)
        if row and number(request.POST.get("position", "")) == row.position:
            said = pages.given(request.POST, row.version, found.seed)
            if not said and "unknown" not in request.POST:
                again = pages.unanswered(request.POST, row.version, found.seed)
                context = pages.question_page(found, row, now) | {"question": again}
                return render_page(request, "assessments/attempt.html", context, partial="question", status=422)
            found = services.answer(attempt=found, position=row.position, given=said)
            accounts.forget_input(request, _input_key(public_id))
        if found.finished_at or not is_htmx(request):
            return see_other(found)
    row = None if found.finished_at else services.current(attempt=services.end_if_over(attempt=found, now=now))
    if row is None:
        return redirect("attempt_result", public_id)
    context = pages.question_page(found, row, now)
    kept = accounts.kept_input(request, _input_key(public_id))
    if kept and number(kept.get("position", "")) == row.position:
        context["question"] = pages.as_given(kept, row.version, found.seed)
    return render_page(request, "assessments/attempt.html", context, partial="question")


@require_POST
@login_required
def end(request, public_id):
    """Enough, by the person's own wish."""
    services.stop(attempt=own_attempt(request.user, public_id))
    return see_other("attempt_result", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def result(request, public_id):
    found = own_attempt(request.user, public_id)
    if found.finished_at is None:
        return redirect(found)
    form = HelpForm(request.POST or None, initial={"help_used": found.help_used})
    if request.method == "POST" and form.is_valid():
        services.say_help(attempt=found, text=form.cleaned_data["help_used"])
        messages.success(request, _("It stands beside your result."))
        return see_other("attempt_result", public_id)
    context = pages.result_page(found, timezone.now()) | {"form": form}
    return render(request, "assessments/result.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def practice(request, pk, slug):
    """One question after the other, each with its answer; what is known comes back later. What was said of one when it
    turned out that the log-in had ended stands in it again."""
    if request.method == "POST" and not request.user.is_authenticated:
        accounts.keep_input(request, _practice_key(pk), request.POST)
        return see_other("assessment_practice", pk, slug)
    return _practice(request, pk)


def _practice_key(bank_pk):
    return f"practice:{bank_pk}"


@login_required
def _practice(request, pk):
    bank = visible_bank(request.user, pk)
    done = None
    if request.method == "POST":
        version = get_object_or_404(for_practice(bank), pk=number(request.POST.get("version", "")))
        said = pages.given(request.POST, version, request.user.pk)
        if not said and "unknown" not in request.POST:
            again = pages.unanswered(request.POST, version, request.user.pk)
            context = {"bank": bank, "version": version, "question": again}
            return render_page(request, "assessments/practice.html", context, partial="card", status=422)
        done = services.practise(version=version, person=request.user, given=said)
        accounts.forget_input(request, _practice_key(pk))
    now = timezone.now()
    context = {"bank": bank, "seed": request.user.pk}
    if done:
        version = done.version
        context |= {
            "done": done,
            "version": version,
            "said": pages.told_answer(version, done.given),
            "right": pages.right_answer(version),
            "why": pages.why(version, done.given),
        }
    elif shown := _kept_card(request, bank) or _next_card(request, bank, now):
        context |= shown
    else:
        context["next_due"] = services.next_due(bank=bank, person=request.user)
    return render_page(request, "assessments/practice.html", context, partial="card")


def _kept_card(request, bank):
    kept = accounts.kept_input(request, _practice_key(bank.pk))
    version = kept and for_practice(bank).filter(pk=number(kept.get("version", ""))).first()
    return version and {"version": version, "question": pages.as_given(kept, version, request.user.pk)}


def _next_card(request, bank, now):
    version = services.next_card(bank=bank, person=request.user, now=now)
    return version and {"version": version, "question": pages.question(version, request.user.pk)}
