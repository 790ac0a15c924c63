"""Scores in words: why somebody stands where they stand, what holds them down, and what keeps two apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.ui import price, words
from features.mentoring.matching import kernel, plain, week
from features.mentoring.matching.market import Builder
from features.mentoring.matching.reasons import Explained, explain
from features.mentoring.services.matching import UNKNOWN_HISTORY
from features.skills.models import Block, BlockVisibility, Skill, Visibility

STRONG, GOOD = 0.5, 0.35
STEP, NEAR = 0.75, 2.25  # levels ahead
RELIABLE = 0.85
TOLD = 3  # stretches of shared time
OF_SKILLS = ("proof", "gap")


@dataclass(frozen=True)
class Why:
    """A pair in words. `barrier` says what keeps them apart; then there is no score."""

    score: float
    fit: str
    style: str  # of the badge
    reasons: list[str]
    holds: list[str]
    barrier: str = ""


@dataclass(frozen=True)
class Matched:
    """One wish and what of the mentor's counts most for it."""

    want: Skill
    has: Skill | None
    level: float = 0
    trust: float = 0
    now: float = 0


class Teller:
    """Speaks of the pairs of one market."""

    def __init__(self, builder: Builder):
        self.builder, self.market = builder, builder.finish()
        numbers = {number: pk for pk, number in builder.skills.items()}
        named = Skill.objects.in_bulk(numbers.values())
        self.skills = {number: named[pk] for number, pk in numbers.items() if pk in named}
        # Whose skills are not for every member: they are weighed, and no word is said of them.
        chosen = BlockVisibility.objects.filter(person__in=list(builder.place), block=Block.SKILLS)
        chosen = chosen.exclude(visibility__in=(Visibility.PUBLIC, Visibility.MEMBERS))
        self.silent = {builder.place[pk] for pk in chosen.values_list("person_id", flat=True)}

    def why(self, mentee: int, mentor: int) -> Why | None:
        """Of two people in the market; nothing where they have nothing to do with each other."""
        m, i, j = self.market, self.builder.mentees.index(mentee), self.builder.place[mentor]
        matched = self.matched(i, j)
        if not any(one.has for one in matched):
            return None
        if barred := kernel.barred(m, i, j):
            return Why(0, "", "", [], [], self.barrier(barred, i, j))
        score, terms = plain.scored(m, i, j)
        found = explain(score, terms)
        return Why(
            score=score,
            fit=_("Strong fit") if score >= STRONG else _("Good fit") if score >= GOOD else _("Possible fit"),
            style="ok" if score >= STRONG else "info" if score >= GOOD else "",
            reasons=self._reasons(found, matched, i, j),
            holds=self._holds(found, matched, i, j),
        )

    def matched(self, i: int, j: int) -> list[Matched]:
        m, found = self.market, []
        for want in range(m.want_start[i], m.want_start[i + 1]):
            skill, best, row = m.want_skill[want], 0.0, -1
            for near in range(m.near_start[skill], m.near_start[skill + 1]):
                for can in range(m.can_start[j], m.can_start[j + 1]):
                    worth = m.near_worth[near] * m.can_trust[can]
                    if m.can_skill[can] == m.near_skill[near] and worth > best:
                        best, row = worth, can
            if row < 0:
                found.append(Matched(self.skills[skill], None))
            else:
                has = self.skills[m.can_skill[row]]
                found.append(Matched(self.skills[skill], has, m.can_level[row], m.can_trust[row], m.want_now[want]))
        return found

    def shared(self, i: int, j: int) -> tuple[int, str]:
        """Minutes a week in the leanest week, and when that is on the reader's clocks."""
        one, other = self.builder.weeks(self.market.ee_mask[i]), self.builder.weeks(self.market.or_mask[j])
        both = [a & b for a, b in zip(one, other, strict=True)]
        return week.overlap(one, other), _when(week.stretches(both[0], self.builder.first))

    def _reasons(self, found: Explained, matched: list[Matched], i, j) -> list[str]:
        # What half carries and half holds back is told once, as what holds back; but a level may be proven and near.
        carried = [name for name in found.carries if name == "proof" or name not in found.holds]
        # Hours are told whatever they weigh: one has to find them.
        names = [*carried, *(["overlap"] if "overlap" not in found.holds else [])]
        said = [self._carried(name, matched, i, j) for name in names if self._may_tell(name, j)]
        return [text for text in dict.fromkeys(said) if text][:5]

    def _may_tell(self, name: str, j: int) -> bool:
        return j not in self.silent or name not in OF_SKILLS

    def _holds(self, found: Explained, matched: list[Matched], i, j) -> list[str]:
        said = [self._held(name, matched, i, j) for name in found.holds if self._may_tell(name, j)]
        return [text for text in dict.fromkeys(said) if text][:3]

    def _carried(self, name, matched, i, j) -> str:
        m, best = self.market, max(matched, key=lambda one: one.trust)
        if name == "proof" and best.has:
            values = {"skill": best.has.name, "goal": best.want.name, "level": number_format(best.level, 1)}
            if best.has == best.want and best.trust >= 0.7:
                return (
                    _("Mentors in %(skill)s: level %(level)s by what is on record here, and it is your goal.") % values
                )
            if best.has == best.want:
                return _("Mentors in %(skill)s, which is your goal; level %(level)s in their own words.") % values
            return _("Knows %(skill)s, which is near your goal %(goal)s.") % values
        if name == "gap" and best.has:
            steps = best.level - best.now
            values = {"n": number_format(steps, 1), "skill": best.has.name, "level": number_format(best.level, 1)}
            if steps > NEAR:
                return _("Level %(level)s in %(skill)s: above what you want to reach.") % values
            if steps >= STEP:
                return _("About %(n)s levels ahead of you in %(skill)s: near enough to remember how it was.") % values
        if name == "price" and m.ee_budget[i] > 0:
            if not m.or_price[j]:
                return _("Can be met for free.")
            return _("Within your budget: from %(price)s.") % {"price": price(m.or_price[j], settings.CURRENCY)}
        if name == "topic":
            return _("Wants to mentor in what you want to learn.")
        if name == "range":
            return _("Takes people at your level.")
        if name == "history" and m.or_history[j] >= RELIABLE:
            return _("Keeps nearly all that they promise: answers, and comes.")
        if name == "overlap" and m.ee_mask[i] and m.or_mask[j]:
            minutes, times = self.shared(i, j)
            return _("You are both free %(hours)s a week: %(times)s.") % {"hours": _hours(minutes), "times": times}
        if name == "speed" and m.or_hours[j] >= 0:
            return _("Answers within %(time)s, by the last four weeks.") % {"time": answer_words(m.or_hours[j])}
        return ""

    def _held(self, name, matched, i, j) -> str:
        m, best = self.market, max(matched, key=lambda one: one.trust)
        if name == "proof":
            if missing := [one.want.name for one in matched if not one.has]:
                return _("Nothing about %(skills)s, which you want too.") % {"skills": ", ".join(missing)}
            if best.has != best.want:
                return _("Not %(goal)s itself.") % {"goal": best.want.name}
            return _("The level is what they say; nothing here shows it yet.")
        if name == "gap" and best.has:
            steps = best.level - best.now
            return (
                _("Far ahead of you.")
                if steps > 2
                else _("Not far ahead of you in %(skill)s.") % {"skill": best.has.name}
            )
        if name == "price":
            return _("Near the end of your budget.")
        if name == "topic":
            return _("Your goal is not what they say they mentor in.")
        if name == "range":
            return _("Usually takes people at another level.")
        if name == "history":
            return _("Has missed some of what they promised.") if m.or_history[j] < UNKNOWN_HISTORY else ""
        if name == "overlap":
            if not m.ee_mask[i]:
                return _("You have not said when you are free, so hours could not be compared.")
            if not m.or_mask[j]:
                return _("Has not said when they are free.")
            minutes, times = self.shared(i, j)
            return _("Few shared hours: %(hours)s a week, %(times)s.") % {"hours": _hours(minutes), "times": times}
        if name == "speed":
            if m.or_hours[j] < 0:
                return _("Nobody has asked yet, so there is no time to answer.")
            return _("Takes %(time)s to answer.") % {"time": answer_words(m.or_hours[j])}
        if name == "room":
            return _("The last place.") if m.or_room[j] == 1 else ""
        return ""

    def barrier(self, code: int, i: int, j: int) -> str:
        """What would have to change."""
        m = self.market
        if code == 1:
            return _("Takes nobody new at the moment.")
        if code == 2:
            return _("This is you.")
        if code == 3:
            return _("You share no language. Add one on your profile if you do.")
        if code == 4:
            values = {"price": price(m.or_price[j], settings.CURRENCY)}
            return _("Costs from %(price)s, more than the most that you named.") % values
        if code == 5:
            return _("Not suggested: you left them out, have asked them, or work together already.")
        minutes, _times = self.shared(i, j)
        values = {"hours": _hours(minutes), "wanted": _hours(m.ee_minutes[i])}
        return _("You share %(hours)s a week, and want %(wanted)s. With more free hours you might fit.") % values


def _when(found: Iterable[tuple[datetime, datetime]]) -> str:
    here = [(timezone.localtime(start), timezone.localtime(end)) for start, end in found]
    told = [f"{words(start, 'full').split(' ')[0]} {start:%H:%M}–{end:%H:%M}" for start, end in here[:TOLD]]
    return ", ".join(told) + (" …" if len(here) > TOLD else "")


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not rest:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return _("%(n)s h") % {"n": number_format(minutes / 60, 1)} if hours else _("%(n)d min") % {"n": minutes}


def answer_words(hours: float) -> str:
    if hours < 1:
        return _("an hour")
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", round(hours)) % {"n": round(hours)}
    return ngettext("%(n)d day", "%(n)d days", round(hours / 24)) % {"n": round(hours / 24)}


def places_words(page, today: date) -> str:
    """What room a mentor has, for everybody."""
    if page.is_away(today):
        if page.away_until:
            return _("Away until %(day)s") % {
                "day": words(datetime(*page.away_until.timetuple()[:3], tzinfo=timezone.get_current_timezone()), "day")
            }
        return _("Away")
    if not page.is_accepting or page.frozen_at:
        return _("Takes nobody new at the moment")
    values = {"taken": page.places_taken, "all": page.capacity}
    if not page.places_left:
        return _("Full: %(taken)d of %(all)d places taken") % values
    return _("%(taken)d of %(all)d places taken") % values
