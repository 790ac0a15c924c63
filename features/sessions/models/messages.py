from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.notifications.models import Mailing
from features.sessions.models.sessions import SkillSession
from features.sessions.models.tickets import TicketKind


class SessionMessageQuerySet(QuerySet):
    def drafts(self):
        return self.filter(asked_at=None)

    def asked(self):
        """Those that their host wanted to be sent."""
        return self.filter(asked_at__isnull=False)

    def on_their_way(self):
        """Sent, and not stopped by a moderator."""
        return self.filter(sent_at__isnull=False, stopped_at=None)


class SessionMessage(Mailing):
    """What a host writes to those who registered. `asked_at` is when the host sent it, `sent_at` when it went out: at
    once, or once a moderator had read it."""

    class Audience(models.TextChoices):
        SEATS = "seats", _("Everybody with a seat")
        TICKET = "ticket", _("Those with one kind of ticket")
        WAITING = "waiting", _("Everybody on the waitlist")
        PRESENT = "present", _("Those who were there")

    session = models.ForeignKey(SkillSession, models.PROTECT, related_name="messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="session_messages")
    title = models.CharField(_("subject"), max_length=100)
    text = models.TextField(_("message"), max_length=4000)
    audience = models.CharField(max_length=10, choices=Audience)
    ticket = models.ForeignKey(TicketKind, models.CASCADE, null=True, related_name="+")
    form_key = models.CharField(max_length=22, null=True, editable=False)  # noqa: DJ001 - NULL repeats
    written_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    is_reviewed = models.BooleanField(default=False, help_text="A moderator reads it before it is sent")
    stopped_at = models.DateTimeField(null=True, help_text="When a moderator stopped it")

    objects = SessionMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="ticket", ticket__isnull=False) | (~Q(audience="ticket") & Q(ticket=None)),
                name="message_is_to_a_ticket_or_not",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(asked_at__isnull=False), name="message_is_sent_once_asked"
            ),
            # Of each host's own, as forms bring them: nobody takes the place of what another says.
            models.UniqueConstraint(fields=["by", "form_key"], name="one_message_per_form_key"),
        ]
        indexes = [models.Index(fields=["session", "-written_at", "-id"], name="messages_of_session")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("session_message", args=[self.session_id, self.session.slug, self.pk])

    @property
    def is_draft(self):
        return self.asked_at is None

    @property
    def state(self):
        """As moderators call it: draft, held (waits for them), hidden (stopped) or shown (sent)."""
        if self.stopped_at:
            return "hidden"
        return "shown" if self.sent_at else "held" if self.asked_at else "draft"
