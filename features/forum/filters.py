"""Search and filters of the lists. They live in the URL, so that a list can be shared and works without JavaScript."""

from datetime import date, datetime, time, timedelta

import django_filters as filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.arrays import one_of
from core.filters import Counts, Faceted, WordsFilter, tally
from features.accounts.models import User
from features.discovery import services as discovery
from features.forum.models import UNANSWERED, Kind, Post, State, Thread
from features.skills.models import Skill

STATES = [("unanswered", _("Unanswered")), ("unsolved", _("Not solved yet")), ("solved", _("Solved"))]
SINCE = [("week", _("Last 7 days")), ("month", _("Last 30 days")), ("year", _("Last year"))]
DAYS = {"week": 7, "month": 30, "year": 365}
SORT = [("best", _("Best match")), ("active", _("Latest activity")), ("newest", _("Newest"))]
ORDER = {"active": ("-active_at", "-id"), "newest": ("-id",)}
# Of a time long ago: neither what is active now nor what came last leads there.
PERIOD, ASKED = {"since", "begin", "end"}, ("-created_at", "-id")
COUNTED = 1_000  # threads at most of which choices are counted


def _midnight(day: date) -> datetime:
    """A moment, which an index finds; what people type by mistake may lie beyond all of them."""
    return timezone.make_aware(datetime.combine(min(max(day, date(1900, 1, 1)), date(9000, 1, 1)), time()))


class ThreadFilter(Faceted):
    q = WordsFilter(method="by_words")
    skill = filters.CharFilter(method="by_skill", max_length=110)
    author = filters.CharFilter(method="by_author", max_length=31)
    state = filters.ChoiceFilter(choices=STATES, method="by_choice")
    kind = filters.ChoiceFilter(choices=Kind)
    since = filters.ChoiceFilter(choices=SINCE, method="by_choice")
    begin = filters.DateFilter(method="from_day")
    end = filters.DateFilter(method="until_day")
    sort = filters.ChoiceFilter(choices=SORT, method="in_order")
    about = filters.CharFilter(field_name="about", max_length=40)

    FACETS = {"state": _("Answers"), "kind": _("Kind"), "since": _("Asked")}

    class Meta:
        model = Thread
        fields = []

    def __init__(self, data, *, now, board=None):
        self.now = now
        threads = Thread.objects.shown()
        super().__init__(data, queryset=threads.filter(board=board) if board else threads)
        if self.is_period and "q" not in self.chosen:
            self.chosen.setdefault("sort", "newest")

    @property
    def is_period(self) -> bool:
        return bool(self.chosen.keys() & PERIOD)

    @property
    def order(self) -> tuple[str, ...]:
        sort = self.chosen.get("sort", "active")
        if sort == "newest" and self.is_period:
            return ASKED
        return ORDER.get(sort, ORDER["active"])

    @property
    def is_by_fit(self) -> bool:
        """Whether the words that are looked for decide on the order."""
        return "q" in self.chosen and self.chosen.get("sort", "best") == "best"

    def called(self) -> dict[str, str]:
        """What the filters that are on are called; not the words, and what the address itself stands for."""
        named = {
            "begin": lambda day: gettext("From {day}").format(day=date_format(day)),
            "end": lambda day: gettext("Until {day}").format(day=date_format(day)),
            "author": lambda handle: handle,
            "skill": lambda slug: getattr(Skill.objects.filter(slug=slug).first(), "name", slug),
        }
        return super().called() | {name: say(self.chosen[name]) for name, say in named.items() if name in self.chosen}

    def counts(self) -> Counts:
        """Of few threads. Where there are more, or for words or an author, whose threads no index has together, no
        numbers: they would cost as much as there is."""
        found = self.matching(without=self.FACETS)
        if self.chosen.keys() & {"q", "author"} or found[COUNTED:].exists():
            return {name: {value: None for value, _label in self.choices(name)} for name in self.FACETS}
        on = {name: self.condition(name, self.chosen[name]) for name in self.FACETS if name in self.chosen}
        conditions = {}
        for name in self.FACETS:
            others = [condition for other, condition in on.items() if other != name]
            for value, _label in self.choices(name):
                conditions[name, value] = Q(self.condition(name, value), *others)
        return tally(found, conditions)

    def condition(self, name, value):
        if name == "since":
            return Q(created_at__gte=self.now - timedelta(days=DAYS[value]))
        if name == "kind":
            return Q(kind=value)
        if value == "unanswered":
            return UNANSWERED
        return Q(kind=Kind.QUESTION, accepted__isnull=value == "unsolved")

    def by_words(self, queryset, _name, value):
        return queryset.filter(pk__in=discovery.matching_refs("thread", value))

    @cached_property
    def wanted(self) -> list[int]:
        return list(Skill.objects.at_or_below(self.chosen["skill"]).values_list("pk", flat=True))

    def by_skill(self, queryset, _name, _value):
        # Their keys are written into the statement: how often they occur decides whether all their threads are read, or
        # the latest until enough are about them.
        about = Thread.skills.through.objects.filter(thread=OuterRef("pk"), skill__in=self.wanted)
        return queryset.filter(Exists(about))

    def by_author(self, queryset, _name, value):
        """Whoever began it or answered in it, as far as readers know."""
        handle = value.removeprefix("@").lower()
        author = User._default_manager.filter(handle=handle).values_list("pk", flat=True).first()
        parts = [Post.Part.OPENING, Post.Part.REPLY]
        said = Post.objects.filter(author=author, state=State.SHOWN, part__in=parts, is_anonymous=False)
        # As a list of keys: from a subquery the whole table of threads would be read to find them.
        threads = ArraySubquery(said.order_by().values("thread"))
        return queryset.filter(one_of("pk", threads))

    def from_day(self, queryset, _name, value):
        return queryset.filter(created_at__gte=_midnight(value))

    def until_day(self, queryset, _name, value):
        return queryset.filter(created_at__lt=_midnight(min(value, date(9000, 1, 1)) + timedelta(days=1)))

    def in_order(self, queryset, _name, _value):
        return queryset
