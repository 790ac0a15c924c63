"""The wordings of a post, one after the other, with what each changed."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.templatetags.ui import when
from features.forum.models import Post
from features.forum.wording import difference

MOST = 50


@dataclass(frozen=True, slots=True)
class Wording:
    pk: int
    number: int
    time: str
    by: str
    reason: str
    changes: str
    is_hidden: bool
    hidden_words: str
    is_current: bool
    may_hide: bool  # by a moderator
    may_show: bool


def _why_hidden(row) -> str:
    if not (row.hidden_by_id or row.hidden_reason):
        return _("From before the question was published.")
    return f"{_('A moderator took this wording away.')} {row.hidden_reason}".strip()


def history(post: Post, person, is_moderator: bool) -> list[Wording]:
    """The latest first. A wording that was taken away is empty to readers, and nothing is told by what came after."""
    rows = list(post.revisions.select_related("editor").order_by("-pk")[: MOST + 1])[::-1]
    made: list[Wording] = []
    before = ""
    for number, row in enumerate(rows, start=1):
        after = f"{row.title}\n\n{row.text}" if row.title else row.text
        is_shown = is_moderator or not row.hidden_at
        nameless = row.is_anonymous and not is_moderator and row.editor_id != person.pk
        made.append(
            Wording(
                pk=row.pk,
                number=number,
                time=when(row.made_at),
                by=_("Somebody") if nameless else row.editor.name,
                reason=row.reason,
                changes=difference(before, after) if is_shown else "",
                is_hidden=row.hidden_at is not None,
                hidden_words=_why_hidden(row) if row.hidden_at else "",
                is_current=number == len(rows),
                may_hide=not row.hidden_at and number < len(rows),
                may_show=bool(row.hidden_by_id and (row.text or row.title)),
            )
        )
        # What is taken away must not come back as what the next wording took out.
        before = after if is_shown else ""
    return made[::-1]
