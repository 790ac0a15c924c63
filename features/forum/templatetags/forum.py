"""What forms of the forum hold besides their fields."""

from django import template
from django.utils.html import format_html

from features.forum import services

register = template.Library()


@register.simple_tag(takes_context=True)
def began(context):
    """When the form was given out, so that what is typed in no time can be told."""
    return format_html('<input type="hidden" name="began" value="{}">', context.get("began") or services.began())
