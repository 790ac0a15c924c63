"""Rows for journeys, made by the verbs that the pages call, so that search, calendar and letters know of them."""

from datetime import timedelta

from django.utils import timezone

from features.forum import services as forum
from features.forum.models import Board
from features.sessions import services


def published(host, about, *, starts_in=timedelta(days=3), minutes=90, tickets=None, **fields):
    """A session of an expert's that everybody can see."""
    starts_at = (timezone.now() + starts_in).replace(second=0, microsecond=0)
    data = {
        "title": "Reading a query plan without fear",
        "outcome": "Leave knowing which line of the plan to look at first.",
        "description": "We take **one** slow query apart.",
        "preparation": "Bring a query of your own.",
        "room_url": "https://meet.example.org/room",
        "time_zone": host.time_zone,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        **fields,
    }
    draft = services.save_draft(host=host, data=data, skills=about, tickets=tickets)
    return services.publish(session=draft, by=host)


def advertised(asker, helper, skill):
    """An answer that advertises, which moderators have something to do with."""
    board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
    thread = forum.ask(
        author=asker, board=board, kind="question", title="Why is my index not used?", skills=[skill],
        text="I have a table of 300 rows, and the plan says Seq Scan.",
    )  # fmt: skip
    return forum.reply(author=helper, thread=thread, text="Buy my course, it has all the answers.")


def seated(session, *people):
    for person in people:
        services.register(session=session, person=person)
