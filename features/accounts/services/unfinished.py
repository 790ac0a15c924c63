"""What is being typed: kept by the page itself (`_keeping.html`), and put back into its form. A feature names the form
by a key of its own; nobody but its author reads it."""

from datetime import datetime, timedelta

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from core.limits import hit
from features.accounts.models import Unfinished, User
from features.accounts.services.entrance import worth_keeping

LONGEST = 400_000  # letters that are not Latin are written as six or nine
MOST = 50  # forms of one person: the oldest goes
KEPT = timedelta(days=60)


@transaction.atomic
def keep_unfinished(*, person: User, key: str, data: QueryDict, now: datetime | None = None) -> datetime:
    """Answers when it was kept."""
    hit("typing", person.pk)
    now = now or timezone.now()
    said = {"data": worth_keeping(data).urlencode()[:LONGEST], "saved_at": now}
    Unfinished.objects.update_or_create(person=person, key=key, defaults=said)
    theirs = Unfinished.objects.filter(person=person).order_by("-saved_at", "-pk")
    Unfinished.objects.filter(pk__in=list(theirs.values_list("pk", flat=True)[MOST:])).delete()
    return now


def put_back(person: User, key: str, form: forms.BaseForm) -> Unfinished | None:
    """Fill in what was typed and not sent; files have to be chosen again. For a form that was not sent just now."""
    kept = Unfinished.objects.filter(person=person.pk, key=key).first() if person.is_authenticated else None
    if kept is None:
        return None
    data = QueryDict(kept.data)
    for name, field in form.fields.items():
        place = form.add_prefix(name)
        if isinstance(field, forms.BooleanField) or (place in data and not isinstance(field, forms.FileField)):
            form.initial[name] = field.widget.value_from_datadict(data, {}, place)
    return kept


def forget_unfinished(*, person: User, key: str) -> None:
    """It was sent, or thrown away."""
    Unfinished.objects.filter(person=person, key=key).delete()


def forget_old_unfinished(now: datetime | None = None) -> int:
    return Unfinished.objects.filter(saved_at__lte=(now or timezone.now()) - KEPT).delete()[0]
