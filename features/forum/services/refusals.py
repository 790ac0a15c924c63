"""Why something cannot be done here, with the next step."""

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
