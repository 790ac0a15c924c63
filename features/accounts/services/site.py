"""Who sees the site, who may join, who may publish: as the newest row of `SiteRules` says, and by default as open."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.db import Prepared, broken_constraint
from features.accounts.access import has_role
from features.accounts.models import Role, SiteRules, User
from features.accounts.services.audit import audit

MOST_LISTED = 500


class RulesRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Preset:
    label: Any
    says: Any
    rules: dict[str, str]  # the list of addresses stays as it is


PRESETS = {
    "team": Preset(
        gettext_lazy("Private team"),
        gettext_lazy("Colleagues among themselves: nobody else sees it, and each may give sessions."),
        {"audience": "members", "sign_up": "listed", "hosts": "members"},
    ),
    "start": Preset(
        gettext_lazy("Start-up community"),
        gettext_lazy("The first sessions matter more than who gives them."),
        {"audience": "everybody", "sign_up": "everybody", "hosts": "members"},
    ),
    "mature": Preset(
        gettext_lazy("Mature community"),
        gettext_lazy("Open to all, and whoever teaches has shown what they know."),
        {"audience": "everybody", "sign_up": "everybody", "hosts": "experts"},
    ),
}


NEWEST = Prepared(lambda: SiteRules.objects.order_by("-pk")[:1])  # each page of a stranger that is not kept asks


def site_rules() -> SiteRules:
    return NEWEST.first() or SiteRules()


def may_join(email: str, rules: SiteRules | None = None) -> bool:
    """Whether a new account may be made for this address. It says nothing of who has one."""
    rules = rules or site_rules()
    email = email.strip().lower()
    return rules.sign_up == SiteRules.SignUp.EVERYBODY or bool({email, email.rpartition("@")[2]} & set(rules.listed))


def everybody_hosts() -> bool:
    return site_rules().hosts == SiteRules.Hosts.MEMBERS


@transaction.atomic
def change_rules(*, by: User, after: int, **rules) -> SiteRules | None:
    """What `rules` names, from now on; all else stays. `after` is the row that was looked at (0: there was none).
    None where it is so already. Raises RulesRefused."""
    if not has_role(by, Role.ORGANISER):
        raise RulesRefused("not_organiser", _("Only organisers do this."))
    now = site_rules()
    if (now.pk or 0) != after:
        raise RulesRefused("changed", _("Somebody has changed the rules meanwhile. Look at them first."))
    values = {name: getattr(now, name) for name in SiteRules.RULES} | rules
    changed = [name for name in SiteRules.RULES if values[name] != getattr(now, name)]
    if not changed:
        return None
    if len(values["listed"]) > MOST_LISTED:
        raise RulesRefused("too_many", _("List %(n)d addresses or domains at most.") % {"n": MOST_LISTED})
    try:
        with transaction.atomic():
            made = SiteRules.objects.create(made_by=by, after=after, **values)
    except IntegrityError as error:
        if "after" not in broken_constraint(error):
            raise
        raise RulesRefused("changed", _("Somebody has changed the rules meanwhile. Look at them first.")) from error
    audit(by, "rules.changed", f"rules:{made.pk}", changed)
    return made


@transaction.atomic
def undo_rules(*, by: User, made: int) -> SiteRules | None:
    """As they were before the row `made`, if nobody has changed them since."""
    newest = SiteRules.objects.filter(pk=made).first()
    if newest is None:
        raise RulesRefused("changed", _("Somebody has changed the rules meanwhile. Look at them first."))
    before = SiteRules.objects.filter(pk=newest.after).first() or SiteRules()
    return change_rules(by=by, after=made, **{name: getattr(before, name) for name in SiteRules.RULES})


def unlist(email: str) -> None:
    """Whoever is erased stands in no list either."""
    rows = SiteRules.objects.filter(listed__contains=[email.lower()])
    rows.update(listed=Func(F("listed"), Value(email.lower()), function="array_remove"))


def compared(now: SiteRules) -> list[tuple[Any, str, list[tuple[Preset, str, bool]]]]:
    """Rule by rule: its name, what holds now, and what each preset says, with whether that is another."""
    rows = []
    for name in ("audience", "sign_up", "hosts"):
        field = SiteRules._meta.get_field(name)
        labels = dict(field.flatchoices)  # type: ignore[union-attr]
        held = getattr(now, name)
        said = [(preset, str(labels[preset.rules[name]]), preset.rules[name] != held) for preset in PRESETS.values()]
        rows.append((field.verbose_name, str(labels[held]), said))  # type: ignore[union-attr]
    return rows
