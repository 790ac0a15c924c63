"""Who may see and do what here. What somebody may not see does not exist for them."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.access import has_any_role
from features.accounts.models import Role
from features.assessments.models import Attempt, Bank, Item

AUTHORS = (Role.EXPERT, Role.ORGANISER)


def visible_bank(person, pk) -> Bank:
    """What is offered; a draft or a closed one for its author."""
    return get_object_or_404(Bank.objects.visible_to(person.pk).select_related("skill", "author"), pk=pk)


def authored_bank(person, pk) -> Bank:
    """For who writes it, and who runs the site."""
    bank = get_object_or_404(Bank.objects.select_related("skill", "author"), pk=pk)
    if bank.author_id != person.pk and not has_any_role(person, Role.ORGANISER):
        raise Http404
    return bank


def readable_item(person, pk) -> Item:
    """An item with its answers: for its author, and for other experts, who are to judge it."""
    items = Item.objects.select_related("bank__skill", "bank__author", "current__made_by")
    item = get_object_or_404(items, pk=pk, current__isnull=False)
    if item.bank.author_id != person.pk and not has_any_role(person, *AUTHORS):
        raise Http404
    return item


def own_attempt(person, public_id) -> Attempt:
    """A test is nobody else's."""
    attempts = Attempt.objects.select_related("bank__skill", "bank__author", "person")
    return get_object_or_404(attempts, public_id=public_id, person=person)
