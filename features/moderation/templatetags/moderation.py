"""What other features' pages show of decisions on people."""

from django import template

from features.moderation import services

register = template.Library()


@register.inclusion_tag("moderation/_marks.html")
def marks_of(person):
    """What staff have checked about a person, and what was taken back: two queries."""
    return {"marks": list(services.marks_of(person)), "former": list(services.former_marks_of(person)[:5])}
