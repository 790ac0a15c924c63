"""What becomes of keys for programs when two accounts become one: they were given to one account alone."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Part, columns, parts


def register():
    words = {"PersonalToken.person": _("Tokens"), "WebhookEndpoint.person": _("Webhooks")}
    ruled = columns("integrations", words, drop="PersonalToken.person WebhookEndpoint.person")
    parts.register("integrations", Part(ruled))
