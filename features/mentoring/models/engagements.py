"""A mentorship: two people, what they agreed on, and what they say and keep for each other."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, Removable, make_public_id
from core.text import version
from features.mentoring.models.requests import MentorshipRequest
from features.skills.models import Level, Skill


class EngagementQuerySet(QuerySet):
    def active(self):
        return self.filter(ended_at=None)

    def of(self, person):
        return self.filter(Q(mentor=person) | Q(mentee=person))


class Engagement(models.Model):
    """The mentorship itself. `turn` says who is expected to do something, and since when."""

    class Turn(models.TextChoices):
        MENTOR = "mentor", _("the mentor")
        MENTEE = "mentee", _("the mentee")

    class Ending(models.TextChoices):
        REACHED = "reached", _("The goal is reached")
        ENOUGH = "enough", _("It was good, and it is enough")
        NOT_A_FIT = "not_a_fit", _("We do not fit")
        SILENT = "silent", _("Nobody wrote for four weeks")

    GOOD = (Ending.REACHED, Ending.ENOUGH)
    SEALED = timedelta(days=7)  # for so long, unless both have spoken, neither reads what the other says at the end
    SPOKEN_WITHIN = timedelta(days=30)

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    request = models.OneToOneField(MentorshipRequest, models.PROTECT, related_name="engagement")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentorships_given")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentorships")
    goal = models.CharField(_("what you want to reach"), max_length=200)
    plan = models.TextField(_("how you go about it"), max_length=2000, blank=True)
    cadence = models.CharField(_("how often you meet"), max_length=100, blank=True)
    ends_on = models.DateField(_("until when"), null=True, blank=True)
    mentor_signed_at = models.DateTimeField(null=True)
    mentee_signed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    turn = models.CharField(max_length=6, choices=Turn, default=Turn.MENTEE)
    turn_since = models.DateTimeField(default=timezone.now)
    nudged_days = models.PositiveSmallIntegerField(default=0, help_text="The last reminder of this turn: 7, 14 or 21")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ending = models.CharField(max_length=12, choices=Ending, blank=True)
    mentor_summary = models.TextField(max_length=2000, blank=True)
    mentee_summary = models.TextField(max_length=2000, blank=True)
    mentor_said_at = models.DateTimeField(null=True)
    mentee_said_at = models.DateTimeField(null=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mentor", "mentee"], condition=Q(ended_at=None), name="one_mentorship_per_pair"
            ),
            models.CheckConstraint(condition=~Q(mentor=F("mentee")), name="mentorship_is_of_two_people"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="mentorship_ends_somehow",
            ),
        ]
        indexes = [models.Index(fields=["turn_since"], condition=Q(ended_at=None), name="mentorships_waiting")]

    def get_absolute_url(self):
        return reverse("engagement", args=[self.public_id])

    def other(self, person):
        return self.mentee if person.pk == self.mentor_id else self.mentor

    def side_of(self, person) -> str:
        return self.Turn.MENTOR if person.pk == self.mentor_id else self.Turn.MENTEE

    @property
    def waits_for(self):
        return self.mentor if self.turn == self.Turn.MENTOR else self.mentee

    @property
    def agreement_version(self) -> str:
        """What a page shows of it, for whoever sends that page's form back."""
        return version(self.goal, self.plan, self.cadence, self.ends_on)

    @property
    def is_signed(self) -> bool:
        return bool(self.mentor_signed_at and self.mentee_signed_at)

    def said_at(self, person):
        """When they said their part at the end."""
        return self.mentor_said_at if person.pk == self.mentor_id else self.mentee_said_at

    def summary_of(self, person) -> str:
        return self.mentor_summary if person.pk == self.mentor_id else self.mentee_summary

    @property
    def opens_at(self):
        """When each reads what the other said at the end, if they have not both said it before."""
        return self.ended_at and self.ended_at + self.SEALED

    def is_open(self, now) -> bool:
        return bool(self.ended_at and ((self.mentor_said_at and self.mentee_said_at) or now >= self.opens_at))


class EngagementSkill(models.Model):
    """A skill that the mentorship is about, as the mentee rates it at the beginning and at the end."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="rated_skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    before = models.PositiveSmallIntegerField(choices=Level, null=True)
    after = models.PositiveSmallIntegerField(choices=Level, null=True)
    signed_off_at = models.DateTimeField(null=True, help_text="The mentor says that it was learnt")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "skill"], name="skill_once_per_mentorship")]


class Message(models.Model):
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000)
    html = models.TextField(editable=False)
    written_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["engagement", "-id"], name="messages_newest_first")]


class Note(models.Model):
    """What somebody writes down: for themselves, or for both."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_shared = models.BooleanField(default=False)
    text = models.TextField(max_length=5000)
    written_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()


class EngagementFile(models.Model):
    """Something to download, for the two of them."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="files")
    file = models.OneToOneField("accounts.StoredFile", models.CASCADE, related_name="+")

    objects = QuerySet.as_manager()


class ActionItem(models.Model):
    """Who does what. What is not done stands there at the next meeting as well."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="actions")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    added_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()


class FitAnswer(models.Model):
    """What somebody says after the first meeting. Only they read it."""

    class Answer(models.TextChoices):
        GOOD = "good", _("It is a good fit")
        UNDECIDED = "undecided", _("I do not know yet, ask me again")
        NOT_A_FIT = "not_a_fit", _("It is not a fit")

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="fit_answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "person"], name="one_fit_answer_each")]


class TestimonialQuerySet(QuerySet):
    def readable_by(self, person, now):
        """Who wrote it; and the mentor, once both have spoken or seven days are over."""
        spoken = Q(engagement__mentor_said_at__isnull=False, engagement__mentee_said_at__isnull=False)
        is_open = spoken | Q(engagement__ended_at__lte=now - Engagement.SEALED) | Q(revealed_at__isnull=False)
        return self.filter(Q(engagement__mentee=person) | Q(is_open, engagement__mentor=person), removed_at=None)


class Testimonial(Removable):
    """What a mentee says of a mentorship that is over. The mentor decides whether others read it."""

    engagement = models.OneToOneField(Engagement, models.PROTECT, related_name="testimonial")
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    words = models.TextField(max_length=1000, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    revealed_at = models.DateTimeField(null=True)

    objects = TestimonialQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="mentorship_rating")]
