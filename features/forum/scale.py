"""Threads by the thousand: the rows that the services would leave, a table at a time. A test holds the counters, the
evidence and the search against them."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from features.forum.models import Board, Kind, Post, Thread, Vote
from features.forum.seeds import WORLD
from features.forum.services.evidence import ACCEPTED, ACCEPTED_STRENGTH, VALUED, VALUED_STRENGTH, WELL_VOTED, key
from features.skills.models import Skill, SkillEvidence

TITLES = (  # noqa: SIM905
    "How do you begin with {}?|{}: what am I missing?|Is {} worth it for two people?|Stuck with {} since Monday|"
    "What broke your {}?|{} beside a day job|Which part of {} would you drop?"
).split("|")
LENGTHS = (30, 60, 90)  # words of a post
MOST_ANSWERS, COMMENTED, VOTED, ACCEPTING = 8, 0.3, 0.4, 0.5


@dataclass
class Written:
    """A post in the making; `votes` are those of whoever has an opinion on it."""

    author: int
    part: str
    at: datetime
    parent: "Written | None" = None
    votes: dict[int, int] = field(default_factory=dict)
    comments: int = 0
    pk: int = 0

    @property
    def score(self):
        return sum(self.votes.values())


@dataclass
class Made:
    """A thread in the making."""

    pk: int
    board: int
    skill: int
    title: str
    is_question: bool
    posts: list[Written]
    accepted: Written | None = None

    @property
    def answers(self):
        return [post for post in self.posts if post.part == Post.Part.REPLY]


def threads(scale) -> str:
    """One thread for ten members, four answers on average; every other question that was answered is solved."""
    skills = dict(Skill.objects.filter(pk__in=scale.made["skills"]).values_list("pk", "parent_id"))
    boards, pick = _boards(skills.values()), scale.zipf(scale.made["skills"])
    names = dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name"))
    made = []
    for pk in scale.ids(Thread, max(1, scale.members // 10)):
        skill = pick()
        made.append(_thread(scale, pk, boards[skills[skill]], skill, names[skill]))
    posts = [(thread, post) for thread in made for post in thread.posts]
    for pk, (_thread_of, post) in zip(scale.ids(Post, len(posts)), posts, strict=True):
        post.pk = pk
    _write(scale, made, posts)
    return f"{len(made):,} threads with {len(posts):,} posts and {sum(len(post.votes) for _, post in posts):,} votes"


def _boards(areas) -> dict[int, int]:
    """By the area that they are about."""
    found = dict(Board.objects.filter(skill__in=areas).order_by("-pk").values_list("skill", "pk"))
    for area in Skill.objects.filter(pk__in=areas).exclude(pk__in=found).order_by("pk"):
        name, slug = area.name[:60], area.slug[:60]
        board = Board.objects.filter(Q(name=name) | Q(slug=slug)).first()  # two areas may be called the same
        board = board or Board.objects.create(
            name=name, slug=slug, about=area.description[:200], skill=area, is_demo=True
        )
        found[area.pk] = board.pk
    return found


def _thread(scale, pk, board, skill, name) -> Made:
    chance = scale.chance
    at = scale.now - timedelta(days=chance.randint(1, 700), minutes=chance.randint(0, 1400))
    is_question = chance.random() < 0.8
    opening = Written(chance.choice(scale.made["people"]), Post.Part.OPENING, at)
    posts = [opening]
    for _ in range(chance.randint(0, MOST_ANSWERS)):
        at = min(scale.now, at + timedelta(minutes=chance.randint(3, 900)))
        answer = Written(chance.choice(scale.made["people"]), Post.Part.REPLY, at)
        posts.append(answer)
        if chance.random() < COMMENTED:
            at = min(scale.now, at + timedelta(minutes=chance.randint(1, 90)))
            posts.append(Written(chance.choice(scale.made["people"]), Post.Part.COMMENT, at, answer))
            answer.comments += 1
    for post in posts:
        if post.part != Post.Part.COMMENT and chance.random() < VOTED:
            voters = {chance.choice(scale.made["people"]) for _ in range(chance.randint(1, 6))} - {post.author}
            post.votes = {person: 1 if chance.random() < 0.9 else -1 for person in sorted(voters)}
    made = Made(pk, board, skill, chance.choice(TITLES).format(name)[:150], is_question, posts)
    if is_question and made.answers and chance.random() < ACCEPTING:
        made.accepted = max(made.answers, key=lambda answer: answer.score)
    return made


def _write(scale, made, posts) -> None:
    words = " ".join(entry["text"] for entry in tomllib.loads(WORLD.read_text("utf-8"))["thread"])
    words = words.replace("*", "").replace("`", "").split()
    # A thread names the post that is accepted, and posts their thread: the constraint is looked at in the end.
    scale.copy(Thread, (_row(thread) for thread in made))
    about = Thread.skills.through
    scale.copy(about, ({"thread_id": thread.pk, "skill_id": thread.skill} for thread in made))
    scale.copy(Post, (_post(scale, thread, post, words) for thread, post in posts))
    scale.copy(
        Vote,
        (
            {"person_id": person, "post_id": post.pk, "value": value, "voted_at": post.at + timedelta(minutes=1)}
            for _, post in posts
            for person, value in post.votes.items()
        ),
    )
    scale.copy(SkillEvidence, (row for thread in made if thread.is_question for row in _evidence(thread)))


def _row(thread: Made):
    opening, last = thread.posts[0], thread.posts[-1]
    accepted = thread.accepted
    row = Thread(title=thread.title)
    return {
        "id": thread.pk,
        "board_id": thread.board,
        "kind": Kind.QUESTION if thread.is_question else Kind.DISCUSSION,
        "title": thread.title,
        "slug": row.make_slug(),
        "author_id": opening.author,
        "created_at": opening.at,
        "active_at": last.at,
        "replies": len(thread.answers),
        "score": opening.score,
        "accepted_id": accepted.pk if accepted else None,
        "accepted_at": last.at if accepted else None,
        "accepted_by_id": opening.author if accepted else None,
    }


def _post(scale, thread, post, words):
    text = " ".join(scale.chance.choices(words, k=scale.chance.choice(LENGTHS)))
    return {
        "id": post.pk,
        "thread_id": thread.pk,
        "part": post.part,
        "parent_id": post.parent.pk if post.parent else None,
        "author_id": post.author,
        "text": text,
        "html": f"<p>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>",
        "score": post.score,
        "ups": sum(value > 0 for value in post.votes.values()),
        "comments": post.comments,
        "created_at": post.at,
    }


def _evidence(thread):
    for post in thread.answers:
        if post.author == thread.posts[0].author:
            continue
        row = {"person_id": post.author, "skill_id": thread.skill, "happened_at": post.at, "recorded_at": post.at}
        if post is thread.accepted:
            yield row | {"kind": ACCEPTED, "strength": ACCEPTED_STRENGTH, "source": key(post.pk)}
        if post.score >= WELL_VOTED:
            strength = min(1.0, VALUED_STRENGTH * post.score / WELL_VOTED)
            yield row | {"kind": VALUED, "strength": strength, "source": key(post.pk)}
