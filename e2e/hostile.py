"""Words that want to be markup, put into every field that people write."""

from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

from django.utils import timezone

from features.sessions import services
from tests.factories import make_user

WORDS = Path(__file__).with_name("hostile_words.txt").read_text("utf-8").replace("RUN", "__pwned=1").splitlines()

# Each wants the browser to ask for /stolen/, most by htmx, which no content policy forbids.
REQUESTS = [
    '<div hx-get="/stolen/" hx-trigger="load">x</div>',
    '<p data-hx-get="/stolen/" data-hx-trigger="load">x</p>',
    '<b hx-get=/stolen/ hx-trigger="load delay:1ms">x</b>',
    '<a hx-post="/stolen/" hx-trigger=load href="#">x</a>',
    '<form hx-put="/stolen/" hx-trigger="load"><input name="csrfmiddlewaretoken"></form>',
    '<i hx-delete="/stolen/" hx-trigger="every 1s">x</i>',
    '<em hx-get="/stolen/" hx-trigger="revealed">x</em>',
    '<em hx-get="/stolen/" hx-trigger="intersect once">x</em>',
    '<hx-partial hx-get="/stolen/" hx-trigger="load"></hx-partial>',
    '<u hx-boost="true" hx-get="/stolen/" hx-trigger="load">x</u>',
    '<p id="join" name="results" hx-swap-oob="true" hx-get="/stolen/" hx-trigger="load">x</p>',
    '"><b hx-get="/stolen/" hx-trigger="load">x</b>',
    '" hx-get="/stolen/" hx-trigger="load" x="',
    '[x](/x" hx-get="/stolen/" hx-trigger="load)',
    '<img src="/stolen/" alt="">',
    "![x](/stolen/)",
    '<link rel="stylesheet" href="/stolen/">',
    '<meta http-equiv="refresh" content="0;url=/stolen/">',
    '<iframe src="/stolen/"></iframe>',
]


def packed(words, limit, separator=" "):
    """As many of them in one text as `limit` allows; those that are longer alone are left out."""
    texts = [""]
    for word in (word for word in words if len(word) <= limit):
        if texts[-1] and len(texts[-1]) + len(separator) + len(word) > limit:
            texts.append("")
        texts[-1] += (separator if texts[-1] else "") + word
    return texts


def people(words):
    """Every word is in a name and, if it is longer than a name may be, in a headline."""
    names, headlines = packed(words, 80), cycle(packed(words, 120))
    return [
        make_user(name, handle=f"p-{n}", email=f"p{n}@example.org", headline=next(headlines), role="expert")
        for n, name in enumerate(names)
    ]


def sessions(words, hosts, about, **fields):
    """Every word is in a title, an outcome, an address, what to prepare, and a description."""
    titles = packed(words, 120)
    outcomes, addresses = cycle(packed(words, 240)), cycle(packed(words, 200))
    preparations, descriptions = cycle(packed(words, 2000, "\n")), cycle(packed(words, 8000, "\n\n"))
    start = timezone.now() + timedelta(days=1)
    return [
        services.publish(
            session=services.save_draft(
                host=host,
                skills=about,
                data={
                    "title": title,
                    "outcome": next(outcomes),
                    "address": next(addresses),
                    "preparation": next(preparations),
                    "description": next(descriptions),
                    "format": "in_person",
                    "time_zone": "UTC",
                    "capacity": 500,
                    "starts_at": start + timedelta(hours=n),
                    "ends_at": start + timedelta(hours=n, minutes=30),
                    **fields,
                },
            ),
            by=host,
        )
        for n, (title, host) in enumerate(zip(titles, islice(cycle(hosts), len(titles)), strict=True))
    ]
