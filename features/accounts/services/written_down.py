"""The audit log in words: what was done, and to what. Whoever writes entries registers what their codes mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.registry import Registry
from core.text import number, numbers
from features.accounts.models import AuditEntry, User

Key = str  # "sanction:7"


@dataclass(frozen=True)
class AuditAct:
    """`words` stand after the name of whoever did it: "gave a role"."""

    words: Any  # or a function of act and target, for a family of acts
    field: Callable[[str], Any] | None = str  # its fields in words, but for keys of things; None: the act has said it


@dataclass(frozen=True)
class AuditThing:
    label: Any
    page: str = ""  # the name of its address, which holds its number


audit_acts: dict[str, AuditAct] = Registry("acts in the audit log")  # by "role.granted", or by the family "role"
audit_things: dict[str, AuditThing] = Registry("things in the audit log")  # by what stands before the number


@dataclass(frozen=True)
class Written:
    entry: AuditEntry
    by: str
    said: str
    target: SafeString
    fields: SafeString  # what it was about besides


def written_down(entries: Iterable[AuditEntry]) -> list[Written]:
    """One query for the names of all people."""
    entries = list(entries)
    keys = {key for entry in entries for key in (entry.target, *entry.fields) if key.startswith("person:")}
    people = set(numbers(key.removeprefix("person:") for key in keys))
    people |= {entry.actor_id for entry in entries if entry.actor_id}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    return [_in_words(entry, names) for entry in entries]


def _in_words(entry, names) -> Written:
    act = audit_acts.get(entry.act) or audit_acts.get(entry.act.partition(".")[0]) or AuditAct(_code(entry.act))
    said = act.words(entry.act, entry.target) if callable(act.words) else act.words
    by = (names.get(entry.actor_id) or _gone(entry.actor_id)) if entry.actor_id else _("The site")
    fields = [_thing(field, names) or (act.field and format_html("{}", act.field(field))) for field in entry.fields]
    return Written(
        entry, by, str(said), _thing(entry.target, names) or format_html("{}", _code(entry.target)),
        format_html_join(", ", "{}", ((field,) for field in fields if field)),
    )  # fmt: skip


def _thing(key: Key, names) -> SafeString | None:
    kind, colon, ref = key.partition(":")
    person = number(ref)
    if kind == "person" and person is not None:
        name = names.get(person)
        return _link(name, "manage_person", ref) if name else format_html("{}", _gone(ref))
    if not colon or kind not in audit_things:
        return None
    known = audit_things[kind]
    words = f"{known.label} {ref}"
    return _link(words, known.page, ref) if known.page and person is not None else format_html("{}", words)


def _link(words, page, number) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(page, args=[number]), words)


def _gone(number) -> str:
    return _("Former member {number}").format(number=number)


def _code(code: str) -> str:
    """What nobody has registered: of a version that is no longer here."""
    return code.replace(".", " ").replace("_", " ")
