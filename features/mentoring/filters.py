"""Search and filters of the list of mentors. They live in the URL, so that it can be shared and works without
JavaScript."""

import django_filters as filters
from django import forms
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from core import languages
from core.filters import Chosen, WordsFilter
from features.discovery import services as discovery
from features.mentoring.loading import hours_of
from features.mentoring.matching.week import masks, monday, overlap
from features.mentoring.models import MentorPage
from features.skills.models import Skill

PRICE = [("free", _("Free")), ("paid", _("With a price"))]
LEAST = 60  # minutes a week that fit
LOOKED_AT = 5_000  # mentors whose hours are compared


class MentorFilter(Chosen):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    language = filters.ChoiceFilter(choices=languages.choices, method="by_language")
    price = filters.ChoiceFilter(choices=PRICE, method="by_price")
    room = filters.BooleanFilter(method="by_room", widget=forms.CheckboxInput)
    fits = filters.BooleanFilter(method="by_free_time", widget=forms.CheckboxInput)

    class Meta:
        model = MentorPage
        fields = []

    def __init__(self, data, *, now, person):
        self.now = now
        super().__init__(data, queryset=MentorPage.objects.shown(now), person=person)

    def matching(self, without=(), words=""):
        return (
            super()
            .matching(without, words)
            .annotate(
                has_room_now=Exists(MentorPage.objects.with_room(self.now).filter(pk=OuterRef("pk"))),
                sort_name=Lower("person__name"),
            )
        )

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("mentor", value))

    def by_skill(self, queryset, _name, value):
        wanted = Skill.objects.at_or_below(value)
        topic = MentorPage.topics.through.objects.filter(mentorpage=OuterRef("pk"), skill__in=wanted)
        return queryset.filter(Exists(topic))

    def by_language(self, queryset, _name, value):
        own = Q(languages__contains=[value])
        return queryset.filter(own | Q(languages=[], person__languages__contains=[value]))

    def by_price(self, queryset, _name, value):
        found = queryset.annotate(costs=Coalesce(F("price_from"), 0))
        return found.filter(costs=0) if value == "free" else found.filter(costs__gt=0)

    def by_room(self, queryset, _name, _value):
        return queryset.filter(pk__in=MentorPage.objects.with_room(self.now))

    def by_free_time(self, queryset, _name, _value):
        """Who is free for an hour a week in which the viewer is, too, in each of the coming weeks."""
        asked = queryset.filter(pk__in=MentorPage.objects.with_room(self.now)).order_by("pk")
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

    mine = hours_of([person.pk], [person.pk], of_mentors=False).get(person.pk)
    if not mine:
        return []
    free = mask(person.time_zone, mine)
    theirs = hours_of(list(zones), list(zones))
    return [pk for pk, hours in theirs.items() if overlap(free, mask(zones[pk], hours)) >= LEAST]
