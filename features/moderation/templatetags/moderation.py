"""What other features' pages show of decisions on people."""

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from features.moderation import services

register = template.Library()


@register.filter
def span(time) -> str:
    """ "35 minutes", of a timedelta."""
    now = timezone.now()
    return timesince(now - time, now) if time is not None else "–"


@register.filter
def sure(weight) -> str:
    """In words what those who reported something weigh together (see `urgency.confidence`)."""
    if weight >= 2:
        return _("probably right")
    return _("may be right") if weight >= 1 else _("from people who are new, or were seldom right")


@register.inclusion_tag("moderation/_marks.html")
def marks_of(person):
    """What staff have checked about a person, and what was taken back: two queries."""
    return {"marks": list(services.marks_of(person)), "former": list(services.former_marks_of(person)[:5])}
