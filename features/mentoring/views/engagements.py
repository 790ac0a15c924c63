"""The place where two people work together."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import is_htmx, see_other
from core.templatetags.ui import undoing
from features.accounts.services import FileRefused
from features.mentoring import access, relationship_pages, services
from features.mentoring.models import MentorshipRequest
from features.mentoring.relationship_forms import (
    ActionForm,
    AgreementForm,
    ClosingForm,
    EndingForm,
    FileForm,
    FitForm,
    MessageForm,
    NoteForm,
)
from features.moderation.services import ModerationRefused


@require_safe
@login_required
def engagement(request, public_id):
    return _page(request, access.own_engagement(request.user, public_id))


def _page(request, found, status=200, **forms):
    context = relationship_pages.workspace(request, found, timezone.now())
    return render(request, "mentoring/engagement.html", context | forms, status=status)


@require_POST
@login_required
def message(request, public_id):
    """One message more: in place for htmx, else the page."""
    found = access.own_engagement(request.user, public_id)
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            services.write_message(engagement=found, author=request.user, text=form.cleaned_data["text"], once=True)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
    if is_htmx(request):
        found.refresh_from_db()
        context = relationship_pages.workspace(request, found, timezone.now())
        context |= {"message_form": form if form.errors else MessageForm(), "is_sent": not form.errors}
        return render(request, "mentoring/engagement.html#talk", context, status=422 if form.errors else 200)
    return _page(request, found, 422, message_form=form) if form.errors else see_other(found)


@require_POST
@login_required
def note(request, public_id):
    found = access.own_engagement(request.user, public_id)
    form = NoteForm(request.POST, auto_id="note_%s")
    return _act(request, found, form, "note_form", services.write_note, author=request.user)


@require_POST
@login_required
def note_removal(request, public_id, pk):
    """Whoever wrote it takes it away, for both."""
    found = access.own_engagement(request.user, public_id)
    gone = get_object_or_404(found.notes, pk=pk, author=request.user)
    services.take_note_away(note=gone)
    again = {"text": gone.text} | ({"is_shared": "on"} if gone.is_shared else {})
    undo = "" if found.ended_at else undoing("engagement_note", public_id, **again)
    messages.success(request, _("The note is gone."), extra_tags=undo)
    return see_other(found)


@require_POST
@login_required
def action(request, public_id):
    found = access.own_engagement(request.user, public_id)
    form = ActionForm(request.POST, auto_id="action_%s", other=found.other(request.user))
    whose = found.other(request.user) if request.POST.get("owner") == "other" else request.user
    if form.is_valid():
        form.cleaned_data["owner"] = whose
    return _act(request, found, form, "action_form", services.add_action, by=request.user)


def _act(request, found, form, name, verb, **more):
    if form.is_valid():
        try:
            verb(engagement=found, **form.cleaned_data, **more, once=True)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
    return _page(request, found, 422, **{name: form}) if form.errors else see_other(found)


@require_POST
@login_required
def file_add(request, public_id):
    found = access.own_engagement(request.user, public_id)
    form = FileForm(request.POST, request.FILES, auto_id="file_%s")
    if form.is_valid():
        try:
            services.add_file(
                engagement=found, author=request.user, upload=form.cleaned_data["upload"], now=timezone.now()
            )
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        except FileRefused as refused:
            form.add_error("upload", str(refused))
    return _page(request, found, 422, file_form=form) if form.errors else see_other(found)


@require_POST
@login_required
def file_removal(request, public_id, name):
    """Whoever put it there takes it away, for both."""
    found = access.own_engagement(request.user, public_id)
    row = get_object_or_404(found.files.select_related("file"), file=name, file__owner=request.user)
    services.remove_file(row=row)
    messages.success(request, _("The file is gone."))
    return see_other(found)


@require_POST
@login_required
def action_tick(request, public_id, pk):
    found = access.own_engagement(request.user, public_id)
    row = get_object_or_404(found.actions, pk=pk)
    services.tick_action(action=row, is_done=request.POST.get("is_done") == "yes")
    return see_other(found)


@require_POST
@login_required
def skill_sign_off(request, public_id, pk):
    """The mentor says that this was learnt, or takes it back."""
    found = access.engagement_as_mentor(request.user, public_id)
    row = get_object_or_404(found.rated_skills.select_related("skill"), pk=pk)
    if request.POST.get("act") == "take_back":
        services.take_back_sign_off(engagement=found, rated=row)
        undo = "" if found.ended_at else undoing("skill_sign_off", public_id, pk)
        messages.success(request, _("Taken back. It is no evidence any more."), extra_tags=undo)
        return see_other(found)
    try:
        services.sign_off(engagement=found, rated=row)
        messages.success(request, _("It stands on their profile as evidence now."))
    except services.MentoringRefused as refused:
        messages.error(request, refused.words)
    return see_other(found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agreement(request, public_id):
    """What both want to reach; whoever keeps it signs it."""
    found = access.own_engagement(request.user, public_id)
    known = {name: getattr(found, name) for name in ("goal", "plan", "cadence", "ends_on")}
    is_changed = False
    form = _rated(request, AgreementForm, found, known)
    if form.is_bound and form.is_valid():
        ratings = form.ratings()
        try:
            seen = request.POST.get("seen", "")
            services.agree(engagement=found, by=request.user, ratings=ratings, seen=seen, **form.cleaned_data)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
            is_changed = refused.code == "changed"
            found.refresh_from_db(fields=known)
        else:
            messages.success(request, _("Signed."))
            return see_other(found)
    return _own_page(request, "mentoring/agreement.html", found, form, is_changed=is_changed)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def fit_check(request, public_id):
    found = access.own_engagement(request.user, public_id)
    chosen = {"answer": request.GET.get("answer")}  # as a letter's link says
    is_last = services.is_last_asking(found, request.user)
    form = FitForm(request.POST if request.method == "POST" else None, initial=chosen, is_last=is_last)
    if form.is_bound and form.is_valid():
        try:
            others = services.answer_fit(engagement=found, person=request.user, **form.cleaned_data)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Thank you. Only we read it."))
            if others and request.user.pk == found.mentee_id:
                messages.info(request, _("Others who fit: %(names)s.") % {"names": ", ".join(p.name for p in others)})
            return see_other(found)
    return _own_page(request, "mentoring/fit_check.html", found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ending(request, public_id):
    """End it, with all there is to say; where it is over by then, say one's own part."""
    found = access.own_engagement(request.user, public_id)
    if found.ended_at:
        return _late(request, found)
    form = _rated(request, EndingForm, found, {})
    if form.is_bound and form.is_valid():
        ratings = form.ratings()
        try:
            services.finish(engagement=found, by=request.user, ratings=ratings, **form.cleaned_data)
        except (services.MentoringRefused, ModerationRefused) as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is over. What was written stays for both of you to read."))
            if form.cleaned_data.get("again"):
                return _asked_on(request, found)
            return see_other(found)
    return _own_page(request, "mentoring/ending.html", found, form)


def _late(request, found):
    form = _rated(request, ClosingForm, found, {})
    refusal = services.why_not_say(found, request.user, timezone.now())
    if form.is_bound and form.is_valid():
        ratings = form.ratings()
        try:
            services.say_at_end(engagement=found, by=request.user, ratings=ratings, **form.cleaned_data)
        except services.MentoringRefused as refused:
            form.add_error("summary" if refused.code == "nothing_said" else None, refused.words)
        else:
            messages.success(request, _("Thank you. It is kept for both of you."))
            return see_other(found)
    return _own_page(request, "mentoring/ending.html", found, form, refusal=refusal)


def _asked_on(request, found):
    onward = MentorshipRequest.objects.open().filter(origin=found.request).select_related("mentor").last()
    if onward is None:
        messages.info(request, _("Nobody else with room fits at the moment. Your words are kept with the old request."))
        return see_other(found.request)
    messages.info(request, _("%(name)s was asked with the same words.") % {"name": onward.mentor.name})
    return see_other(onward)


@require_POST
@login_required
def testimonial(request, pk):
    """Its mentor shows it to others, or hides it again; whoever wrote it takes it back."""
    act = request.POST.get("act")
    if act == "restore":
        row = services.restore_testimonial(pk=pk, by=request.user, sealed=request.POST.get("sealed", ""))
        if not row:
            raise Http404
        messages.success(request, _("It is back, as it was."))
        return see_other(row.engagement)
    row = access.testimonial_of(request.user, pk)
    if request.user.pk == row.engagement.mentee_id:
        if act != "withdraw":
            raise Http404
        undo = undoing(
            "testimonial", pk, act="restore", sealed=services.withdraw_testimonial(testimonial=row, by=request.user)
        )
        messages.success(request, _("Taken back. Nobody reads it any more."), extra_tags=undo)
    elif act == "show":
        services.reveal(testimonial=row, is_shown=True)
        messages.success(request, _("It stands on your page now."))
    else:
        services.reveal(testimonial=row, is_shown=False)
        messages.success(request, _("It is yours alone again."), extra_tags=undoing("testimonial", pk, act="show"))
    return see_other(row.engagement)


def _rated(request, form, found, known):
    is_mentee = request.user.pk == found.mentee_id
    return form(
        request.POST if request.method == "POST" else None, initial=known, engagement=found, is_mentee=is_mentee
    )


def _own_page(request, template, found, form, **more):
    context = {"engagement": found, "other": found.other(request.user), "form": form} | more
    context["next_meeting"] = relationship_pages.next_meeting(found, timezone.now())
    return render(request, template, context, status=422 if form.errors else 200)
