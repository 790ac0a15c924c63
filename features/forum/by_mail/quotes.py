"""A message without what a mail program added: what is answered to, and the signature. Quotes between one's own words
stay. From standard input to standard output, and nothing else is loaded."""

import re
import sys

from mailparser_reply.parser import EmailMessage

LANGUAGES = "en cs da de es fr it ja ko nl pl sv zh".split()  # noqa: SIM905


def above_the_quotes(text: str) -> str:
    said = EmailMessage(text=text, languages=LANGUAGES, keep_hyphen_lists=True).read().replies
    if not said or said[0].headers:
        return ""  # it begins with what it quotes
    lines = said[0].body.split("\n")
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(above_the_quotes(sys.stdin.read()))
