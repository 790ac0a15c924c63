from datetime import UTC, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet

HANDLE = RegexValidator(
    r"^[a-z][a-z0-9-]{1,28}[a-z0-9]$",
    _("A handle has 3 to 30 small letters, digits and hyphens, and starts with a letter."),
)


# Until when somebody is suspended whose suspension has no end of its own.
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


class UserQuerySet(QuerySet):
    def active(self, now=None):
        """Whose account is open. A suspension that has run out is over, whether or not its end was written down."""
        return self.filter(Q(is_active=True) | Q(suspended_until__lte=now or timezone.now()))

    def unconfirmed(self):
        """Sign-ups whose e-mail address nobody has proved yet: they have never been inside and own nothing. Whoever was
        erased is none of them, though nothing of them says so any more."""
        return self.filter(last_login=None, is_superuser=False, role_grants=None, closure=None, is_demo=False).exclude(
            emailaddress__verified=True
        )

    def confirmed(self):
        """Everybody but those: before an address is proved, nobody else is told that there is somebody."""
        return self.exclude(Exists(self.model.objects.unconfirmed().filter(pk=OuterRef("pk"))))


AllPeople = BaseUserManager.from_queryset(UserQuerySet)


class UserManager(AllPeople):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do is in RoleGrant; what they can do is in the skills feature."""

    email = models.EmailField(_("e-mail"), unique=True)
    handle = models.CharField(_("handle"), max_length=30, unique=True, validators=[HANDLE])
    name = models.CharField(_("name"), max_length=80)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"))
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=5, blank=True, choices=[("light", _("Light")), ("dark", _("Dark"))])
    headline = models.CharField(_("what you do"), max_length=120, blank=True)
    # The column holds the file's name, which is all that a list needs to show the photo: no query for it.
    photo = models.ForeignKey(
        "accounts.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # False for who closed their account, and while a suspension lasts. The sanctions of the moderation feature say why;
    # these two columns are what they come to, so that every query of every feature is right without knowing them.
    is_active = models.BooleanField(default=True)
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    # False: no sanction holds, nobody need ask. Moderation writes it with the sanction, and sees to its end.
    is_sanctioned = models.BooleanField(default=False, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["handle", "name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_lower_case"),
            models.CheckConstraint(condition=Q(handle=Lower("handle")), name="handle_is_lower_case"),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(is_active=False), name="suspended_is_not_active"
            ),
        ]
        indexes = [models.Index(fields=["-joined_at", "-id"], name="people_newest_first")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("person", self.handle)

    # Of whoever is behind a request: what they do not act as, because their session was opened without a second factor,
    # or because a token speaks for them that was not given it. No column.
    resting_roles: frozenset[str] = frozenset()
    # Of whoever is behind a request, too: the organiser who sees the site as them. What only they see stays theirs.
    supporter_id: int | None = None

    @property
    def is_staff(self):
        """Django's admin asks for this; the answer is a role like any other."""
        from features.accounts.access import has_role

        return has_role(self, Role.ORGANISER)


class Role(models.TextChoices):
    EXPERT = "expert", _("Expert: may publish sessions and mentor")
    REVIEWER = "reviewer", _("Reviewer: may assess work")
    AREA_MODERATOR = "area_moderator", _("Moderator of one area")
    MODERATOR = "moderator", _("Moderator")
    FINANCE = "finance", _("Finance: may see and move money")
    ORGANISER = "organiser", _("Organiser: runs the site")


# Whoever holds one of these sees what others do not, so it takes a second factor.
PRIVILEGED_ROLES = frozenset({Role.REVIEWER, Role.AREA_MODERATOR, Role.MODERATOR, Role.FINANCE, Role.ORGANISER})


class RoleGrantQuerySet(QuerySet):
    def in_force(self, now=None):
        now = now or timezone.now()
        return self.filter(Q(until=None) | Q(until__gt=now), revoked_at=None, granted_at__lte=now)


class RoleGrant(models.Model):
    """Who may act as what, where, from whom and until when. An end is an end date, so that history stays readable."""

    person = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    scope = models.CharField(max_length=100, blank=True, help_text=_("A text key such as skill:12; empty: everywhere"))
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    revocation_reason = models.CharField(max_length=200, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "scope"],
                condition=Q(revoked_at=None),
                name="one_open_grant_per_role_and_scope",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("granted_at")), name="grant_ends_after_start"
            ),
        ]


class AuditEntry(models.Model):
    """Who did what to which row, when: ids and names of fields, never personal values. A trigger refuses changes."""

    actor_id = models.BigIntegerField(null=True)  # no foreign key: the entry outlives the account
    act = models.CharField(max_length=60)
    target = models.CharField(max_length=120)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["-happened_at", "-id"], name="audit_newest_first"),
            models.Index(fields=["target", "-happened_at"], name="audit_by_target"),
        ]


class FormerHandle(models.Model):
    """A handle somebody had: links to it still lead to them, and nobody else can take it to pass for them."""

    handle = models.CharField(max_length=30, primary_key=True)
    person = models.ForeignKey(User, models.CASCADE, related_name="former_handles")
    changed_at = models.DateTimeField(default=timezone.now)


class GoneHandle(models.Model):
    """A handle of somebody who was erased. Nobody else can take it and be found by the links to them; that it was
    somebody's can only be told by who has the site's key and the handle itself (`handles.digests`)."""

    digest = models.CharField(max_length=64, primary_key=True)


class AccountLetter(models.Model):
    """A letter about the account itself, from the request that asked for it to the worker that sends and deletes it.

    It may hold a code, and it may go to an address that has no account. The outbox holds only its id.
    """

    kind = models.CharField(max_length=60)
    address = models.EmailField()
    details = models.JSONField(default=dict)
    written_at = models.DateTimeField(default=timezone.now)
