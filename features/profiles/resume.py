"""JSON Resume 1.0.0 (jsonresume.org) in and out. Plain data here; what is taken over goes through the forms of the
blocks, so that there is no second rule set."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from core import languages
from core.seo import absolute
from core.text import words
from features.profiles.services.portraits import Portrait
from features.skills.models import Level, SpokenLanguage

MOST_ROWS = 300
SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
SECTIONS = ("work", "volunteer", "education", "certificates", "projects", "awards", "skills", "languages")
LEVELS = {
    Level.STARTING: "starting beginner novice learning",
    Level.PRACTISING: "practising basic elementary junior familiar",
    Level.WORKING: "working intermediate competent proficient skilled",
    Level.LEADING: "leading advanced senior expert",
    Level.DEFINING: "defining master",
}
FLUENCIES = {
    SpokenLanguage.Fluency.NATIVE: "native mother bilingual",
    SpokenLanguage.Fluency.FLUENT: "fluent professional full advanced c1 c2",
    SpokenLanguage.Fluency.CONVERSATIONAL: "conversational intermediate limited b1 b2",
    SpokenLanguage.Fluency.BASIC: "basic beginner elementary a1 a2",
}


class ResumeRefused(Exception):
    """The text is no résumé; the message says what is wrong with it."""


# --- In ---------------------------------------------------------------------------------------------------------------
def read(text: str) -> dict:
    """What of it can be kept, or ResumeRefused."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        place = getattr(error, "lineno", 1)
        raise ResumeRefused(_("This is no JSON: it stops making sense in line %(line)s.") % {"line": place}) from None
    except RecursionError:
        raise ResumeRefused(_("This is no JSON Resume: it is nested too deeply.")) from None
    known = {"basics", *SECTIONS} & set(data) if isinstance(data, dict) else set()
    if not known:
        raise ResumeRefused(_("This is no JSON Resume: it has no basics, work, education or other section of one."))
    try:
        kept = {name: _clean(data[name]) for name in sorted(known)}
    except RecursionError:
        raise ResumeRefused(_("This is no JSON Resume: it is nested too deeply.")) from None
    if sum(len(kept[name]) for name in SECTIONS if isinstance(kept.get(name), list)) > MOST_ROWS:
        raise ResumeRefused(_("This résumé has more than %(most)s rows. Shorten it first.") % {"most": MOST_ROWS})
    return kept


def _clean(value):
    """Without what a database cannot hold: NULs, halves of characters, and numbers that are none."""
    if isinstance(value, str):
        return "".join(c for c in value if c != "\0" and unicodedata.category(c) != "Cs")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(str(name)): _clean(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def entries(data: dict) -> Iterator[tuple[str, str, dict]]:
    """(key, block, data for the block's form) of each row. A key names the row's place, and stays the same."""
    yield from _basics(_dict(data.get("basics")))
    for section in SECTIONS:
        rows = data.get(section)
        for n, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict):
                for part, (block, fields) in enumerate(READERS[section](row)):
                    yield f"{section}-{n}-{part}", block, fields


def _basics(basics) -> Iterator[tuple[str, str, dict]]:
    location = _dict(basics.get("location"))
    place = ", ".join(text for text in (_text(location, "city"), _text(location, "region")) if text)
    # What it says nothing of stays as it is.
    if about := {name: text for name, text in (("about", _text(basics, "summary")), ("place", place)) if text}:
        yield "basics-about", "about", about
    if phone := _text(basics, "phone"):
        yield "basics-phone", "phone", {"phone": phone}
    if url := _text(basics, "url"):
        yield "basics-url", "links", {"url": url, "label": ""}
    profiles = basics.get("profiles")
    for n, profile in enumerate(profiles if isinstance(profiles, list) else []):
        if isinstance(profile, dict) and _text(profile, "url"):
            yield f"basics-profile-{n}", "links", {"url": _text(profile, "url"), "label": _text(profile, "network")}


def _dict(value) -> dict:
    return value if isinstance(value, dict) else {}


def _text(row: dict, name: str) -> str:
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _lines(row: dict, name: str) -> str:
    value = row.get(name)
    return "\n".join(" ".join(str(line).split()) for line in value) if isinstance(value, list) else ""


def _span(row: dict) -> dict:
    """Without an end, what has a start goes on."""
    started, ended = _text(row, "startDate"), _text(row, "endDate")
    return {"started_on": started, "ended_on": ended, "is_current": bool(started and not ended)}


def _work(row):
    organisation = _text(row, "name") or _text(row, "organization")
    fields = {"organisation": organisation, "position_held": _text(row, "position"), "place": _text(row, "location")}
    fields |= {"url": _text(row, "url"), "summary": _text(row, "summary"), "highlights": _lines(row, "highlights")}
    yield "work", fields | _span(row)


def _education(row):
    fields = {"institution": _text(row, "institution"), "area": _text(row, "area"), "degree": _text(row, "studyType")}
    fields |= {"grade": _text(row, "score"), "url": _text(row, "url"), "courses": _lines(row, "courses")}
    yield "education", fields | _span(row)


def _certificate(row):
    fields = {"name": _text(row, "name"), "issuer": _text(row, "issuer"), "url": _text(row, "url")}
    fields |= {"issued_on": _text(row, "date"), "expires_on": _text(row, "expires"), "number": _text(row, "number")}
    yield "certifications", fields


def _project(row):
    fields = {"name": _text(row, "name"), "summary": _text(row, "description"), "url": _text(row, "url")}
    yield "projects", fields | {"highlights": _lines(row, "highlights")} | _span(row)


def _award(row):
    fields = {"title": _text(row, "title"), "awarder": _text(row, "awarder"), "awarded_on": _text(row, "date")}
    yield "achievements", fields | {"summary": _text(row, "summary")}


def _skill(row):
    """Many name a field and list their skills as its keywords: each is a row."""
    level = _scale(_text(row, "level"), LEVELS, Level.WORKING)
    for name in dict.fromkeys([_text(row, "name"), *_lines(row, "keywords").splitlines()]):
        if name:
            yield "skills", {"skill": name.replace(",", " "), "level": level}


def _language(row):
    fluency = _scale(_text(row, "fluency"), FLUENCIES, SpokenLanguage.Fluency.CONVERSATIONAL)
    yield "languages", {"code": _code(_text(row, "language")), "fluency": fluency}


READERS: dict[str, Any] = {
    "work": _work, "volunteer": _work, "education": _education, "certificates": _certificate, "projects": _project,
    "awards": _award, "skills": _skill, "languages": _language,
}  # fmt: skip


def _scale(said: str, scale: dict[Any, str], otherwise: int) -> int:
    """A number on the scale, or the first of its words that was used."""
    if number := re.match(r"([1-9])\b", said):
        return min(int(number[1]), max(scale))
    used = set(words(said).split())
    return next((int(step) for step, names in scale.items() if used & set(names.split())), int(otherwise))


def _code(name: str) -> str:
    """ "German", "Deutsch" and "de" are de; what is unknown stays, for the form to say so."""
    wanted = words(name)
    for code in languages.CODES:
        info = get_language_info(code)
        if wanted in {words(said) for said in (code, info["name"], info["name_local"], languages.name(code))}:
            return code
    return name


# --- Out --------------------------------------------------------------------------------------------------------------
def write(shown: Portrait) -> dict:
    """A portrait as a résumé; empty things are left out."""
    person = shown.person
    site = next((link for link in shown.links if not link.label), None)
    basics = {
        "name": person.name,
        "label": person.headline,
        "email": shown.email,
        "phone": shown.phone,
        "url": site.url if site else "",
        "summary": shown.about,
        "location": {"city": shown.place} if shown.place else {},
        "profiles": [{"network": link.label, "url": link.url} for link in shown.links if link.label],
    }
    return _filled(
        {
            "$schema": SCHEMA,
            "basics": basics,
            "work": [
                {"name": row.organisation, "position": row.position_held, "location": row.place, "url": row.url}
                | {"summary": row.summary, "highlights": row.highlights.splitlines()}
                | _stretch(row)
                for row in shown.work
            ],
            "education": [
                {"institution": row.institution, "area": row.area, "studyType": row.degree, "score": row.grade}
                | {"url": row.url, "courses": row.courses.splitlines()}
                | _stretch(row)
                for row in shown.education
            ],
            "certificates": [
                {"name": row.name, "issuer": row.issuer, "date": row.issued_on, "url": row.url}
                | {"expires": row.expires_on, "number": row.number}
                for row in shown.certifications
            ],
            "projects": [
                {"name": row.name, "description": row.summary, "url": row.url}
                | {"highlights": row.highlights.splitlines()}
                | _stretch(row)
                for row in shown.projects
            ],
            "awards": [
                {"title": row.title, "awarder": row.awarder, "date": row.awarded_on, "summary": row.summary}
                for row in shown.achievements
            ],
            "skills": [{"name": row.skill.name, "level": str(row.get_level_display())} for row in shown.skills],
            "languages": [{"language": row.name, "fluency": str(row.get_fluency_display())} for row in shown.languages],
            "meta": {"canonical": absolute(person.get_absolute_url()), "version": "v1.0.0"},
        }
    )


def _stretch(row) -> dict:
    return {"startDate": row.started_on, "endDate": row.ended_on}


def _filled(value):
    if isinstance(value, dict):
        filled = {name: _filled(item) for name, item in value.items()}
        return {name: item for name, item in filled.items() if item not in ("", [], {})}
    return [_filled(item) for item in value] if isinstance(value, list) else value
