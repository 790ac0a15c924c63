"""Item banks as others write them: Markdown, CSV, GIFT and QTI. Text in, plain drafts and faults out; no rows.

Every reader answers (drafts, faults). A draft is what `services.write_item` takes; a fault is the place in the file and
a sentence. A key is made of the place's own name (a number, a title, an identifier) or of the question, so that
importing the same file again finds the same items.
"""

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from features.assessments.qti import read_qti

MOST_ITEMS = 2000


@dataclass(frozen=True)
class Draft:
    key: str
    kind: str
    text: str
    content: dict[str, Any]
    explanation: str = ""
    area: str = ""
    band: int = 3
    is_practice: bool = False
    place: str = ""


@dataclass
class Read:
    drafts: list[Draft] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


def read(name: str, text: str) -> Read:
    """By the ending of the file's name, and by what it looks like where that says nothing."""
    ending = name.lower().rpartition(".")[2]
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\x00", "")
    if ending == "csv":
        return read_csv(text)
    if ending == "gift" or (ending == "txt" and "{" in text):
        return read_gift(text)
    if ending == "xml" or text.lstrip().startswith("<?xml"):
        return _of_qti(text)
    return read_markdown(text, slugify(name.rpartition(".")[0])[:40])


def key_of(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def option(text: str, is_right: bool, explanation: str = "") -> dict:
    return {"text": text.strip(), "is_right": is_right, "explanation": explanation.strip()}


# --- Markdown: a heading with a number, code, options as a list, the answer in a fold ---------------------------------
QUESTION = re.compile(r"^#{2,6}[ ]+(\d+)\.[ ]*(.+)$", re.MULTILINE)
OPTION = re.compile(r"^[-*][ ]+([A-Z])[:.)][ ]*(.*(?:\n(?![-*] |<|#|\n).*)*)", re.MULTILINE)
ANSWER = re.compile(r"^#{2,6}[ ]+(?:Answer|Key)s?:[ ]*([A-Z](?:[ ,]+[A-Z])*)[ ]*$", re.MULTILINE)


def read_markdown(text: str, of: str) -> Read:
    """Numbers begin anew in each file, so keys begin with what the file is called: another one is no other version."""
    found = Read()
    heads = list(QUESTION.finditer(text))
    if not heads:
        found.faults.append(
            ("1", _("No question begins here: a question is a heading with a number, such as “## 1. …”."))
        )
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        block = text[head.end() : after.start() if after else len(text)]
        place = _("question %(n)s") % {"n": head[1]}
        said, _fold, folded = block.partition("<details>")
        key = ANSWER.search(folded or said)
        options = OPTION.findall(said)
        if not key or len(options) < 2:
            found.faults.append((place, _("Its options or its answer could not be found.")))
            continue
        right = set(re.findall("[A-Z]", key[1]))
        if right - {letter for letter, _words in options}:
            found.faults.append((place, _("The answer names an option that is not there.")))
            continue
        first = OPTION.search(said)
        question = f"{head[2].strip()}\n\n{said[: first.start() if first else 0].strip()}".strip()
        why = re.sub(
            r"</?(p|details)>|<hr ?/?>|^---+\s*$", "", folded[key.end() :] if folded else "", flags=re.MULTILINE
        )
        found.drafts.append(
            Draft(
                key=f"md-{of}-{head[1]}",
                kind="multiple" if len(right) > 1 else "code" if "```" in question else "single",
                text=question,
                content={"options": [option(words, letter in right) for letter, words in options]},
                explanation=why.strip(),
                place=place,
            )
        )
    return found


# --- CSV --------------------------------------------------------------------------------------------------------------
COLUMNS = (
    "key",
    "kind",
    "text",
    "answer",
    "option1…option12",
    "why1…why12",
    "explanation",
    "area",
    "band",
    "use",
    "tolerance",
)


def read_csv(text: str) -> Read:
    """A row for each item. `answer` holds the numbers of the right options (1, or 1;3), an ordering has the order
    of its options, and what is typed stands there itself; several spellings are separated by `;`."""
    found = Read()
    rows = csv.DictReader(io.StringIO(text))
    if missing := {"kind", "text"} - {(name or "").strip().lower() for name in rows.fieldnames or []}:
        found.faults.append(("1", _("Columns are missing: %(names)s.") % {"names": ", ".join(sorted(missing))}))
        return found
    for row in rows:
        place = _("line %(n)d") % {"n": rows.line_num}
        cells = {
            (name or "").strip().lower(): (value or "").strip()
            for name, value in row.items()
            if not isinstance(value, list)
        }
        try:
            found.drafts.append(_of_row(cells, place))
        except ValueError as error:
            found.faults.append((place, str(error)))
    return found


def _of_row(cells: dict[str, str], place: str) -> Draft:
    kind, answer = cells["kind"].lower(), cells.get("answer", "")
    band = cells.get("band") or "3"
    if band not in "12345" or len(band) != 1:
        raise ValueError(_("The band is a level from 1 to 5, and not “%(said)s”.") % {"said": band[:20]})
    if kind in ("single", "multiple", "code", "ordering"):
        right = {n.strip() for n in re.split("[;,]", answer) if n.strip()}
        texts = [(n, cells[f"option{n}"]) for n in range(1, 13) if cells.get(f"option{n}")]
        if kind != "ordering" and right - {str(n) for n, _words in texts}:
            raise ValueError(_("The answer names an option that is not there."))
        content: dict[str, Any] = {
            "options": [option(words, str(n) in right, cells.get(f"why{n}", "")) for n, words in texts]
        }
    elif kind == "numeric":
        try:
            content = {"value": float(answer), "tolerance": float(cells.get("tolerance") or 0)}
        except ValueError:
            raise ValueError(_("“%(said)s” is no number.") % {"said": answer[:20]}) from None
    elif kind == "short":
        content = {"accepted": [spelling.strip() for spelling in answer.split(";") if spelling.strip()]}
    else:
        raise ValueError(_("“%(kind)s” is no kind of question that is known here.") % {"kind": kind[:20]})
    return Draft(
        key=cells.get("key") or key_of(cells["text"]),
        kind=kind,
        text=cells["text"],
        content=content,
        explanation=cells.get("explanation", ""),
        area=cells.get("area", ""),
        band=int(band),
        is_practice=cells.get("use", "").lower() == "practice",
        place=place,
    )


# --- GIFT -------------------------------------------------------------------------------------------------------------
ESCAPED = re.compile(r"\\([~=#{}:\\])")
PART = re.compile(r"(?<!\\)([=~])((?:\\.|[^=~\\])*)", re.DOTALL)
WEIGHT = re.compile(r"^%(-?[\d.]+)%")
BLOCK = re.compile(r"(?<!\\)\{((?:\\.|[^}\\])*)\}", re.DOTALL)
TITLE = re.compile(r"^::((?:\\.|[^:\\]|:(?!:))*)::", re.DOTALL)
MARKUP = re.compile(r"^\[(html|markdown|plain|moodle)\]")


def read_gift(text: str) -> Read:
    """Moodle's format: choices, true or false, numbers, short answers. Matching and essays have no
    answer that a machine could look at and are told as faults."""
    found, category = Read(), ""
    text = re.sub(r"^//.*$", "", text, flags=re.MULTILINE)
    for number, block in enumerate(re.split(r"\n\s*\n", text), start=1):
        block = block.strip()
        if block.startswith("$CATEGORY:"):
            category = block.partition(":")[2].partition("\n")[0].rpartition("/")[2].strip()
            block = block.partition("\n")[2].strip()
        if not block:
            continue
        title = TITLE.match(block)
        body = block[title.end() :] if title else block
        place = _plain(title[1]) if title else _("question %(n)s") % {"n": number}
        try:
            kind, question, content, why = _of_gift(body)
        except ValueError as error:
            found.faults.append((place, str(error)))
            continue
        key = _plain(title[1]) if title else key_of(question)
        found.drafts.append(Draft(key, kind, question, content, why, area=category, place=place))
    return found


def _plain(text: str) -> str:
    return ESCAPED.sub(r"\1", text).strip()


def _of_gift(body: str):
    block = BLOCK.search(body)
    if not block:
        raise ValueError(_("It has no answers in braces."))
    rest = body[block.end() :].strip()
    question = _plain(MARKUP.sub("", body[: block.start()].strip()) + (f" _____ {rest}" if rest else ""))
    inner, _sign, why = block[1].partition("####")
    inner = inner.strip()
    if inner.upper() in ("T", "TRUE", "F", "FALSE"):
        is_true = inner.upper().startswith("T")
        return (
            "single",
            question,
            {"options": [option(_("True"), is_true), option(_("False"), not is_true)]},
            _plain(why),
        )
    if inner.startswith("#"):
        return "numeric", question, _number(inner[1:]), _plain(why)
    parts = [(sign, words.strip()) for sign, words in PART.findall(inner)]
    if not parts or any("->" in words for _sign, words in parts):
        raise ValueError(_("Matching and essays cannot be scored here."))
    options = []
    for sign, words in parts:
        weight = WEIGHT.match(words)
        said, _hash, explanation = re.sub(WEIGHT, "", words).partition("#")
        is_right = sign == "=" or bool(weight and float(weight[1]) > 0)
        options.append(option(_plain(said), is_right, _plain(explanation)))
    if all(sign == "=" for sign, _words in parts):
        return "short", question, {"accepted": [one["text"] for one in options]}, _plain(why)
    kind = "multiple" if sum(one["is_right"] for one in options) > 1 else "single"
    return kind, question, {"options": options}, _plain(why)


def _number(text: str) -> dict[str, float]:
    text = text.strip().lstrip("=").partition("#")[0].strip()
    try:
        if ".." in text:
            low, high = (float(part) for part in text.split(".."))
            return {"value": (low + high) / 2, "tolerance": (high - low) / 2}
        value, _colon, tolerance = text.partition(":")
        return {"value": float(value), "tolerance": float(tolerance or 0)}
    except ValueError:
        raise ValueError(_("“%(said)s” is no number.") % {"said": text[:20]}) from None


# --- QTI --------------------------------------------------------------------------------------------------------------
def _of_qti(text: str) -> Read:
    found = Read()
    for place, said in read_qti(text):
        if isinstance(said, str):
            found.faults.append((place, said))
        else:
            found.drafts.append(Draft(place=place, **said))
    return found
