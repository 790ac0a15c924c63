"""For pages that a subscription opens: whose payment failed is told there too."""

from django.template import Library

from features.payments.models import Subscription

register = Library()


@register.inclusion_tag("payments/_past_due.html", takes_context=True)
def past_due(context):
    """The banner, for whom it concerns: strangers are not asked about."""
    user = context.get("user")
    if not context.get("has_session") or user is None or not user.is_authenticated:
        return {"mine": None}
    return {"mine": Subscription.objects.filter(person=user, state=Subscription.State.PAST_DUE).first()}
