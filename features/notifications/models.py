from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class NotificationQuerySet(QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def for_digest(self):
        """Those that wait for the next digest: what was read meanwhile is no news."""
        return self.unread().filter(by_digest=True, mailed_at=None, withheld_at=None)

    def until(self, notification):
        """This one, and all that its recipient was told before."""
        mine, at = self.filter(recipient=notification.recipient_id), notification.created_at
        return mine.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lte=notification.pk))


class Notification(models.Model):
    """Something one person should know. Mail is one channel of it; words are made from `kind` and `ref` when needed."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    ref = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=200, unique=True, help_text="The same key is never said twice")
    by_digest = models.BooleanField(
        default=False, db_default=False, help_text="Mailed with the next digest, not by a letter of its own"
    )
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True, help_text="When sending found it no longer true, or not wanted")
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="inbox_newest_first"),
            models.Index(fields=["recipient"], name="inbox_unread", condition=Q(read_at=None)),
            models.Index(fields=["ref"], name="notices_of_newsletters", condition=Q(kind="newsletter")),
            models.Index(
                fields=["recipient", "created_at"],
                name="waiting_for_digest",
                condition=Q(by_digest=True, mailed_at=None, withheld_at=None, read_at=None),
            ),
        ]


class Mailing(models.Model):
    """What is written once to many. Once it is sent it does not change; how far it has gone stands in `told_until`, the
    number of the last person for whom a notification was written."""

    sent_at = models.DateTimeField(null=True)
    told_until = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, help_text="When a notification for the last person was written")
    told_count = models.PositiveIntegerField(default=0, db_default=0, help_text="For how many")

    class Meta:
        abstract = True


class Level(models.TextChoices):
    """From nothing to most: of several that apply, the later one counts."""

    OFF = "off", _("Off")
    INBOX = "inbox", _("Inbox")
    DIGEST = "digest", _("Inbox and digest")
    MAIL = "mail", _("Inbox and mail")


class Preference(models.Model):
    """How much of one group of kinds a person wants. Without a row it is what the group proposes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences")
    group = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="one_preference_per_group"),
            models.CheckConstraint(
                condition=Q(level__in=["off", "inbox", "digest", "mail"]), name="preference_is_a_level"
            ),
        ]


class Follow(models.Model):
    """Whom or what a person wants to hear of, by text key: `person:7`, `skill:12`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    key = models.CharField(max_length=60)
    level = models.CharField(max_length=10, blank=True, choices=Level, help_text="Empty: as chosen for all follows")
    followed_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_follow_per_person_and_thing"),
            models.CheckConstraint(
                condition=Q(level__in=["", "off", "inbox", "digest", "mail"]), name="follow_has_a_level_or_none"
            ),
        ]
        indexes = [models.Index(fields=["key", "person"], name="follow_by_thing")]


class Rhythm(models.TextChoices):
    DAILY = "daily", _("Every morning")
    WEEKLY = "weekly", _("On Monday mornings")
    NEVER = "never", _("Never")


class DigestRhythm(models.Model):
    """How often a person wants a digest. Without a row: on Mondays."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="digest_rhythm"
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rhythm__in=["daily", "weekly", "never"]), name="digest_rhythm_is_known")
        ]


class Digest(models.Model):
    """One morning's letter to one person. The row is the right to send it, so that no two workers do."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField(help_text="The day where the person is")
    slot_at = models.DateTimeField(help_text="That morning; what came later waits for the next one")
    sent_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True, help_text="When there was nothing left to say, or no way to say it")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_digest_a_day")]


class SuppressedAddress(models.Model):
    """An address that notifications are not sent to. It belongs to no account: it may outlive one, or have none."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("Its mail server refused our letters for good")
        COMPLAINED = "complained", _("Somebody reported our letters as unwanted")

    address = models.EmailField(_("address"), primary_key=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    answer = models.CharField(_("what the server said"), max_length=200, blank=True)
    suppressed_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("address that is not written to")
        verbose_name_plural = _("addresses that are not written to")
        constraints = [
            models.CheckConstraint(condition=Q(address=Lower("address")), name="suppressed_address_is_lower_case"),
            models.CheckConstraint(condition=Q(reason__in=["bounced", "complained"]), name="suppression_has_a_reason"),
        ]

    def __str__(self):
        return self.address
