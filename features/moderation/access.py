"""Who may see and do what with decisions on people. What somebody may not see does not exist for them."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.access import has_any_role
from features.accounts.models import User
from features.moderation import links, services
from features.moderation.models import Case, Entry, ExpertApplication, RoleMark, Sanction


def person_for_staff(pk) -> User:
    return get_object_or_404(User, pk=pk)


def sanction_by_link(token) -> Sanction:
    """Its address is the key: whoever it is about may be unable to log in."""
    try:
        public_id = links.read(token)
    except BadSignature as error:
        raise Http404 from error
    return get_object_or_404(Sanction.objects.select_related("person"), public_id=public_id)


def sanction_for_staff(pk) -> Sanction:
    return get_object_or_404(Sanction.objects.select_related("person", "given_by", "lifted_by"), pk=pk)


def application_for_staff(pk) -> ExpertApplication:
    sent = ExpertApplication.objects.exclude(state=ExpertApplication.State.DRAFT).filter(received_at__isnull=False)
    return get_object_or_404(sent.select_related("person", "claimed_by", "decided_by"), pk=pk)


def own_request(person, pk) -> RoleMark:
    return get_object_or_404(RoleMark.objects.asked_for(), pk=pk, person=person)


def mark_for_staff(pk) -> RoleMark:
    return get_object_or_404(RoleMark.objects.select_related("person", "granted_by"), pk=pk)


# --- Curating ---------------------------------------------------------------------------------------------------------
def is_moderator(person) -> bool:
    """Of everything, or of at least one area."""
    return has_any_role(person, *services.EVERYWHERE) or bool(services.scopes_of(person))


def moderator_required(view):
    """For views: a stranger logs in first; whoever moderates nothing finds nothing here."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_moderator(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def case_for(person, pk) -> Case:
    return get_object_or_404(services.cases_of(person).select_related("person", "claimed_by", "decided_by"), pk=pk)


def entry_for(person, pk) -> Entry:
    """Whose words it was about, and those who moderate where that was, or is by now."""
    found = Entry.objects.select_related("by", "person", "undone_by__by", "appeal__decided_by")
    entry = get_object_or_404(found, pk=pk)
    is_theirs = entry.person_id is not None and entry.person_id == person.pk
    if not is_theirs and not services.moderates(person, entry.scope) and not services.looks_after(person, entry):
        raise Http404
    return entry


def decision_on_own(person, kind, ref) -> Entry:
    """What was last decided about something of one's own, as it stands."""
    entries = Entry.objects.filter(person=person, kind=kind, ref=ref, undone_by=None)
    found = entries.exclude(act__in=("undo", "restored")).order_by("-pk").first()
    if found is None:
        raise Http404
    return found


def thing_to_report(person, kind, ref):
    """What somebody reads, and may therefore report."""
    found = services.thing(f"{kind}:{ref}")
    if found is None or not services.subjects[kind].shown_to(person, ref):
        raise Http404
    return found


def things_for(person, keys):
    """What was chosen, all of which one moderates; anything else is not there."""
    found = services.things(list(keys)[: services.MOST + 1])
    if not found or len(found) != len(set(keys)) or len(found) > services.MOST:
        raise Http404
    if not all(services.moderates(person, thing.scope) for thing in found.values()):
        raise Http404
    return [services.as_seen_by(person, thing) for thing in found.values()]
