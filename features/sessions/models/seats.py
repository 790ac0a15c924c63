from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.sessions.models.sessions import SkillSession
from features.sessions.models.tickets import TicketKind


class RegistrationQuerySet(QuerySet):
    def active(self):
        """Those that occupy a seat: confirmed, or held until paid."""
        return self.filter(cancelled_at=None)

    def confirmed(self):
        return self.active().filter(confirmed_at__isnull=False)

    def present(self):
        return self.confirmed().filter(attendance__state=Attendance.State.PRESENT)


class Registration(models.Model):
    """One person's seat. A hold is this same row with `held_until` and no `confirmed_at`; it counts as taken."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    session = models.ForeignKey(SkillSession, models.PROTECT, related_name="registrations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations")
    ticket = models.ForeignKey(TicketKind, models.PROTECT, null=True, related_name="registrations")
    note = models.CharField(max_length=500, blank=True)
    registered_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cancellation_reason = models.CharField(max_length=200, blank=True)
    join_token = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(cancelled_at=None), name="one_seat_per_person_and_session"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(held_until__isnull=False),
                name="registration_is_confirmed_or_held",
            ),
        ]
        indexes = [
            models.Index(
                fields=["held_until"], name="registration_holds", condition=Q(confirmed_at=None, cancelled_at=None)
            )
        ]

    @property
    def format(self):
        """Where this person takes part: in a session of two formats their ticket says it."""
        return self.ticket.format if self.ticket else self.session.format

    @property
    def instructions(self):
        """What the host says to those who hold this kind of ticket: nothing before it is theirs, or afterwards."""
        return self.ticket.instructions if self.ticket and self.confirmed_at and not self.cancelled_at else ""

    @property
    def was_there(self):
        return hasattr(self, "attendance") and self.attendance.state == Attendance.State.PRESENT

    @property
    def did_not_come(self):
        return hasattr(self, "attendance") and self.attendance.state == Attendance.State.ABSENT


class ResaleClaim(models.Model):
    """A paid seat that was given back for less than it cost: once others have taken it, the rest is paid back too."""

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="resale_claim")
    opened_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()


class Attendance(models.Model):
    """Whether somebody was there, and how we know. Without a row nobody knows yet."""

    class State(models.TextChoices):
        PRESENT = "present", _("Was there")
        ABSENT = "absent", _("Did not come")

    class Source(models.TextChoices):
        JOIN_LINK = "join_link", _("Opened the room by their link")
        CHECK_IN = "check_in", _("Checked in by the host")
        CORRECTION = "correction", _("Corrected by the host")
        NOT_SEEN = "not_seen", _("Nobody saw them")

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="attendance")
    state = models.CharField(max_length=10, choices=State, default=State.PRESENT)
    source = models.CharField(max_length=20, choices=Source)
    happened_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="present", source__in=("join_link", "check_in", "correction"))
                | Q(state="absent", source__in=("correction", "not_seen")),
                name="attendance_state_fits_its_source",
            )
        ]


class WaitlistQuerySet(QuerySet):
    def in_line(self):
        """Those that count: whose account is suspended is passed over until it is no longer."""
        return self.filter(left_at=None, person__is_active=True)


class WaitlistEntry(models.Model):
    """A place in the line, of a kind of ticket where there are kinds. Order is by time joined and cannot be bought."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    session = models.ForeignKey(SkillSession, models.PROTECT, related_name="waitlist")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="waitlist_entries")
    ticket = models.ForeignKey(TicketKind, models.PROTECT, null=True, related_name="waitlist")
    note = models.CharField(max_length=500, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=20, blank=True)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(left_at=None), name="one_place_in_line_per_person"
            )
        ]
        indexes = [
            models.Index(fields=["session", "joined_at", "id"], name="waitlist_order", condition=Q(left_at=None))
        ]


class WaitlistOffer(models.Model):
    """A seat kept for the next in line until `expires_at`. It counts as taken while it is open."""

    class Outcome(models.TextChoices):
        CLAIMED = "claimed", _("Claimed")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Withdrawn")

    entry = models.ForeignKey(WaitlistEntry, models.CASCADE, related_name="offers")
    offered_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(closed_at=None), name="one_open_offer_per_entry"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="closed_offer_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="offers_to_expire", condition=Q(closed_at=None))]
