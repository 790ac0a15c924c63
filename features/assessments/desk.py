"""What authors see: banks, items with their numbers, and flags in words."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from features.accounts.access import has_any_role
from features.accounts.models import Role
from features.assessments import services
from features.assessments.models import Attempt, Bank, BankReader, Item, ItemFlag, ItemParameter, ItemReview, Response
from features.assessments.models.banks import Stage


def banks(person) -> dict:
    """One's own (all of them for who runs the site), and what waits for one's word."""
    found = Bank.objects.select_related("skill").order_by("-pk")
    if not has_any_role(person, Role.ORGANISER):
        found = found.filter(author=person)
    live = Count("items", filter=Q(items__state=Item.State.LIVE), distinct=True)
    waiting = Count("items", filter=Q(items__state=Item.State.DRAFT), distinct=True)
    said = ItemReview.objects.filter(version=OuterRef("current"), reviewer=person)
    drafts = Item.objects.filter(state=Item.State.DRAFT, current__isnull=False).exclude(bank__author=person)
    read = BankReader.objects.filter(person=person).values("bank")
    own = drafts if has_any_role(person, Role.ORGANISER) else drafts.filter(bank__in=read)
    to_read = own.exclude(Q(current__made_by=person) | Exists(said)).select_related("bank__skill", "current")
    return {
        "banks": found.annotate(live=live, waiting=waiting)[:100],
        "to_read": to_read.order_by("pk")[:20],
        "seek_readers": _seek_readers(person, drafts.exclude(bank__in=read)),
    }


def _seek_readers(person, drafts):
    """Banks of others whose questions wait for somebody like this person."""
    waiting = services.banks_to_read(person).filter(items__in=drafts).select_related("skill")
    return waiting.annotate(waiting=Count("items")).order_by("pk")[:20]


def items(bank):
    return Item.objects.filter(bank=bank).select_related("current")


@dataclass(frozen=True)
class ItemLine:
    item: Item
    answers: int
    right: int | None  # per cent
    difficulty: str
    flags: list[str]


def lines(items) -> list[ItemLine]:
    """Rows of a bank with their numbers: three queries."""
    versions = [item.current_id for item in items if item.current_id]
    answered = Response.objects.filter(version__in=versions, answered_at__isnull=False)
    counts = _counts(answered)
    parameters = {row.version_id: row for row in ItemParameter.objects.filter(version__in=versions, is_current=True)}
    flags: dict[int, list[str]] = {}
    for flag in ItemFlag.objects.filter(version__in=versions, closed_at=None).order_by("pk"):
        flags.setdefault(flag.version_id, []).append(flag.get_kind_display())
    found = []
    for item in items:
        n, right = counts.get(item.current_id, (0, 0))
        known = parameters.get(item.current_id)
        found.append(
            ItemLine(
                item,
                n,
                round(100 * right / n) if n else None,
                _difficulty(item, known),
                flags.get(item.current_id, []),
            )
        )
    return found


def _counts(answered) -> dict[int, tuple[int, int]]:
    rows = answered.values("version").annotate(n=Count("pk"), right=Count("pk", filter=Q(is_right=True)))
    return {row["version"]: (row["n"], row["right"]) for row in rows.order_by()}


def _difficulty(item, known) -> str:
    if known is None:
        return _("%(band)d, by its author") % {"band": item.band}
    level = number_format(min(5, max(1, 3 + known.b)), 1)
    return _("%(level)s, %(model)s") % {"level": level, "model": known.get_model_display().lower()}


def numbers(bank) -> dict:
    attempts = Attempt.objects.finished().filter(bank=bank)
    return {
        "stages": [(value, label) for value, label in Stage.choices if value != bank.stage],
        "taken": attempts.count(),
        "length": Response.objects.filter(attempt__in=attempts, answered_at__isnull=False).count()
        / max(1, attempts.count()),
        "waiting": Item.objects.filter(bank=bank, state=Item.State.DRAFT).count(),
        "live": Item.objects.filter(bank=bank, state=Item.State.LIVE).count(),
        "flagged": ItemFlag.objects.filter(version__item__bank=bank, closed_at=None).count(),
        "runs": list(bank.runs.order_by("-pk")[:5]),
    }


def flag_words(flag: ItemFlag) -> str:
    """What is the matter, and what to do, in words that need no statistics."""
    facts = {name: _plain(value) for name, value in flag.facts.items()}
    patterns = {
        ItemFlag.Kind.KEY: _(
            "People who are good at the rest choose “%(chosen)s” more than what is marked right. Look at the key."
        ),
        ItemFlag.Kind.WEAK: _(
            "Who gets it right is hardly better at the rest than who does not (%(value)s; 0.2 is usual). It may be "
            "misunderstood: read it aloud to somebody."
        ),
        ItemFlag.Kind.HARD: _("%(value)s per cent get it right, which is no more than guessing. Is the key right?"),
        ItemFlag.Kind.EASY: _("%(value)s per cent get it right: it tells nobody apart."),
        ItemFlag.Kind.DISTRACTOR: _("Hardly anybody chooses “%(chosen)s”: put a mistake there that people make."),
        ItemFlag.Kind.DRIFT: _(
            "It was at %(before)s and is at %(value)s now. It may have become known, or the subject has moved."
        ),
        ItemFlag.Kind.EXPOSED: _(
            "It stood in %(value)s per cent of the tests. More items like it would take its load."
        ),
        ItemFlag.Kind.HASTY: _("%(value)s per cent answer within three seconds, which is not enough to read it."),
        ItemFlag.Kind.UNFAIR: _(
            "For equally good people who use the site in another language it is harder (%(value)s). Use plainer words."
        ),
    }
    try:
        return patterns[ItemFlag.Kind(flag.kind)] % facts
    except KeyError:
        return flag.get_kind_display()


def _plain(value):
    return number_format(value, 2 if abs(value) < 10 else 0) if isinstance(value, int | float) else value


def of_item(item, viewer) -> dict:
    version = item.current
    reviews = ItemReview.objects.filter(version__item=item).select_related("reviewer", "version").order_by("-pk")[:20]
    answered = Response.objects.filter(version=version, answered_at__isnull=False)
    author = version.made_by_id or item.bank.author_id
    n, right = _counts(answered).get(version.pk, (0, 0))
    return {
        "reviews": reviews,
        "flags": [flag_words(flag) for flag in ItemFlag.objects.filter(version=version, closed_at=None)],
        "parameters": ItemParameter.objects.filter(version__item=item).select_related("run").order_by("-pk")[:8],
        "answered": n,
        "right_percent": round(100 * right / n) if n else None,
        "may_judge": viewer.pk not in (author, item.bank.author_id) and item.state != Item.State.RETIRED,
        "may_change": item.bank.author_id == viewer.pk or has_any_role(viewer, Role.ORGANISER),
    }
