"""Who may see and do what with decisions on people. What somebody may not see does not exist for them."""

from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.models import User
from features.moderation import links
from features.moderation.models import ExpertApplication, RoleMark, Sanction


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
