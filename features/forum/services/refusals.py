"""Why something cannot be done here, with the next step."""

import re

from django.utils.translation import gettext as _

from core.text import is_seen, one_line, without_marks
from features.accounts import access


class ForumRefused(Exception):
    """`code` is stable and for programs; `words` name the next step."""

    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


def check_ability(person, ability, scope="") -> None:
    """Raises ForumRefused where a moderator took this from the person."""
    if bar := access.bar(person, ability, scope):
        raise ForumRefused("barred", bar.words)


def check_title(title: str) -> str:
    """In one line. Raises ForumRefused where nothing of it could be seen, and so pressed."""
    if not is_seen(title):
        raise ForumRefused("title", _("Say it in words."))
    return one_line(title)


def check_seen(html: str) -> None:
    """Raises ForumRefused for words of which nothing is left on the page, such as a remark for machines."""
    if not re.search(r'<img[^>]* (?:src|alt)="[^"]', html) and not is_seen(without_marks(html)):
        raise ForumRefused("empty", _("Nothing of it would be seen. Say it in words."))
