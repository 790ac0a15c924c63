"""Answers in writing: sending work, and what its two people do with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from features.accounts.services import FileRefused
from features.mentoring import access, services, written_pages
from features.mentoring.relationship_forms import FileForm
from features.mentoring.written_forms import AskBackForm, DeclineWrittenForm, ReplyForm, WorkForm, WrittenAnswerForm
from features.payments import services as payments


@require_http_methods(["GET", "HEAD", "POST"])
def written_review_new(request, handle, pk):
    """What is promised, for everybody to see; a POST sends work."""
    offer = access.shown_written_offer(handle, pk)
    if request.method == "POST":
        return _ask(request, offer)
    context = written_pages.ask_page(offer, request.user, timezone.now()) | {"form": WorkForm()}
    return render(request, "mentoring/written_new.html", context)


@login_required
def _ask(request, offer):
    form, refusal = WorkForm(request.POST, request.FILES), None
    if form.is_valid():
        try:
            made = services.ask_in_writing(offer=offer, person=request.user, **form.cleaned_data)
        except services.MentoringRefused as refused:
            refusal = refused
        except FileRefused as refused:
            form.add_error("upload", str(refused))
        else:
            if made.sent_at:
                messages.success(request, _("Sent. The answer comes by letter, and stands here."))
                return see_other(made)
            return see_other("order", payments.order_of("written_review", made.pk).public_id)
    context = written_pages.ask_page(offer, request.user, timezone.now()) | {"form": form}
    return render(request, "mentoring/written_new.html", context | {"refusal": refusal}, status=422)


@require_safe
@login_required
def written_reviews(request):
    return render(request, "mentoring/written_list.html", written_pages.list_page(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def written_review(request, public_id):
    """One piece of work, for its two people. A POST does the one thing that its button says."""
    found = access.own_written_review(request.user, public_id)
    if request.method != "POST":
        return _page(request, found)
    act = request.POST.get("act", "")
    is_mentor = request.user.pk == found.mentor_id
    acts = MENTORS if is_mentor else MENTEES
    if act not in acts:
        raise Http404
    name, form_class, verb, said = acts[act]
    form = form_class(request.POST) if form_class else None
    if form and not form.is_valid():
        return _page(request, found, status=422, **{name: form})
    try:
        verb(review=found, **(form.cleaned_data if form else {}))
    except services.MentoringRefused as refused:
        return _page(request, found, status=422, refusal=refused, **({name: form} if form else {}))
    messages.success(request, said)
    return see_other(found)


MENTORS = {
    "answer": ("answer_form", WrittenAnswerForm, services.answer_in_writing, gettext_lazy("Your answer is with them.")),
    "ask": (
        "question_form",
        AskBackForm,
        services.ask_back,
        gettext_lazy("Asked. Your time stands still until they reply."),
    ),
    "decline": (
        "decline_form",
        DeclineWrittenForm,
        services.decline_in_writing,
        gettext_lazy("Declined. They hear why."),
    ),
}
MENTEES = {
    "reply": ("reply_form", ReplyForm, services.reply_in_writing, gettext_lazy("Your reply is with the mentor.")),
    "withdraw": ("", None, services.take_back_written, gettext_lazy("Taken back.")),
}


@require_POST
@login_required
def written_review_files(request, public_id):
    found = access.own_written_review(request.user, public_id)
    form, refusal = FileForm(request.POST, request.FILES, auto_id="file_%s"), None
    if form.is_valid():
        try:
            services.add_review_file(review=found, author=request.user, **form.cleaned_data)
            messages.success(request, _("Added. Only the two of you can download it."))
            return see_other(found)
        except FileRefused as refused:
            form.add_error("upload", str(refused))
        except services.MentoringRefused as refused:
            refusal = refused
    return _page(request, found, status=422, file_form=form, refusal=refusal)


@require_POST
@login_required
def written_review_file_removal(request, public_id, name):
    """By whoever put it there."""
    found = access.own_written_review(request.user, public_id)
    row = get_object_or_404(found.files.select_related("file", "review"), file=name, file__owner=request.user)
    try:
        services.remove_review_file(row=row)
        messages.success(request, _("Taken away."))
    except services.MentoringRefused as refused:
        messages.error(request, refused.words)
    return see_other(found)


def _page(request, found, *, status=200, **context):
    forms = {
        "answer_form": WrittenAnswerForm(),
        "question_form": AskBackForm(auto_id="question_%s"),
        "decline_form": DeclineWrittenForm(auto_id="decline_%s"),
        "reply_form": ReplyForm(),
        "file_form": FileForm(auto_id="file_%s"),
    }
    shown = written_pages.review_page(found, request.user, timezone.now())
    return render(request, "mentoring/written.html", forms | shown | context, status=status)
