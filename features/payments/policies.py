"""What is paid back, by how long before the start. Plain data in and out: the policy is a copy on the order's line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


class Preset(TextChoices):
    FULL = "full", gettext_lazy("All until the deadline, nothing afterwards")
    HALF = "half", gettext_lazy("All until the deadline, half until the start")
    STRICT = "strict", gettext_lazy("Half until the deadline, nothing afterwards")


PERCENT = {Preset.FULL: (100, 0), Preset.HALF: (100, 50), Preset.STRICT: (50, 0)}


def policy(preset: str, deadline_hours: int, fee_minor: int = 0) -> dict:
    """What is kept on the line. With the deadline at the start there is no time after it."""
    before, after = PERCENT[Preset(preset)]
    tiers = [{"hours": deadline_hours, "percent": before}]
    if deadline_hours and after:
        tiers.append({"hours": 0, "percent": after})
    return {"tiers": tiers, "fee_minor": fee_minor, "free_until_hours": deadline_hours}


# Its seller moved it to another time than the one that was bought: all of it comes back until it begins.
MOVED = "moved_by_seller"


@dataclass(frozen=True)
class Step:
    percent: int
    amount_minor: int
    until: datetime


@dataclass(frozen=True)
class Quote:
    amount_minor: int
    paid_minor: int
    currency: str
    percent: int
    until: datetime | None  # when this amount ends; None where nothing is paid back
    steps: Sequence[Step]

    @property
    def is_whole(self) -> bool:
        return self.amount_minor == self.paid_minor

    def bettered(self, amount_minor: int, until: datetime) -> "Quote":
        """With all of it until then, if that is more."""
        if amount_minor <= self.amount_minor:
            return self
        steps = [Step(100, amount_minor, until), *(step for step in self.steps if step.until > until)]
        return replace(self, amount_minor=amount_minor, percent=100, until=until, steps=steps)


def quote(
    policy: dict, paid_minor: int, most_minor: int, currency: str, *, starts_at: datetime, now: datetime
) -> Quote:
    """Whole hours and whole minor units: at the very deadline the earlier step still holds. Never more than `most`."""
    fee = policy.get("fee_minor", 0)
    tiers = policy.get("tiers") or [{"hours": policy.get("free_until_hours", 0), "percent": 100}]
    if policy.get(MOVED):
        fee, tiers = 0, [{"hours": 0, "percent": 100}]
    steps = [
        Step(
            tier["percent"],
            min(max(paid_minor * tier["percent"] // 100 - fee, 0), most_minor),
            starts_at - timedelta(hours=tier["hours"]),
        )
        for tier in sorted(tiers, key=lambda tier: -tier["hours"])
    ]
    holding = next((step for step in steps if now <= step.until), None)
    return Quote(
        amount_minor=holding.amount_minor if holding else 0,
        paid_minor=paid_minor,
        currency=currency,
        percent=holding.percent if holding else 0,
        until=holding.until if holding else None,
        steps=[step for step in steps if now <= step.until],
    )


def policy_words(policy: dict) -> list[str]:
    """The refund policy in plain words, one sentence a step."""
    if policy.get(MOVED):
        return [_("The time was moved since, so you get all of it back until the start.")]
    said = []
    for tier in sorted(policy.get("tiers", []), key=lambda tier: -tier["hours"]):
        until = _until(tier["hours"])
        if tier["percent"] == 100:
            said.append(_("Until %(until)s you get all of it back.") % {"until": until})
        elif tier["percent"]:
            words = _("Until %(until)s you get %(percent)d %% back.")
            said.append(words % {"until": until, "percent": tier["percent"]})
    if policy.get("tiers") and min(tier["hours"] for tier in policy["tiers"]) > 0:
        said.append(_("After that nothing, unless somebody who waits takes your place: then all of it."))
    return said


def _until(hours: int) -> str:
    if not hours:
        return _("the start")
    if hours % 24:
        return ngettext("%(n)d hour before the start", "%(n)d hours before the start", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day before the start", "%(n)d days before the start", days) % {"n": days}
