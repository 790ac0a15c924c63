"""What a person is told about their tokens and webhooks, in the inbox and by letter."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.api_parts import scopes
from core.seo import absolute
from features.integrations.models import PersonalToken, WebhookEndpoint
from features.notifications.kinds import Group, Kind, Letter, kinds

ACCESS = Group(
    key="access",
    label=gettext_lazy("Programs that act for you"),
    why=gettext_lazy("News about your tokens and webhooks is about who can act as you, and cannot be switched off."),
)


def register_kinds():
    kinds.register("token_made", Kind(letter=_token_made, sentences=_say_token_made, group=ACCESS))
    kinds.register("webhook_off", Kind(letter=_webhook_off, sentences=_say_webhook_off, group=ACCESS))


def _token_made(notification):
    token = PersonalToken.objects.filter(pk=notification.ref, revoked_at=None).first()
    if token is None:
        return None
    may = [str(scopes[name].label) for name in token.scopes if name in scopes]
    return _letter(
        _("A token was made for your account"),
        [
            _("The token “%(name)s” can act as you:") % {"name": token.name},
            *(f"– {words}" for words in may),
            _("If it was not you, revoke it and set a new password."),
        ],
        _("See your tokens"),
        reverse("tokens"),
    )


def _webhook_off(notification):
    endpoint = WebhookEndpoint.objects.filter(pk=notification.ref, disabled_at__isnull=False).first()
    if endpoint is None:
        return None
    return _letter(
        _("A webhook of yours was switched off"),
        [
            _("%(url)s did not take what we sent, or asked for no more. Nothing is sent there for now.")
            % {"url": endpoint.url},
            _("Its log says what came back. Switch it on again when it works."),
        ],
        _("See the log"),
        reverse("webhook", args=[endpoint.public_id]),
    )


def _letter(subject, paragraphs, label, path):
    context = {"subject": subject, "paragraphs": paragraphs, "action_label": label, "action_url": absolute(path)}
    return Letter(template="integrations/email/letter", context=context)


def _say_token_made(notifications):
    names = dict(PersonalToken.objects.filter(pk__in=_refs(notifications)).values_list("pk", "name"))
    return {
        row.pk: _("A token was made for your account: “%(name)s”.") % {"name": names[int(row.ref)]}
        for row in notifications
        if int(row.ref) in names
    }


def _say_webhook_off(notifications):
    urls = dict(WebhookEndpoint.objects.filter(pk__in=_refs(notifications)).values_list("pk", "url"))
    return {
        row.pk: _("Your webhook to %(url)s was switched off.") % {"url": urls[int(row.ref)]}
        for row in notifications
        if int(row.ref) in urls
    }


def _refs(notifications):
    return [int(row.ref) for row in notifications]
