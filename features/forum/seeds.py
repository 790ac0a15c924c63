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
from features.forum import services
from features.forum.models import Board, Post, Thread, Vote
from features.skills.services import resolve_all

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
    for entry in sorted(world["thread"], key=lambda entry: -entry["days"]):
        _thread(entry, boards, people, skills, voters, now)
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
