"""HTML of other forums as the Markdown that we keep. What has no counterpart becomes its words."""

import re
from html.parser import HTMLParser

BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "table", "tr", "hr"}
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
SPACE = re.compile(r"\s+")


class _Writer(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.line = ""
        self.quotes, self.lists, self.links = 0, [], []
        self.code = self.pre = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in BLOCKS:
            self._end_block()
        if tag == "pre":
            self.pre = True
        elif tag == "code" and not self.pre:
            self.code = True
            self.line += "`"
        elif tag in MARKS:
            self.line += MARKS[tag]
        elif tag == "a":
            self.links.append(given.get("href") or "")
            self.line += "["
        elif tag == "img":
            self.line += f"[{given.get('alt') or 'Picture'}]({given.get('src') or ''})"
        elif tag == "br":
            self.line += "  \n"
        elif tag == "hr":
            self.blocks.append(self._prefix() + "---")
        elif tag in ("ul", "ol"):
            self.lists.append([tag, 0])
        elif tag == "li":
            self._end_block()
            if self.lists:
                self.lists[-1][1] += 1
                kind, number = self.lists[-1]
                self.line = "- " if kind == "ul" else f"{number}. "
        elif tag == "blockquote":
            self.quotes += 1
        elif re.fullmatch(r"h[1-6]", tag):
            self.line = "### "

    def handle_endtag(self, tag):
        if tag == "code" and self.code:
            self.code = False
            self.line += "`"
        elif tag in MARKS:
            self.line += MARKS[tag]
        elif tag == "a" and self.links:
            self.line += f"]({self.links.pop()})"
        if tag in BLOCKS or tag == "li":
            self._end_block()
        if tag == "pre":
            self.pre = False
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)

    def handle_data(self, data):
        if self.pre:
            self.line += data
        elif self.code:
            self.line += data.replace("`", "'")
        else:
            self.line += re.sub(r"([\\`*_\[\]<])", r"\\\1", SPACE.sub(" ", data))

    def _prefix(self):
        return "> " * self.quotes

    def _end_block(self):
        if not self.line.strip():
            self.line = ""
            return
        if self.pre:
            lines = [f"    {line}".rstrip() for line in self.line.strip("\n").split("\n")]
        else:
            lines = self.line.strip().split("\n")
            indent = "   " * max(0, len(self.lists) - 1)
            lines = [indent + line for line in lines] if self.lists else lines
        self.blocks.append("\n".join(self._prefix() + line for line in lines))
        self.line = ""

    def text(self):
        self._end_block()
        return "\n\n".join(self.blocks)


def markdown_of(html: str) -> str:
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()
