"""What moderators do to what others wrote: one form for all acts, on one thing or on several."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import is_htmx, see_other
from core.text import numbers
from features.accounts.services import safe_next
from features.moderation import services
from features.moderation.access import entry_for, moderator_required, things_for
from features.moderation.act_kinds import OF_PEOPLE
from features.moderation.forms import act_form
from features.moderation.models import Case


def _things(request):
    return things_for(request.user, request.POST.getlist("on") or request.GET.getlist("on"))


def names_for(kind):
    return [*services.subjects[kind].acts, *OF_PEOPLE]


def choices(person, things, way_back=""):
    """What can be done to all of them, as links to its form."""
    found = services.offered(person, things[0], names_for(things[0].kind))
    several = len(things) > 1
    chosen = []
    for name, act in found:
        if several and not act.on_many:
            continue
        if all(services.why_not(person, name, thing) is None for thing in things[1:]):
            query = [("on", thing.key) for thing in things] + ([("next", way_back)] if way_back else [])
            url = f"{reverse('moderation_act', args=[name])}?{urlencode(query)}"
            chosen.append({"name": name, "act": act, "url": url})
    return chosen


@require_http_methods(["GET", "HEAD", "POST"])
@moderator_required
def act(request, name):
    things = _things(request)
    if name not in services.acts:
        raise Http404
    act = services.acts[name]
    way_back = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    form = act_form(act)(request.POST or None, initial={"on": things})
    if hasattr(form, "about"):
        form.about(things)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        said = {field: given.pop(field) for field in ("reason", "words")}
        try:
            entries = services.act(
                by=request.user, name=name, keys=[thing.key for thing in things], given=given, **said
            )
        except services.ModerationRefused as refused:
            form.add_error(None, refused.words)
        else:
            return _done(request, act, entries, things, way_back)
    refused = services.why_not(request.user, name, things[0]) if request.method != "POST" else None
    context = {"act": act, "name": name, "things": things, "form": form, "next": way_back, "refused": refused}
    # Only in the thread there is a post to be swapped; on its own page the form is a plain one.
    is_beside = is_htmx(request) and _in_place(act, things)
    context["target"] = things[0].key.replace(":", "-") if is_beside else ""
    status = 422 if form.errors else 200
    if not is_htmx(request):
        return render(request, "moderation/act.html", context, status=status)
    response = render(request, "moderation/act.html#act-form", context, status=status)
    if form.errors:
        response["HX-Retarget"], response["HX-Reswap"] = f"#act-{things[0].key.replace(':', '-')}", "innerHTML"
    return response


def _in_place(act, things):
    return act.stays and len(things) == 1 and services.subjects[things[0].kind].fragment is not None


def _done(request, act, entries, things, way_back):
    words = ngettext("Done: %(label)s.", "Done %(n)d times: %(label)s.", len(entries))
    also = urlencode({"also": [entry.pk for entry in entries[1:]]}, doseq=True)
    undo = f"{reverse('moderation_undo', args=[entries[0].pk])}?{also}".rstrip("?") if act.undo else ""
    messages.success(request, words % {"label": act.label, "n": len(entries)}, extra_tags=undo)
    if is_htmx(request) and _in_place(act, things) and not way_back:
        shown = services.subjects[things[0].kind].fragment(request, things[0].ref, entries[0].act)
        if shown is not None:
            return shown
    return see_other(way_back or _what_is_left(request.user, entries[0].key))


def _what_is_left(person, key):
    left = services.thing(key)
    return (services.as_seen_by(person, left).url if left else "") or "moderation"


@require_POST
@moderator_required
def undo(request, pk):
    """Of one act, or of all that was done to a selection (`also`): each by itself, as one may have changed since."""
    also = numbers((request.POST.getlist("also") or request.GET.getlist("also"))[: services.MOST])
    entries = [entry_for(request.user, number) for number in (pk, *also)]
    refused: dict[str, None] = {}
    for entry in entries:
        try:
            services.undo(by=request.user, entry=entry)
        except services.ModerationRefused as why:
            refused[str(why.words)] = None
    for words in refused:
        messages.error(request, words)
    if not refused:
        messages.success(request, _("Taken back: it is as it was before."))
    return see_other(_what_is_left(request.user, entries[0].key))


@require_http_methods(["GET", "HEAD", "POST"])
@moderator_required
def selection(request):
    """Several at once: what they are, and what can be done to all of them."""
    things = _things(request)
    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        cases = services.cases_of(request.user).waiting()
        found = [case for case in cases.filter(ref__in=[t.ref for t in things]) if case.key in {t.key for t in things}]
        if not found or outcome not in (Case.Outcome.KEPT, Case.Outcome.IGNORED):
            raise BadRequest
        refused = [said for case in found if (said := _decide(request.user, case, outcome))]
        for words in refused:
            messages.error(request, words)
        done = len(found) - len(refused)
        if done:
            messages.success(request, ngettext("%(n)d case closed.", "%(n)d cases closed.", done) % {"n": done})
        return see_other("moderation")
    context = {"things": things, "choices": choices(request.user, things, reverse("moderation"))}
    keys = {thing.key for thing in things}
    waiting = services.cases_of(request.user).waiting().filter(ref__in=[thing.ref for thing in things])
    context["cases"] = sum(case.key in keys for case in waiting)
    return render(request, "moderation/selection.html", context)


def _decide(by, case, outcome):
    try:
        services.decide(by=by, case=case, outcome=outcome)
    except services.ModerationRefused as refused:
        return refused.words
    return ""
