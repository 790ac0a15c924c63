"""The demo world's threads: `demo_threads.toml` says what is asked, here it comes true around the time `now`.

All of it but most votes goes through the services, each act with the time at which it would have happened.
"""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from core.models import RateCounter
from features.accounts.models import User
from features.discovery.models import Document
from features.forum import services
from features.forum.models import Board, Post, Thread, Vote
from features.moderation import services as moderation
from features.skills.services import gathered, resolve_all

WORLD = Path(__file__).with_name("demo_threads.toml")


@transaction.atomic
def fill(now):
    if Thread.objects.filter(author__is_demo=True).exists():
        return
    world = tomllib.loads(WORLD.read_text("utf-8"))
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    wanted = {entry["skill"] for entry in world["board"]} | {n for entry in world["thread"] for n in entry["skills"]}
    skills = resolve_all(wanted)
    if unknown := wanted - skills.keys():
        raise LookupError(f"The starter set does not know: {', '.join(sorted(unknown))}")
    boards = {}
    for position, entry in enumerate(world["board"], start=1):
        facts = {
            "name": entry["name"],
            "about": entry["about"],
            "skill": skills[entry["skill"]],
            "position": position,
            "is_demo": True,
        }
        boards[entry["slug"]], _ = Board.objects.get_or_create(slug=entry["slug"], defaults=facts)
    voters = [person for key, person in people.items() if key != "learner"]
    with gathered():
        for entry in sorted(world["thread"], key=lambda entry: -entry["days"]):
            _thread(entry, boards, people, skills, voters, now)
    _about_sessions(people, boards, now)
    _in_recordings(world["recorded"], people, boards, now)
    ids = "|".join(str(person.pk) for person in people.values())
    RateCounter.objects.filter(key__regex=rf"^forum_(thread|post|vote):({ids})$").delete()


def _thread(entry, boards, people, skills, voters, now):
    at = now - timedelta(days=entry["days"], hours=14)
    thread = services.ask(
        author=people[entry["by"]],
        board=boards[entry["board"]],
        kind=entry.get("kind", "question"),
        title=entry["title"],
        text=entry["text"],
        skills=[skills[name] for name in entry["skills"]],
        now=at,
    )
    _vote(thread.posts.get(part="opening"), entry["ups"], voters, at)
    posts = []
    for answer in entry["answers"]:
        said_at = min(at + timedelta(hours=answer["hours"]), now - timedelta(minutes=20))
        posts.append(services.reply(author=people[answer["who"]], thread=thread, text=answer["text"], now=said_at))
        _vote(posts[-1], answer["ups"], voters, said_at)
        for comment in answer.get("remarks", []):
            written = min(at + timedelta(hours=comment["hours"]), now - timedelta(minutes=5))
            services.remark(author=people[comment["who"]], post=posts[-1], text=comment["text"], now=written)
    if "accept" in entry:
        services.accept(by=thread.author, post=posts[entry["accept"]], now=at + timedelta(days=2))


# What is asked about sessions of the demo world, whatever they are about.
ABOUT = (
    ("sofia", "learner", "Can I follow along with my own data instead of the example?", 5),
    ("hana", "emil", "How much of this do I need to know before I come?", 3),
    ("devi", "farah", "Will there be something to read on afterwards?", 2),
)
ASKED = "I would like to use the time well, so tell me what to bring or to look at before. A sentence is enough."


def _about_sessions(people, boards, now):
    keys = [f"session:{ref}" for ref in _sessions_to_come(now)]
    found = [thing for thing in moderation.things(keys).values() if thing.author.is_demo]
    voters = list(people.values())
    for thing, (who, otherwise, title, ups) in zip(found, ABOUT, strict=False):
        author = people.get(who) or people[otherwise]
        skills = services.skills_of(thing)
        board = services.board_for(skills) or next(iter(boards.values()))
        thread = services.ask(
            author=author, board=board, kind="question", title=title, text=ASKED, skills=skills,
            about=thing.key, now=now - timedelta(hours=20),
        )  # fmt: skip
        _vote(thread.posts.get(part="opening"), ups, voters, now - timedelta(hours=19))
        if ups > 2 and thing.author != author:
            services.reply(
                author=thing.author, thread=thread, text="Yes, and I will begin with that. Bring what you have.",
                now=now - timedelta(hours=11),
            )  # fmt: skip


def _in_recordings(entries, people, boards, now):
    """What was asked about past sessions, and is answered in their recordings."""
    titles = {entry["session"] for entry in entries}
    past = Document.objects.filter(kind="session", starts_at__lt=now, title__in=titles)
    things = moderation.things([f"session:{row.ref}" for row in past])
    held = {thing.title: thing for thing in things.values() if thing.author.is_demo}
    for entry in entries:
        thing, at = held[entry["session"]], now - timedelta(days=entry["days"])
        skills = services.skills_of(thing)
        board = services.board_for(skills) or next(iter(boards.values()))
        thread = services.ask(
            author=people[entry["by"]], board=board, kind="question", title=entry["title"], text=entry["text"],
            skills=skills, about=thing.key, now=at,
        )  # fmt: skip
        said_at = at + timedelta(hours=5)
        answer = services.reply(author=thing.author, thread=thread, text=entry["answer"], now=said_at)
        services.accept(by=thread.author, post=answer, now=said_at + timedelta(hours=2))
        services.place_in_recording(by=thing.author, thread=thread, second=entry["second"])


def _sessions_to_come(now):
    coming = Document.objects.filter(kind="session", starts_at__gt=now).order_by("starts_at", "pk")
    return coming.values_list("ref", flat=True)[: len(ABOUT)]


def _vote(post, count, voters, at):
    """The next in line each time, so that nobody votes on everything."""
    line = voters[post.pk % len(voters) :] + voters[: post.pk % len(voters)]
    *others, last = [person for person in line if person.pk != post.author_id][:count] or [None]
    if last:
        # What a vote leads to is worked out once: by the last.
        Vote.objects.bulk_create(
            Vote(person=one, post=post, value=1, voted_at=at + timedelta(hours=1)) for one in others
        )
        Post.objects.filter(pk=post.pk).update(score=F("score") + len(others), ups=F("ups") + len(others))
        services.vote(person=last, post=post, value=1, now=at + timedelta(hours=1))
