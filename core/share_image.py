"""The picture that goes along when somebody shares a page: its title and a line below, in the site's look."""

from functools import cache
from io import BytesIO

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, LEFT, ROOM = 1200, 630, 66, 570
PETROL, PAPER, DIM = "#00404a", "#fbf9f4", "#b9d3d6"
ARCHES = [(672, 380, "#f2bec3"), (791, 250, "#f0977a"), (910, 320, "#95caa6"), (1029, 150, "#ffba33")]
SIZES = [(76, 4), (62, 5), (50, 6), (40, 8)]  # pixels, and lines that fit at that size
FONTS = ("schibsted-grotesk", "schibsted-grotesk-ext")
EXT = {*range(0x100, 0x131), *range(0x132, 0x152), *range(0x154, 0x17F), *range(0x218, 0x21C), 0x1E9E}
PLAIN = {
    *range(0x20, 0x7F), *range(0xA0, 0x100), 0x131, 0x152, 0x153, 0x2013, 0x2014, *range(0x2018, 0x201B),
    *range(0x201C, 0x201F), 0x2022, 0x2026, 0x2032, 0x2033, 0x20AC, 0x2191, 0x2193, 0x2212,
}  # fmt: skip


@cache
def _font(name: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(settings.BASE_DIR / f"static/fonts/{name}.woff2", size)
    font.set_variation_by_axes([weight])
    return font


def _runs(text: str, size: int, weight: int):
    """The text in pieces of one font each."""
    start = 0
    for at in range(1, len(text) + 1):
        is_ext = ord(text[start]) in EXT
        if at == len(text) or (ord(text[at]) in EXT) != is_ext:
            yield text[start:at], _font(FONTS[is_ext], size, weight)
            start = at


def _width(text: str, size: int, weight: int) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, size, weight))


def _lines(text: str, size: int, weight: int) -> list[str]:
    lines = [""]
    for word in _words(text, size, weight):
        longer = f"{lines[-1]} {word}".strip()
        if _width(longer, size, weight) <= ROOM or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words(text: str, size: int, weight: int):
    """One that is longer than a line is cut where the line ends."""
    for word in text.split():
        while _width(word, size, weight) > ROOM:
            fits = next(n for n in range(len(word), 0, -1) if _width(word[:n], size, weight) <= ROOM)
            yield word[:fits]
            word = word[fits:]
        yield word


def _fitting(title: str) -> tuple[int, list[str]]:
    for size, most in SIZES:
        lines = _lines(title, size, 800)
        if len(lines) <= most and all(_width(word, size, 800) <= ROOM for word in title.split()):
            return size, lines
    return size, lines[:most]


def _write(draw, at, text, size, weight, fill) -> None:
    left, base = at
    for run, font in _runs(text, size, weight):
        draw.text((left, base), run, font=font, fill=fill, anchor="ls")
        left += font.getlength(run)


def can_write(text: str) -> bool:
    return all(ord(letter) in PLAIN or ord(letter) in EXT for letter in text)


def draw(title: str, line: str) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), PETROL)
    pen = ImageDraw.Draw(image)
    for left, top, colour in ARCHES:
        pen.rounded_rectangle((left, top, left + 107, HEIGHT + 60), radius=53, fill=colour)
    with Image.open(settings.BASE_DIR / "static/img/og.png") as drawn:
        image.paste(drawn.convert("RGB").crop((60, 66, 118, 114)), (60, 66))
    if can_write(settings.SITE_NAME):
        _write(pen, (125, 103), settings.SITE_NAME, 36, 800, PAPER)
    below = _lines(line, 28, 500)[:3] if line and can_write(line) else []
    size, lines = _fitting(title)
    base = HEIGHT - 66 - 38 * len(below) - (18 if below else 0) - round(size * 1.1) * (len(lines) - 1)
    for text in lines:
        _write(pen, (LEFT, base), text, size, 800, PAPER)
        base += round(size * 1.1)
    base = HEIGHT - 66 - 38 * (len(below) - 1)
    for text in below:
        _write(pen, (LEFT, base), text, 28, 500, DIM)
        base += 38
    file = BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()


def answer(title: str, line: str = "") -> HttpResponse:
    """What a view answers; titles in other letters than the font's go with the picture of the whole site."""
    title = " ".join(title.split())
    if not title or not can_write(title):
        return HttpResponseRedirect(static("img/og.png"))
    return HttpResponse(draw(title, line), content_type="image/png")
