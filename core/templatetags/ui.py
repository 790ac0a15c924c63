"""The look's small pieces: plain functions, so that cards built in Python use the same ones as templates."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache, partial
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Library
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

register = Library()

# Minor units per currency where it is not two (ISO 4217). Where Stripe counts otherwise, `core/checks.py` refuses it.
DIGITS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 3)
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
LEVELS = {
    1: gettext_lazy("Starting"),
    2: gettext_lazy("Practising"),
    3: gettext_lazy("Working"),
    4: gettext_lazy("Leading"),
    5: gettext_lazy("Defining"),
}


@register.simple_tag(takes_context=True)
def came_from(context) -> str:
    """The page of ours that a form was sent from, as far as the browser tells; nothing where it was another site."""
    request = context.get("request")
    url = request.headers.get("Referer", "") if request else ""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl()


def undoing(url_name: str, *args, **fields) -> str:
    """For `extra_tags` of a message: where its undo is posted to, and with which fields."""
    return f"{reverse(url_name, args=args)}?{urlencode(fields, doseq=True)}"


@register.filter
def undo(url: str) -> dict:
    path, _sign, query = url.partition("?")
    return {"url": path, "fields": parse_qsl(query)}


# --- Pictures ---------------------------------------------------------------------------------------------------------
@cache
def _sprite() -> str:
    return static("img/icons.svg")


@register.simple_tag
def static_if_it_can(path: str) -> str:
    """`{% static %}` for pages drawn when anything may be broken: a file without a hash is no second failure."""
    try:
        return static(path)
    except ValueError:
        return settings.STATIC_URL + path


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, style: str = "", label: str = ""):
    """One symbol of the sprite. Without a label it is decoration and the words beside it speak."""
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', f"icon {style}".rstrip(), role, _sprite(), name)


@register.simple_tag
@lru_cache(maxsize=16)
def mark():
    """The two arches of the name, drawn in the current colour and marigold."""
    return format_html('<svg aria-hidden="true"><use href="{}#mark"/></svg>', _sprite())


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0].upper()[:1] for word in ends)


def tint(person_id: int) -> int:
    """Members keep one of the tints 2 to 7 for good; the first means you, or an open place."""
    return 2 + person_id % 6


def stored_url(name: str, width: int) -> str:
    """Where a stored picture is shown in one of its widths."""
    return reverse("stored_file", args=[name, width])


@register.simple_tag
def arch(person, size: str = ""):
    """A person: their photo or their initials in an arch; `size` is s, l, xl or nothing. Decoration, because the name
    stands beside it. The photo's name stands in the person's own row, so a list asks for nothing more."""
    return face(getattr(person, "photo_id", None), person.pk, person.name, size)


@lru_cache(maxsize=5000)
def face(photo: str | None, person_id: int, name: str, size: str = ""):
    look = f"arch t{tint(person_id)} {size}".rstrip()
    if not photo:
        return format_html('<span class="{}" aria-hidden="true">{}</span>', look, initials(name))
    widths = (192, 384) if size == "xl" else (96, 192)
    sources = [stored_url(photo, width) for width in widths]
    return format_html(
        '<img class="{}" src="{}" srcset="{} 2x" width="{}" height="{}" alt="" loading="lazy">',
        look, sources[0], sources[1], widths[0], round(widths[0] * 1.16),
    )  # fmt: skip


# --- Times ------------------------------------------------------------------------------------------------------------
# Browsers still send names that cities had. site.js knows the same.
RENAMED = {
    "Asmera": "Asmara", "Calcutta": "Kolkata", "Faeroe": "Faroe", "Godthab": "Nuuk", "Katmandu": "Kathmandu",
    "Kiev": "Kyiv", "Rangoon": "Yangon", "Saigon": "Ho Chi Minh",
}  # fmt: skip


@register.filter
def city(zone: str) -> str:
    """What people call an IANA zone: "Europe/Lisbon" is Lisbon, "America/Argentina/Buenos_Aires" is Buenos Aires."""
    name = zone.rsplit("/", 1)[-1].replace("_", " ") if zone else ""
    return RENAMED.get(name, name)


def local(moment, zone: str = ""):
    return timezone.localtime(moment, ZoneInfo(zone) if zone else None)


def words(moment, shape: str, now=None) -> str:
    """A local time as words: full (Thu 26 November, 18:30), day (Thursday 26 November) or time (18:30).

    The year is said when it is not the current one. `date` (26 November 2026) always says it: it is for what people
    keep, print and show to others. In the hour that happens twice when clocks go back, the zone says which is meant.
    site.js says the same in the reader's own zone.
    """
    clock = date_words(moment, pgettext("date format", "H:i"))
    if moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset():
        clock += f" {moment:%Z}"
    if shape == "time":
        return clock
    if shape == "date":
        return date_words(moment, pgettext("date format", "j F Y"))
    day = {"full": pgettext("date format", "D j F"), "day": pgettext("date format", "l j F")}[shape]
    if moment.year != timezone.localtime(now or timezone.now(), moment.tzinfo).year:
        day += " Y"
    return f"{date_words(moment, day)}, {clock}" if shape == "full" else date_words(moment, day)


def near(moment, zone: str, now=None) -> str:
    """A moment in `zone` as one speaks of it on the day itself or the day before: Tomorrow, 18:30."""
    there = local(moment, zone)
    days = (there.date() - local(now or timezone.now(), zone).date()).days
    said = {0: _("Today, %(time)s"), 1: _("Tomorrow, %(time)s")}.get(days)
    return said % {"time": words(there, "time")} if said else words(there, "full", now)


def _time(moment, shape: str, content):
    utc = moment.astimezone(ZoneInfo("UTC")).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" data-local="{}">{}</time>', utc, shape, content)


@lru_cache(maxsize=10_000)
def _start(zone: str, shape: str, year: int, language: str, moment):
    """`year` and `language` decide the words: lists and threads say the same moments to many."""
    return _time(moment, shape, words(local(moment, zone), shape))


def teller(zone: str = "", shape: str = "full") -> partial:
    """`when` for many moments of one answer, which have zone, year and language in common: its `args`."""
    there = zone or timezone.get_current_timezone_name()
    year, language = timezone.localtime(timezone=ZoneInfo(there)).year, get_language() or ""
    return partial(_start, there, shape, year, language)


@register.simple_tag
def when(moment, zone: str = "", end=None, shape: str = "full"):
    """A moment, or a span with `end`, in `zone` (default: the viewer's). A stranger's browser makes it local."""
    start = teller(zone, shape)(moment)
    if not end:
        return start
    # An evening that ends after midnight still reads as one evening.
    shape = "time" if end - moment < timedelta(hours=24) else shape
    return format_html(_("{start} to {end}"), start=start, end=_time(end, shape, words(local(end, zone), shape)))


@register.simple_tag
def tile(moment, zone: str = "", style: str = ""):
    """The date on an arch, for the first column of a list."""
    there = local(moment, zone)
    content = format_html(
        "<span>{}</span><b>{}</b><span>{}</span>", date_words(there, "D"), there.day, date_words(there, "M")
    )
    utc = moment.astimezone(ZoneInfo("UTC")).isoformat(timespec="seconds")
    return format_html(
        '<time class="{}" datetime="{}" data-local="tile">{}</time>', f"date {style}".rstrip(), utc, content
    )


@register.simple_tag(takes_context=True)
def beside(context, moment, other_zone: str):
    """Whose time was shown, and the same moment where the other person is: "Your time, Lisbon. 19:30 in Lagos.\""""
    zone = context.get("viewer_zone") or timezone.get_current_timezone_name()
    known = context.get("viewer_zone_is_known", False)
    mine = format_html(_("Your time, {city}."), city=city(zone)) if known else _zone_name(zone, _("{city} time."))
    here, there = local(moment, zone), local(moment, other_zone)
    clock = words(there, "time" if here.date() == there.date() else "full")
    theirs = _("{time} in {city}.").format(time=clock, city=city(other_zone))
    if known:
        return format_html("{} {}", mine, theirs) if city(zone) != city(other_zone) else mine
    # Kept hidden for a stranger whose browser turns out to be elsewhere.
    hidden = mark_safe(" hidden") if zone == other_zone else ""
    return format_html('{} <span data-there="{}"{}>{}</span>', mine, other_zone, hidden, theirs)


@register.simple_tag
def zone_name(zone: str, pattern: str):
    """`pattern` with {city} filled in; a stranger's browser fills in its own."""
    return _zone_name(zone, pattern)


def _zone_name(zone, pattern):
    return format_html('<span data-zone-name="{}">{}</span>', pattern, pattern.format(city=city(zone)))


# --- Money and levels -------------------------------------------------------------------------------------------------
@register.simple_tag
def price(minor: int, currency: str, exact: bool = False) -> str:
    """€45, €28.50, Free; with `exact`, as on receipts: €45.00, €0.00, −€11.10."""
    if not minor and not exact:
        return _("Free")
    digits = DIGITS.get(currency, 2)
    major, rest = divmod(abs(minor), 10**digits)
    amount = number_format(major, use_l10n=True, force_grouping=True)
    if digits and (exact or rest):
        amount = number_format(f"{major}.{rest:0{digits}}", digits, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{'−' if minor < 0 else ''}{sign}{amount}"


def minor(amount, currency: str) -> int:
    """An amount as people write it, in the currency's minor unit. Exact: no float on the way."""
    return int(Decimal(amount).scaleb(DIGITS.get(currency, 2)).to_integral_value(ROUND_HALF_UP))


def plain_price(minor: int, currency: str) -> str:
    """45.00, -11.10, and 4500 where the currency has no smaller unit: for machines."""
    digits = DIGITS.get(currency, 2)
    major, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{major}.{rest:0{digits}}" if digits else f"{sign}{major}"


@register.simple_tag
def level(number: int):
    """The one scale of 1 to 5 as rising arches and a word."""
    meaning = _("Level {number} of 5").format(number=int(number))
    return format_html(
        '<span class="level"><svg role="img" aria-label="{}"><use href="{}#level-{}"/></svg>{}</span>',
        meaning, _sprite(), int(number), LEVELS[int(number)],
    )  # fmt: skip
