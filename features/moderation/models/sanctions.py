from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.accounts.access import Ability
from features.moderation.models.objections import Objection, decided_with_an_answer, the_open_ones


class SanctionQuerySet(QuerySet):
    def in_force(self, now=None):
        """What holds now. An end needs nobody to notice it."""
        now = now or timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), lifted_at=None, starts_at__lte=now)


class Sanction(models.Model):
    """What was taken from a person, why, by whom and until when. Several may hold at once; each ends on its own."""

    class Kind(models.TextChoices):
        SUSPENSION = "suspension", _("Suspension: cannot log in")
        SILENCE = "silence", _("Silence: may read and take part, but not write")
        LIMIT = "limit", _("One ability is taken away")

    # What whoever is silenced may not do.
    SILENCES = frozenset({Ability.HOST, Ability.REVIEW, Ability.APPLY, Ability.MESSAGE, Ability.POST, Ability.TIDY})
    ABILITIES = [(ability.value, ability.label) for ability in Ability if ability != Ability.LOG_IN]

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sanctions")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    ability = models.CharField(_("ability"), max_length=10, blank=True, choices=ABILITIES)
    scope = models.CharField(_("only in"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    note = models.TextField(_("note among moderators"), max_length=2000, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifting_reason = models.CharField(max_length=500, blank=True)
    end_told_at = models.DateTimeField(null=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="sanction_has_time"),
            models.CheckConstraint(
                condition=(Q(kind="limit") & ~Q(ability="")) | (~Q(kind="limit") & Q(ability="")),
                name="sanction_names_an_ability_when_it_takes_one",
            ),
            models.CheckConstraint(condition=Q(scope="") | ~Q(kind="suspension"), name="suspension_holds_everywhere"),
            models.CheckConstraint(condition=~Q(reason=""), name="sanction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lifting_reason=""), name="sanction_is_lifted_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["person"], condition=Q(lifted_at=None), name="sanction_of_person")]

    def is_in_force(self, now=None):
        now = now or timezone.now()
        return self.lifted_at is None and self.starts_at <= now and (self.ends_at is None or self.ends_at > now)

    def forbids(self, ability, scope=""):
        if self.scope and self.scope != scope:
            return False
        if self.kind == self.Kind.SILENCE:
            return ability in self.SILENCES
        return self.kind == self.Kind.SUSPENSION or self.ability == ability

    def what(self):
        """In one phrase, for lists: Suspension, Silence, or what may not be done."""
        if self.kind == self.Kind.LIMIT:
            return _("Not allowed: %(what)s") % {"what": self.get_ability_display()}
        return self.get_kind_display().partition(":")[0]

    def meaning(self):
        """What it takes, and what it leaves."""
        if self.kind == self.Kind.SUSPENSION:
            return _("You cannot log in, and your page is hidden. Your seats and your words are kept.")
        if self.kind == self.Kind.SILENCE:
            said = _("You can read, and take seats in sessions. You cannot publish, review, or write to others.")
        else:
            what = {"what": self.get_ability_display()}
            said = _("%(what)s: this alone is not open to you. Everything else is.") % what
        return f"{said} {_('Only in')} {self.scope}." if self.scope else said


class Appeal(Objection):
    """A person's objection to a sanction: one, decided by somebody else than whoever gave it."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("It stays")
        LIFTED = "lifted", _("It is lifted")

    sanction = models.OneToOneField(Sanction, models.CASCADE, related_name="appeal")
    words = models.TextField(_("your side"), max_length=2000)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        constraints = [decided_with_an_answer("appeal_is_decided_with_an_answer")]
        indexes = [the_open_ones("appeal_open")]
