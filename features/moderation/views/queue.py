"""What waits for a moderator, one case with the whole person beside it, and how the week went."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import has_any_role
from features.moderation import services
from features.moderation.access import case_for, entry_for, moderator_required
from features.moderation.forms import NoteForm, ObjectionDecisionForm
from features.moderation.models import Case, Note, Sanction
from features.moderation.views.curating import choices

Cause = Case.Cause


@require_safe
@moderator_required
def queue(request):
    now, show = timezone.now(), request.GET.get("show", "")
    mine = services.cases_of(request.user)
    counts = {
        "all": mine.waiting().count(),
        "first": mine.waiting().filter(cause=Cause.FIRST).count(),
        "appeals": services.open_act_appeals(request.user).count(),
    }
    context = {"show": show, "counts": counts, "areas": services.scopes_of(request.user), "now": now}
    if show == "done":
        decided = mine.filter(decided_at__isnull=False).select_related("decided_by", "person")
        page = keyset(decided, request, order=("-decided_at", "-id"), size=25)
        found = services.things([case.key for case in page.items])
        context |= {"page": page, "done": [(case, found.get(case.key)) for case in page.items]}
    else:
        wanted = {"cause": Cause.FIRST} if show == "first" else {"claimed_by": request.user} if show == "mine" else {}
        context["is_much"] = services.decided_today(request.user, now) >= services.MUCH
        context["line"] = services.line(request.user, now=now, **wanted)
    return render(request, "moderation/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@moderator_required
def case(request, pk):
    found = case_for(request.user, pk)
    note = NoteForm(request.POST if request.POST.get("act") == "note" else None)
    if request.method == "POST" and (not note.is_bound or note.is_valid()):
        return _act(request, found, note)
    thing, now = services.thing(found.key), timezone.now()
    flags = list(found.flags.select_related("person").order_by("flagged_at"))
    records = services.record_of([flag.person_id for flag in flags])
    holder = services.in_hands_of(found, now)
    context = {
        "case": found,
        "thing": services.as_seen_by(request.user, thing) if thing else None,
        "flags": [(flag, *records.get(flag.person_id, (0, 0))) for flag in flags],
        "holder": holder,
        "is_mine": holder == request.user,
        "claim_ends": found.claimed_at + services.CASE_CLAIM if holder else None,
        "is_open": not found.decided_at,
        "needs_act": services.needs_act(found),
        "is_pending": bool(thing and not found.decided_at and services.is_pending(thing)),
        "likely": [],
        **(_choices(request, found, thing) if thing and not found.decided_at else {}),
        "note": note,
        **(_person(request, found.person) if found.person else {}),
    }
    return render(request, "moderation/case.html", context, status=422 if note.errors else 200)


def _choices(request, case, thing):
    """What concerns the thing itself stands out; what concerns its author or its thread is there, but calm."""
    found = choices(request.user, [thing], _next_url(request, case))
    if thing.state == "held" and not services.needs_act(case):  # letting it stand shows it
        found = [one for one in found if one["name"] != "show"]
    likely = [one for one in found if not one["act"].concerns]
    rest: dict[str, list] = {}
    for one in found if likely else []:
        if one["act"].concerns:
            rest.setdefault(str(one["act"].concerns), []).append(one)
    return {"likely": likely or found, "rest": rest}


def _person(request, person):
    """The whole person, but no money and no address."""
    return {
        "person": person,
        "facts": services.facts_about(person),
        "sanctions": Sanction.objects.filter(person=person).order_by("-starts_at")[:5],
        "earlier": Case.objects.filter(person=person, decided_at__isnull=False).order_by("-decided_at")[:5],
        "notes": Note.objects.filter(person=person).select_related("by").order_by("-pk")[:5],
        "wrote": services.things_of(person, seen_by=request.user),
        "is_staff_page": has_any_role(request.user, *services.STAFF),
    }


def _next_url(request, found):
    return f"/moderation/?after={found.pk}"


def _act(request, found, note):
    what = request.POST.get("act", "")
    try:
        if what == "note" and found.person:
            services.write_note(by=request.user, person=found.person, words=note.cleaned_data["note"])
            messages.success(request, _("Written down. Only moderators read it."))
        elif what == "claim":
            services.claim_case(by=request.user, case=found)
        elif what == "release":
            services.release_case(by=request.user, case=found)
            return see_other("moderation")
        else:
            services.decide(by=request.user, case=found, outcome=what)
            messages.success(request, _("Decided. The next one is below."))
            return see_other("moderation")
    except services.ModerationRefused as refused:
        messages.error(request, refused.words)
    return see_other("moderation_case", found.pk)


# --- Objections -------------------------------------------------------------------------------------------------------
@require_safe
@moderator_required
def appeals(request):
    page = keyset(services.open_act_appeals(request.user), request, order=("filed_at", "id"), size=25)
    found = services.things([appeal.entry.key for appeal in page.items])
    rows = [
        (appeal, found.get(appeal.entry.key), services.said_of(appeal.entry.act, appeal.entry.kind))
        for appeal in page.items
    ]
    context = {"page": page, "rows": rows, "is_staff": has_any_role(request.user, *services.STAFF)}
    return render(request, "moderation/appeals.html", context)


@require_POST
@moderator_required
def appeal(request, pk):
    """Decide on what the author had to say."""
    entry = entry_for(request.user, pk)
    filed = getattr(entry, "appeal", None)
    form = ObjectionDecisionForm(request.POST)
    if filed is None:
        messages.error(request, _("Nobody has objected to this."))
    elif form.is_valid():
        try:
            decided = services.decide_act_appeal(by=request.user, appeal=filed, **form.cleaned_data)
        except services.ModerationRefused as refused:
            messages.error(request, refused.words)
        else:
            said = [_("Decided. The author is told."), services.why_not_back(decided)]
            messages.success(request, " ".join(said).strip())
    else:
        messages.error(request, _("Choose one of the two, and say why."))
    return see_other("moderation_entry", pk)


@require_safe
@moderator_required
def figures(request):
    return render(request, "moderation/figures.html", {"figures": services.figures(), "much": services.MUCH})
