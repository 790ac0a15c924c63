"""Calibration of a bank: its answers go to a process of their own, parameters and flags come back. Without numpy the
job says so, and the bank stays as it is."""

import json
import logging
import subprocess
import sys
from importlib.util import find_spec

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.jobs import each
from core.text import number
from features.assessments.models import Attempt, Bank, ItemFlag, ItemParameter, ItemVersion, Response
from features.assessments.models.banks import Stage
from features.assessments.scoring import guessing
from features.assessments.services.banks import keep_parameters
from features.assessments.services.pools import renew

log = logging.getLogger(__name__)
LEAST = 30  # answers to one item, before there is anything to reckon
PATIENCE = 15 * 60
MOST_PEOPLE = 20_000  # the newest: more would tell nothing new
FAR = 3  # times the errors of both, from which on a difficulty has moved


def calibrate_all() -> int:
    """Every bank with new answers. Returns how many were reckoned."""
    return each(Bank.objects.exclude(stage=Stage.DRAFT).order_by("pk"), _calibrate_if_answered)


def _calibrate_if_answered(bank: Bank) -> bool:
    last = bank.runs.order_by("-pk").first()
    answered = Response.objects.filter(attempt__bank=bank, answered_at__isnull=False)
    has_new = answered.filter(answered_at__gt=last.made_at).exists() if last else answered.exists()
    return has_new and calibrate(bank=bank)


def calibrate(*, bank: Bank) -> bool:
    """Whether anything was reckoned."""
    if find_spec("numpy") is None:
        log.warning("calibration needs the dependency group “matching”", extra={"bank": bank.pk})
        return False
    asked = gather(bank)
    if asked is None:
        return False
    run = subprocess.run(
        [sys.executable, "-m", "features.assessments.calibration"],
        input=json.dumps(asked), capture_output=True, text=True, timeout=PATIENCE, cwd=settings.BASE_DIR, check=True,
    )  # fmt: skip
    keep(bank, asked, json.loads(run.stdout))
    return True


def gather(bank: Bank) -> dict | None:
    """All answers to what the bank asks now, people numbered, nobody named."""
    versions = list(
        ItemVersion.objects.filter(item__bank=bank, item__current=F("pk"), item__is_practice=False)
        .select_related("item")
        .order_by("pk")
    )
    place = {version.pk: n for n, version in enumerate(versions)}
    attempts = Attempt.objects.finished().filter(bank=bank, voided_at=None).exclude(ending=Attempt.Ending.KNOWN)
    attempts = attempts.order_by("-pk")[:MOST_PEOPLE]
    people = {pk: n for n, pk in enumerate(attempts.values_list("pk", flat=True))}
    rows = Response.objects.filter(version__in=versions, attempt__bank=bank, answered_at__isnull=False)
    answers = []
    for row in rows.select_related(None).iterator():
        if row.attempt_id in people and row.answered_at:
            only = row.answer[0] if row.answer and len(row.answer) == 1 else ""
            n = place[row.version_id]
            option = number(only) if versions[n].kind in ("single", "code") else None
            option = -1 if option is None else option
            seconds = round((row.answered_at - row.shown_at).total_seconds(), 1)
            answers.append([people[row.attempt_id], n, int(bool(row.is_right)), option, seconds])
    if len(answers) < LEAST:
        return None
    languages = dict(Attempt.objects.filter(pk__in=people).values_list("pk", "person__languages"))
    english = [0 if "en" in (languages.get(pk) or ["en"])[:1] else 1 for pk in people]
    return {
        "people": len(people),
        "answers": answers,
        "groups": english,
        "error": bank.error,
        "most": bank.most,
        "items": [
            {
                "version": version.pk,
                "area": version.item.area,
                "b": version.item.band - 3,
                "c": guessing(version.kind, version.content),
                "options": len(version.content.get("options", [])) if version.kind in ("single", "code") else 0,
                "key": _key(version),
            }
            for version in versions
        ],
    }


def _key(version) -> int:
    if version.kind not in ("single", "code"):
        return -1
    return next(n for n, option in enumerate(version.content["options"]) if option["is_right"])


@transaction.atomic
def keep(bank: Bank, asked: dict, found: dict) -> None:
    """Parameters with their run, and flags: new ones are raised, what is no longer so is closed."""
    parameters = {row.pop("version"): row for row in found["parameters"]}
    before = {row.version_id: row for row in ItemParameter.objects.filter(version__in=parameters, is_current=True)}
    raised = [(asked["items"][n]["version"], kind, facts) for n, kind, facts in found["findings"]]
    for version, row in parameters.items():
        old = before.get(version)
        if old and old.model == "2pl" and abs(row["b"] - old.b) > FAR * (row["error"] ** 2 + old.error**2) ** 0.5:
            raised.append((version, "drift", {"before": round(old.b + 3, 2), "value": round(row["b"] + 3, 2)}))
    raised += _exposed(bank, asked)
    if parameters:
        keep_parameters(bank=bank, method="map", found=parameters, people=asked["people"])
    words = {
        version.pk: version.content.get("options", [])
        for version in ItemVersion.objects.filter(pk__in={version for version, _kind, _facts in raised})
    }
    standing = set()
    for version, kind, facts in raised:
        if "option" in facts:
            facts = facts | {"chosen": words[version][facts["option"]]["text"]}
        standing.add((version, kind))
        ItemFlag.objects.get_or_create(version_id=version, kind=kind, closed_at=None, defaults={"facts": facts})
    for flag in ItemFlag.objects.filter(version__item__bank=bank, closed_at=None):
        if (flag.version_id, flag.kind) not in standing and flag.kind != "drift":
            flag.closed_at = timezone.now()
            flag.save(update_fields=["closed_at"])
    renew(bank)


def _exposed(bank, asked):
    counts: dict[int, int] = {}
    for _person, item, *_rest in asked["answers"]:
        counts[item] = counts.get(item, 0) + 1
    if len(asked["items"]) < 60 or asked["people"] < 100:
        return []  # a small bank asks most of what it has
    share = {asked["items"][n]["version"]: times / asked["people"] for n, times in counts.items()}
    return [(version, "exposed", {"value": round(100 * part)}) for version, part in share.items() if part > 0.4]
