"""Writing assessments: banks, items with their versions, the second expert's word, and what may be asked when."""

import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core.text import one_line, render_markdown
from features.accounts.access import has_any_role
from features.accounts.models import Role, User
from features.accounts.services import audit
from features.assessments.models import (
    Bank,
    BankReader,
    CalibrationRun,
    Item,
    ItemParameter,
    ItemReview,
    ItemVersion,
    PracticeCard,
)
from features.assessments.models.banks import Stage
from features.assessments.scoring import faults
from features.assessments.services.pools import pool, renew
from features.assessments.services.refusals import AssessmentRefused
from features.discovery import services as discovery

ENOUGH_ITEMS = 10  # with fewer a result would say nothing


@transaction.atomic
def save_bank(*, bank: Bank, by: User) -> Bank:
    """A new bank, or its rules as they are now. Attempts that run keep those they were begun with. Raises
    AssessmentRefused."""
    before = Bank.objects.select_for_update().filter(pk=bank.pk).first()
    if before and before.skill_id != bank.skill_id and before.attempts.exists():
        words = _("People have taken it: what they did counts for the skill it was on. Make another bank for this one.")
        raise AssessmentRefused("other_skill", words)
    bank.title = one_line(bank.title)
    bank.slug = bank.make_slug()
    bank.save()
    renew(bank)
    discovery.republish("assessment", [str(bank.pk)])
    return bank


@transaction.atomic
def set_stage(*, bank: Bank, stage: str, by: User) -> Bank:
    """Take a bank from draft to beta, open, closed. Raises AssessmentRefused."""
    bank = Bank.objects.select_for_update().get(pk=bank.pk)
    bank.stage = stage
    asked = pool(Bank(pk=bank.pk, pool_version=-bank.pool_version, stage=Stage.OPEN)) if bank.is_offered else ()
    if stage == Stage.BETA and len(asked) < ENOUGH_ITEMS:
        words = _("A beta needs %(n)d items that a second expert has found good; there are %(have)d.")
        raise AssessmentRefused("too_few_items", words % {"n": ENOUGH_ITEMS, "have": len(asked)})
    calibrated = sum(not candidate.is_pilot for candidate in asked)
    if stage == Stage.OPEN and bank.is_quiz and len(asked) < ENOUGH_ITEMS:
        raise AssessmentRefused("too_few_items", _("A quiz needs ten items that a second expert has found good."))
    if stage == Stage.OPEN and not bank.is_quiz and calibrated < ENOUGH_ITEMS:
        words = _(
            "A score needs %(n)d calibrated items; there are %(have)d. Leave it in beta: each is known once 30 people "
            "have answered it."
        )
        raise AssessmentRefused("not_calibrated", words % {"n": ENOUGH_ITEMS, "have": calibrated})
    bank.save(update_fields=["stage"])
    renew(bank)
    audit(by, "bank.stage", f"bank:{bank.pk}", [stage])
    discovery.republish("assessment", [str(bank.pk)])
    return bank


def digest(kind: str, text: str, content: Mapping, explanation: str) -> str:
    said = json.dumps([kind, text, content, explanation], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def write_item(
    *,
    bank: Bank,
    by: User,
    key: str,
    kind: str,
    text: str,
    content: Mapping,
    explanation: str = "",
    area="",
    band=3,
    is_practice=False,
) -> tuple[Item, bool]:
    """An item in these words: a new one, or a new version of the one with this key, which then waits for a second
    expert. Answers whether anything is new: saying the same again changes nothing. Raises AssessmentRefused."""
    if found := faults(kind, content):
        raise AssessmentRefused(found[0], fault_words(found[0]))
    text = text.replace("\x00", "").strip()
    if not text:
        raise AssessmentRefused("empty", fault_words("empty"))
    Bank.objects.select_for_update().get(pk=bank.pk)
    item, is_new = Item.objects.get_or_create(
        bank=bank, key=key[:80], defaults={"area": area[:60], "band": band, "is_practice": is_practice}
    )
    if item.is_practice and not is_practice and PracticeCard.objects.filter(version__item=item).exists():
        words = _("It was practised, with its answer: a test would ask what is known. Write another question for it.")
        raise AssessmentRefused("was_practice", words)
    if (item.area, item.band, item.is_practice) != (area[:60], band, is_practice):
        item.area, item.band, item.is_practice = area[:60], band, is_practice
        item.save(update_fields=["area", "band", "is_practice"])
        renew(bank)
    explanation = render_markdown(explanation) if explanation else ""
    said = digest(kind, text, content, explanation)
    newest = item.versions.order_by("-number").first()
    if newest and newest.digest == said:
        return item, is_new
    version = ItemVersion.objects.create(
        item=item,
        number=newest.number + 1 if newest else 1,
        kind=kind,
        text=text,
        html=render_markdown(text),
        content=_rendered(content),
        explanation=explanation,
        digest=said,
        made_by=by,
    )
    item.current, item.state = version, Item.State.DRAFT
    item.save(update_fields=["current", "state"])
    renew(bank)
    return item, True


def _rendered(content):
    """Options carry their words as HTML too, made once."""
    if "options" not in content:
        return dict(content)
    return {
        "options": [
            {
                "text": option["text"],
                "html": render_markdown(option["text"]).removeprefix("<p>").removesuffix("</p>\n").strip(),
                "is_right": bool(option["is_right"]),
                "explanation": option.get("explanation", ""),
            }
            for option in content["options"]
        ]
    }


def fault_words(code: str) -> str:
    return {
        "options": _("A choice has between 2 and 12 options."),
        "empty": _("Something is empty: the question, or one of its options."),
        "twice": _("Two options say the same."),
        "key": _("It is not said which answer is right: exactly one of single choices, a number, or a spelling."),
        "kind": _("This kind of question is not known."),
    }[code]


@transaction.atomic
def review_item(*, item: Item, by: User, verdict: str, comment: str = "", version_id: int | None = None) -> ItemReview:
    """A second expert's word on what an item asks now, which is what they read: `version_id`, or what `item` was
    fetched with. With “good” it is asked. Raises AssessmentRefused."""
    read = item.current_id if version_id is None else version_id
    item = Item.objects.select_for_update(of=("self",)).select_related("current", "bank").get(pk=item.pk)
    version = item.current
    if version is None:
        raise AssessmentRefused("empty", _("There is nothing to read yet."))
    if version.pk != read:
        raise AssessmentRefused("rewritten", _("Its author has changed it meanwhile. Read it as it is now."))
    author = version.made_by or item.bank.author
    if by.pk in (author.pk, item.bank.author_id):
        raise AssessmentRefused("own_item", _("Another expert than its author reads an item. Ask one of them."))
    if not has_any_role(by, Role.EXPERT, Role.ORGANISER):
        raise AssessmentRefused("not_an_expert", _("Experts read items. You can apply to be one."))
    review, _is_new = ItemReview.objects.update_or_create(
        version=version, reviewer=by, defaults={"author": author, "verdict": verdict, "comment": one_line(comment)}
    )
    if not item.is_practice:
        BankReader.objects.get_or_create(bank=item.bank, person=by)
    if item.state != Item.State.RETIRED:
        good = verdict == ItemReview.Verdict.GOOD
        item.state = Item.State.LIVE if good else Item.State.DRAFT
        item.save(update_fields=["state"])
    renew(item.bank)
    return review


@transaction.atomic
def retire_item(*, item: Item, by: User) -> None:
    """It is not asked any more; what was answered stays."""
    Item.objects.filter(pk=item.pk).update(state=Item.State.RETIRED)
    renew(item.bank)
    audit(by, "item.retired", f"item:{item.pk}", [])


@transaction.atomic
def keep_parameters(*, bank: Bank, method: str, found: Mapping[int, Mapping], people: int, note: str = "") -> None:
    """What a calibration found, by version: `{"model", "a", "b", "c", "error", "people", "share"}`. Older parameters
    stay, as results were computed with them."""
    run = CalibrationRun.objects.create(bank=bank, method=method, people=people, items=len(found), note=note)
    ItemParameter.objects.filter(version__in=list(found), is_current=True).update(is_current=False)
    ItemParameter.objects.bulk_create(
        [ItemParameter(version_id=version, run=run, **facts) for version, facts in found.items()]
    )
    renew(bank)
