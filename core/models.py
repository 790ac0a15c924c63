"""Abstract bases, and plumbing that knows no people."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


def make_public_id() -> str:
    """A random name for a private thing: 22 characters, 128 bits, safe in a URL."""
    return secrets.token_urlsafe(16)


class QuerySet(models.QuerySet):
    """Related rows that a loop touches are fetched for all its peers at once (Django's FETCH_PEERS)."""

    @classmethod
    def as_manager(cls):
        manager = PeersManager.from_queryset(cls)()
        manager._built_with_asmanager = True
        return manager

    as_manager.queryset_only = True


class PeersManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().fetch_mode(models.FETCH_PEERS)


class Removable(models.Model):
    """Removal has a who, a when and a why. Uniqueness is conditional on it; erasure follows 14 days later."""

    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    removal_reason = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True


class Outbox(models.Model):
    """Work that must happen after a commit. The row is written by the transaction that wants it; it holds ids, never
    text. All its times are the database's, so that no machine's clock matters."""

    task = models.CharField(max_length=200)
    ref = models.CharField(max_length=200)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - NULL is "no key", which repeats
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    handed_over_at = models.DateTimeField(null=True, help_text="When its letter left for the mail server")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="outbox_open",
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
            )
        ]


class PeriodicRun(models.Model):
    """One row per (task, slot): whoever inserts it runs the slot; everybody else finds it taken."""

    task = models.CharField(max_length=200)
    slot = models.DateTimeField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "slot"], name="one_run_per_slot")]


class Heartbeat(models.Model):
    """When a part of the site, or a script of its operator, last said that it lives."""

    WORKER, BACKUP = "worker", "backup"

    name = models.CharField(max_length=50, primary_key=True)
    beat_at = models.DateTimeField(db_default=Now())


class RateCounter(models.Model):
    """How often somebody did something in the window that is open. The table is UNLOGGED: a crash opens new windows."""

    key = models.CharField(max_length=200, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()


class CacheEntry(models.Model):
    """What `core.cache` keeps, as JSON: nothing that is read from here can run. UNLOGGED: a crash empties it."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True)


class IdempotencyKey(models.Model):
    """The answer to an unsafe call of the API, for a day. `name` is a digest of caller, route and key."""

    name = models.CharField(max_length=64, primary_key=True)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    kept_at = models.DateTimeField(db_index=True)


class Xid(models.Field):
    """The number of a transaction, as Postgres counts them. Nobody reads it here."""

    def db_type(self, connection):
        return "xid8"


class PageTouch(models.Model):
    """Which transaction changed what strangers' pages show: see `core.page_cache`. UNLOGGED: after a crash of the
    database a page may be as old as its minute."""

    topic = models.CharField(max_length=40)
    xid = Xid()
    touched_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "xid"], name="touched_once_a_transaction")]
