"""Search and filters of the list of mentors. They live in the URL, so that it can be shared and works without
JavaScript."""

from collections import defaultdict

import django_filters as filters
from django import forms
from django.conf import settings
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core import languages
from core.filters import Faceted, WordsFilter
from features.discovery import services as discovery
from features.mentoring.loading import hours_of
from features.mentoring.matching.week import masks, monday, overlap
from features.mentoring.models import MentorPage
from features.skills.models import Skill

PRICE = [("free", _("Free")), ("paid", _("With a price"))]
LEAST = 60  # minutes a week that fit
LOOKED_AT = 5_000  # mentors whose hours are compared


class MentorFilter(Faceted):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    language = filters.ChoiceFilter(choices=languages.choices, method="by_choice")
    price = filters.ChoiceFilter(choices=PRICE, method="by_choice")
    room = filters.BooleanFilter(method="by_choice", widget=forms.CheckboxInput)
    fits = filters.BooleanFilter(method="by_free_time", widget=forms.CheckboxInput)

    FACETS = {"room": _("Room"), "price": _("Price"), "language": _("Language")}
    PARTS = "price"

    class Meta:
        model = MentorPage
        fields = []

    def __init__(self, data, *, now, person):
        self.now = now
        self._made: dict = {}
        super().__init__(data, queryset=MentorPage.objects.shown(now), person=person)

    def matching(self, without=(), words=""):
        # Kept: whoever wants hours that fit has thousands compared, and the list and its counts ask for the same.
        key = frozenset(without), words
        if key not in self._made:
            self._made[key] = (
                super()
                .matching(without, words)
                .annotate(
                    has_room_now=Exists(MentorPage.objects.with_room(self.now).filter(pk=OuterRef("pk"))),
                    sort_name=Lower("person__name"),
                )
            )
        return self._made[key].all()

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("mentor", value))

    def by_skill(self, queryset, _name, value):
        wanted = Skill.objects.at_or_below(value)
        topic = MentorPage.topics.through.objects.filter(mentorpage=OuterRef("pk"), skill__in=wanted)
        return queryset.filter(Exists(topic))

    def choices(self, name):
        return [(True, _("Has room"))] if name == "room" else super().choices(name)

    def condition(self, name, value):
        if name == "room":
            return Q(pk__in=MentorPage.objects.with_room(self.now))
        if name == "price":
            return Q(price_from__gt=0) if value == "paid" else Q(price_from=None) | Q(price_from=0)
        return Q(languages__contains=[value]) | Q(languages=[], person__languages__contains=[value])

    def _count(self, names, found):
        """Languages by themselves, as they stand in the rows: one condition for each of thirty took 30 ms among 5,000
        mentors; this takes 12."""
        counts = super()._count([name for name in names if name != "language"], found)
        if "language" in names:
            own = Case(When(languages=[], then=F("person__languages")), default=F("languages"))
            spoken = found.order_by().annotate(code=Func(own, function="unnest")).values_list("code")
            counts["language"] = defaultdict(int, spoken.annotate(n=Count("pk", distinct=True)))
        return counts

    def by_free_time(self, queryset, _name, _value):
        """Who is free for an hour a week in which the viewer is, too, in each of the coming weeks."""
        asked = queryset.filter(self.condition("room", True)).order_by("pk")
        zones = dict(asked.values_list("pk", "person__time_zone")[:LOOKED_AT])
        return queryset.filter(pk__in=fitting(self.person, zones, self.now))


def fitting(person, zones: dict[int, str], now) -> list[int]:
    """Of mentors, by the zone they live in, those who share an hour with somebody's week."""
    first, known = monday(now), {}

    def mask(own, hours):
        zone, week = hours
        zone = zone or own or settings.DEFAULT_TIME_ZONE
        if (zone, week) not in known:
            known[zone, week] = masks(zone, week, first)
        return known[zone, week]

    mine = hours_of([person.pk], of_mentors=False).get(person.pk)
    if not mine:
        return []
    free = mask(person.time_zone, mine)
    theirs = hours_of(list(zones))
    return [pk for pk, hours in theirs.items() if overlap(free, mask(zones[pk], hours)) >= LEAST]
