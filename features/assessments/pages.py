"""What the pages show, gathered from rows: plain data in, a context out."""

from collections import defaultdict
from dataclasses import dataclass, replace
from random import Random

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.templatetags.ui import LEVELS
from core.text import number, numbers, one_line, without_marks
from features.assessments import ability, services
from features.assessments.curation import decision_on
from features.assessments.models import Attempt, Response
from features.assessments.services.pools import pool
from features.discovery.models import Document, Visibility
from features.skills import services as skills


@dataclass(frozen=True)
class Question:
    """One question as a form shows it. Options come, and are numbered, in the order in which this person sees them."""

    html: str
    kind: str
    options: list[tuple[int, str]]  # (number, HTML)
    is_typed: bool
    fault: str = ""  # why an answer was not taken
    chosen: tuple[int | None, ...] = ()  # options that were chosen all the same; of an order, the place of each
    typed: str = ""

    def places(self) -> list[tuple[int, str, int | None]]:
        return [(n, html, self.chosen[n] if self.chosen else None) for n, html in self.options]


def _shuffled(version, seed: int) -> list[int]:
    """Which option stands where, by the attempt: a page that is loaded again looks the same. The number by which a form
    or a program names an option is where it stands there: its place among the author's would often tell what is right,
    and of an order always."""
    places = list(range(len(version.content.get("options", []))))
    Random(seed * 1_000_003 + version.pk).shuffle(places)  # noqa: S311
    return places


def question(version, seed: int) -> Question:
    options = version.content.get("options", [])
    shown = [(n, options[place]["html"]) for n, place in enumerate(_shuffled(version, seed))]
    return Question(version.html, version.kind, shown, version.kind in ("numeric", "short"))


def meant(version, seed: int, answer: list[str]) -> list[str]:
    """An answer by the numbers that were shown, by those of the author. What was typed stays as it is."""
    places = _shuffled(version, seed)
    if not places:
        return answer
    named = [(one, number(one)) for one in answer]
    return [str(places[n]) if n is not None and n < len(places) else one for one, n in named]


def _places(post, version) -> tuple[int | None, ...]:
    return tuple(number(post.get(f"place-{n}", "")) for n in range(len(version.content["options"])))


def given(post, version, seed: int) -> list[str]:
    """What a form said: the chosen options, or their order, or what was typed. “I do not know” is nothing."""
    if "unknown" in post:
        return []
    if version.kind != "ordering":
        return meant(version, seed, [said for said in post.getlist("answer") if said.strip()])
    places = [(place, n) for n, place in enumerate(_places(post, version)) if place is not None]
    if len({place for place, _n in places}) < len(version.content["options"]):
        return []
    return meant(version, seed, [str(n) for _place, n in sorted(places)])


def as_given(post, version, seed: int) -> Question:
    """The question again, with what a form said, which is not answered with that."""
    found = question(version, seed)
    if found.is_typed:
        return replace(found, typed=post.get("answer", "")[:200])
    said = _places(post, version) if version.kind == "ordering" else numbers(post.getlist("answer"))
    return replace(found, chosen=tuple(said))


def unanswered(post, version, seed: int) -> Question:
    """The question again, where an answer was sent that is none."""
    fault = _("Choose or write an answer, or press “I do not know”.")
    if version.kind == "ordering":
        fault = _("Give each line a place of its own, or press “I do not know”.")
    return replace(as_given(post, version, seed), fault=fault)


def told_answer(version, answer: list[str] | None) -> str:
    """An answer in words."""
    if not answer:
        return _("“I do not know”")
    options = version.content.get("options")
    if not options:
        return answer[0]
    said = [options[n]["text"] for n in numbers(answer) if n < len(options)]
    return " → ".join(said) if version.kind == "ordering" else "; ".join(said)


def right_answer(version) -> str:
    content = version.content
    if version.kind == "numeric":
        return number_format(content["value"])
    if version.kind == "short":
        return content["accepted"][0]
    if version.kind == "ordering":
        return " → ".join(option["text"] for option in content["options"])
    return "; ".join(option["text"] for option in content["options"] if option["is_right"])


def why(version, answer) -> str:
    """What the chosen option says of itself."""
    options = version.content.get("options", [])
    chosen = [options[n] for n in numbers(answer or []) if n < len(options)]
    return " ".join(option["explanation"] for option in chosen if option["explanation"])


# What one of a kind is called beside its title; other kinds say it themselves.
WORDS = {
    "session": gettext_lazy("Session"),
    "thread": gettext_lazy("Thread"),
    "work": gettext_lazy("To read"),
    "assessment": gettext_lazy("Assessment"),
}


# --- A level on its scale -----------------------------------------------------------------------------------------
def marks(level, low, high, core=None) -> dict:
    """Where a level and its ranges lie on a scale that is 100 wide, as SVG takes it whatever the language."""

    def at(value):
        return (min(5, max(1, value)) - 1) * 25

    found = {
        "level": f"{at(level):.1f}",
        "low": f"{at(low):.1f}",
        "width": f"{at(high) - at(low):.1f}",
        "anchor": "start" if at(level) < 5 else "end" if at(level) > 95 else "middle",
    }
    if core:
        found |= {"core": f"{at(core[0]):.1f}", "core_width": f"{at(core[1]) - at(core[0]):.1f}"}
    return found


def bank_page(bank, person, now) -> dict:
    candidates = pool(bank)
    known = services.standing(bank=bank, person=person, now=now) if person.is_authenticated else None
    return {
        "bank": bank,
        "standing": known,
        "areas": sorted({candidate.area for candidate in candidates if candidate.area}),
        "questions": len(candidates),
        "is_own": person.is_authenticated and bank.author_id == person.pk,
        "knows_keys": person.is_authenticated and bank.is_offered and services.knows_keys(bank, person),
        "attempts": list(Attempt.objects.finished().filter(bank=bank, person=person).order_by("-started_at")[:10])
        if person.is_authenticated
        else [],
        "has_practice": services.next_due(bank=bank, person=person) is not None
        or services.next_card(bank=bank, person=person, now=now) is not None
        if person.is_authenticated
        else False,
    }


def question_page(attempt, row, now) -> dict:
    bank = attempt.bank
    left = max(0, round((attempt.deadline_at - now).total_seconds() / 60))
    return {
        "attempt": attempt,
        "bank": bank,
        "row": row,
        "question": question(row.version, attempt.seed),
        "answered": row.position - 1,
        "most": min(attempt.rules["most"], len(attempt.drawn)),
        "minutes_left": ngettext("%(n)d minute left", "%(n)d minutes left", left) % {"n": left},
    }


def result_page(attempt, now) -> dict:
    rows = list(attempt.responses.exclude(answered_at=None).select_related("version").order_by("position"))
    context = {
        "attempt": attempt,
        "bank": attempt.bank,
        "answers": [told_response(row) for row in rows] if _may_see_answers(attempt) else [],
        "right": sum(bool(row.is_right) for row in rows),
        "asked": len(rows),
        "standing": services.standing(bank=attempt.bank, person=attempt.person, now=now),
        "steps": next_steps(attempt, _weakest(rows)),
        "decision": decision_on("attempt", attempt),
    }
    if attempt.mean is None:
        return context
    found = ability.summary(services.posterior(attempt))
    low, high, core_low, core_high = map(ability.level, (found.low, found.high, found.core_low, found.core_high))
    earlier = _earlier(attempt)
    return context | {
        "level": attempt.level,
        "low": low,
        "high": high,
        "word": LEVELS[found.band],
        "band": found.band,
        "certainty": round(100 * found.certainty),
        "marks": marks(attempt.level, low, high, (core_low, core_high)),
        "areas": by_area(rows),
        "earlier": earlier,
        "now_level": skills.level_of(attempt.person, attempt.bank.skill, now),
    }


def _may_see_answers(attempt) -> bool:
    """A beta says what was right, as it gives nothing else; a test that counts keeps its questions, and
    says by area how it went."""
    return attempt.is_beta or attempt.is_quiz


def told_response(row: Response) -> dict:
    version = row.version
    return {
        "position": row.position,
        "html": version.html,
        "text": one_line(without_marks(version.html)),
        "is_right": row.is_right,
        "said": told_answer(version, row.answer),
        "right": right_answer(version),
        "why": why(version, row.answer),
        "explanation": version.explanation,
    }


def by_area(rows) -> list[dict]:
    """The level in each area: a posterior of its own, from what was asked in it."""
    areas = defaultdict(list)
    for row in rows:
        if row.is_scored and row.area:
            areas[row.area].append(row)
    found = []
    for name, of_area in areas.items():
        summary = ability.summary(ability.of_answers((row.as_item, bool(row.is_right)) for row in of_area))
        right = sum(bool(row.is_right) for row in of_area)
        found.append(
            {
                "name": name,
                "level": ability.level(summary.mean),
                "low": ability.level(summary.low),
                "high": ability.level(summary.high),
                "said": _("%(right)d of %(n)d right") % {"right": right, "n": len(of_area)},
            }
        )
    return sorted(found, key=lambda area: (area["level"], area["name"]))


def _weakest(rows) -> str:
    areas = by_area(rows)
    return areas[0]["name"] if areas else ""


def _earlier(attempt):
    earlier = Attempt.objects.with_result().filter(bank=attempt.bank, person=attempt.person)
    return earlier.filter(started_at__lt=attempt.started_at).order_by("-started_at").first()


def next_steps(attempt, area="") -> list[dict]:
    """From the gap to what closes it: what the search knows on this skill, with the weakest area's first."""
    return steps_on(attempt.bank.skill, area, without=attempt.bank.get_absolute_url())


def steps_on(skill, words="", *, without="", most=5) -> list[dict]:
    """What there is on a skill, of each kind at most two, what names `words` first. Sessions only if they are to
    come."""
    from django.utils import timezone

    from features.discovery.kinds import in_order

    found = Document.objects.filter(skills__contains=[skill.pk], visibility=Visibility.PUBLIC).exclude(url=without)
    kinds = dict(in_order())
    now = timezone.now()
    folded = words.casefold()
    by_kind = defaultdict(list)
    for document in found.exclude(kind="person").order_by("-standing", "-pk")[:200]:
        if document.kind in kinds and (document.starts_at is None or document.starts_at > now):
            by_kind[document.kind].append(document)
    chosen = []
    for kind, documents in by_kind.items():
        documents.sort(key=lambda one: folded not in f"{one.title} {one.text}".casefold() if folded else 0)
        label = WORDS.get(kind) or kinds[kind].one or kinds[kind].label
        chosen += [{"title": one.title, "url": one.url, "kind": label} for one in documents[:2]]
    return chosen[:most] or [{"title": skill.name, "url": reverse("skill", args=[skill.slug]), "kind": _("Skill")}]
