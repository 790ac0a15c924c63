from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.sessions.models.sessions import Format, SkillSession


class TicketKindQuerySet(QuerySet):
    def with_room(self):
        return self.filter(Q(capacity=None) | Q(seats_taken__lt=F("capacity")))

    def take_place(self, pk) -> bool:
        """One place of this kind, if there is one. Call it after the session's own row has given a seat."""
        return bool(self.with_room().filter(pk=pk).update(seats_taken=F("seats_taken") + 1))

    def give_place_back(self, pk, count=1) -> None:
        """Nothing happens for a seat of no kind."""
        self.filter(pk=pk).update(seats_taken=F("seats_taken") - count)


class TicketKind(models.Model):
    """One kind of ticket of a session: what it costs, how many there are, and what only its holders read. Places are
    counted in the row and checked by it, as the session's are; every place of a kind is a seat of its session too."""

    session = models.ForeignKey(SkillSession, models.CASCADE, related_name="tickets")
    name = models.CharField(_("name"), max_length=60)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    price_minor = models.PositiveBigIntegerField(_("price"), default=0)
    capacity = models.PositiveIntegerField(_("places"), null=True, help_text="None: as many as the session has")
    seats_taken = models.PositiveIntegerField(default=0)
    instructions = models.TextField(_("for those who hold one"), max_length=2000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, help_text="Since when it is no longer sold")

    objects = TicketKindQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1, seats_taken__lte=F("capacity")),
                name="places_taken_within_the_kind",
            ),
            # What the keys of seats and of places in line point to, so that both are of one session.
            models.UniqueConstraint(fields=["session", "id"], name="ticket_of_one_session"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_free(self):
        return not self.price_minor

    @property
    def is_open(self):
        return self.closed_at is None

    @property
    def has_room(self):
        return self.capacity is None or self.seats_taken < self.capacity

    def places_left(self, session) -> int:
        """`session` as it is now: a kind never has more places than its session has seats."""
        own = session.seats_left if self.capacity is None else self.capacity - self.seats_taken
        return max(0, min(own, session.seats_left))
