"""What moderators do to what others wrote, what members report, and what waits to be looked at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.moderation.models.objections import Objection, decided_with_an_answer, the_open_ones

PERSON = settings.AUTH_USER_MODEL


class Reason(models.TextChoices):
    """Fixed, so that they can be counted and weighed. They say what to change, not what is wrong with somebody."""

    ADVERTISING = "advertising", _("It advertises instead of helping")
    RUDE = "rude", _("It attacks somebody")
    HARMFUL = "harmful", _("Following it would do harm")
    PERSONAL = "personal", _("It gives away somebody's personal data")
    OFF_TOPIC = "off_topic", _("It belongs somewhere else, or nowhere here")
    UNCLEAR = "unclear", _("It cannot be answered as it stands")
    REPEATED = "repeated", _("It is here already")
    TIDYING = "tidying", _("Tidying up: nothing is wrong with it")
    OTHER = "other", _("Something else")


# What a member can report, and how bad it is if it is true.
HARM = {
    Reason.PERSONAL: 5,
    Reason.RUDE: 4,
    Reason.HARMFUL: 4,
    Reason.ADVERTISING: 3,
    Reason.OFF_TOPIC: 1,
    Reason.UNCLEAR: 1,
    Reason.OTHER: 2,
}


class Entry(models.Model):
    """One act of a moderator: on what, why, by whom. It only grows; a trigger refuses changes. What was undone has a
    later entry that says so."""

    act = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=40)
    place = models.CharField(max_length=60, blank=True, help_text="Where it is told of, such as thread:12")
    scope = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=20, choices=Reason)
    words = models.CharField(max_length=500, blank=True, help_text="To the author")
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+", help_text="Whose it is")
    done_at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(default=dict, help_text="Ids and states that undoing it needs")
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-done_at", "-id"], name="log_newest_first"),
            models.Index(fields=["place", "id"], condition=~Q(place=""), name="log_of_place"),
            models.Index(fields=["kind", "ref", "-id"], name="log_of_thing"),
            models.Index(fields=["person", "-id"], name="log_of_person"),
        ]

    def __str__(self):
        return f"{self.act} {self.kind}:{self.ref}"

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref}"


class CaseQuerySet(QuerySet):
    def waiting(self):
        return self.filter(decided_at=None)


class Case(models.Model):
    """Something that waits for a moderator: one at a time for each thing, however many report it."""

    class Cause(models.TextChoices):
        FLAGS = "flags", _("Reported")
        FIRST = "first", _("First post")
        EDIT = "edit", _("Suggested edit")
        DISPUTE = "dispute", _("Two sides say different things")
        CHANGED = "changed", _("Changed, waits to be shown")
        MESSAGE = "message", _("To many, waits to be sent")

    class Outcome(models.TextChoices):
        ACTED = "acted", _("Something was done")
        KEPT = "kept", _("It stays as it is")
        IGNORED = "ignored", _("Closed without a word on who was right")
        GONE = "gone", _("Its author took it back")

    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=40)
    cause = models.CharField(max_length=10, choices=Cause)
    scope = models.CharField(max_length=100, blank=True)
    person = models.ForeignKey(PERSON, models.CASCADE, null=True, related_name="cases_about")
    harm = models.PositiveSmallIntegerField(default=1)
    weight = models.FloatField(default=0.0, help_text="Of those who reported it, together")
    opened_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, help_text="When its author last changed it meanwhile")
    claimed_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="+")

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], condition=Q(decided_at=None), name="one_open_case"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None) | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="case_is_decided_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at", "id"], condition=Q(decided_at=None), name="cases_waiting"),
            models.Index(fields=["-decided_at", "-id"], condition=Q(decided_at__isnull=False), name="cases_decided"),
        ]

    def __str__(self):
        return f"{self.cause} {self.kind}:{self.ref}"

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref}"


class Flag(models.Model):
    """One member says what is wrong with one thing. What became of it says how much their next one weighs."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("Right")
        WRONG = "wrong", _("Not shared")
        UNSAID = "unsaid", _("Left open")

    case = models.ForeignKey(Case, models.CASCADE, related_name="flags")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="flags")
    reason = models.CharField(max_length=20, choices=Reason)
    words = models.CharField(max_length=300, blank=True)
    weight = models.FloatField()
    flagged_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="one_flag_for_each")]
        indexes = [models.Index(fields=["person", "-id"], name="flags_of_person")]


class ActAppeal(Objection):
    """The author's objection to one act: one, decided by somebody else than whoever acted."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("It stays")
        OVERTURNED = "overturned", _("It is undone")

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="appeal")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="act_appeals")
    words = models.TextField(max_length=2000)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    class Meta:
        constraints = [decided_with_an_answer("act_appeal_is_decided_with_an_answer")]
        indexes = [the_open_ones("act_appeals_open")]


class Note(models.Model):
    """What moderators tell each other about a person. Never shown to anybody else."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="moderator_notes")
    words = models.TextField(max_length=2000)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="notes_of_person")]
