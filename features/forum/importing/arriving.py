"""Records of another forum becoming rows here: each once, a batch at a time, each batch whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from secrets import token_hex

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from core.text import one_line
from features.accounts.models import User
from features.discovery import services as discovery
from features.forum import wording
from features.forum.importing.records import Person, Problem, Reader, Said
from features.forum.models import LONGEST, Board, Closing, ImportedRow, Kind, Post, Thread
from features.forum.services import date_answers, recount
from features.forum.wording import clean
from features.skills.services import resolve_all

BATCH = 500
MOST_TAGS = 3
NOBODY = "user:"  # who wrote what has no author there any more


@dataclass
class Done:
    people: int = 0
    threads: int = 0
    replies: int = 0
    comments: int = 0
    known: int = 0
    accepted: int = 0
    problems: list[Problem] = field(default_factory=list)


def bring_in(reader: Reader, *, source: str, board: Board, tell: Callable[[str], None] = lambda words: None) -> Done:
    """All of an export into one board. Run again it brings in what is new, or what a killed run left.

    Its people become names without an account: nobody can log in as them, and nobody writes to them. Votes come
    without names; they count, and prove nothing.
    """
    done, read = Done(), 0
    _people([Person(NOBODY, "Somebody", timezone.now())], source, done)
    for rows in batched(reader.people(), BATCH):
        _people(_usable(rows, done), source, done)
        tell(f"{done.people:,} people")
    for rows in batched(reader.said(), BATCH):
        read += len(rows)
        _said(list(_usable(rows, done)), source, board, done)
        tell(f"{read:,} posts and comments read, {done.threads + done.replies + done.comments:,} brought in")
    for refs in batched(reader.accepted(), BATCH):
        done.accepted += _accept(refs, source)
    date_answers(Thread.objects.filter(board=board))
    recount()
    _settle(source, tell)
    return done


def _usable(rows: Iterable, done: Done) -> Iterator:
    for row in rows:
        if isinstance(row, Problem):
            done.problems.append(row)
        else:
            yield row


def _targets(source: str, refs: Iterable[str]) -> dict[str, int]:
    rows = ImportedRow.objects.filter(source=source, ref__in=set(refs))
    return dict(rows.values_list("ref", "target"))


def _remember(source: str, rows: Iterable[tuple[str, int]]) -> None:
    ImportedRow.objects.bulk_create(ImportedRow(source=source, ref=ref, target=pk) for ref, pk in rows)


@transaction.atomic
def _people(rows: Iterable[Person], source: str, done: Done) -> None:
    rows = list({row.ref: row for row in rows}.values())
    known = _targets(source, (row.ref for row in rows))
    new = [row for row in rows if row.ref not in known]
    made = []
    for row in new:
        name = one_line(row.name.replace("\x00", ""))[:80] or "Somebody"
        handle = f"{slugify(name)[:19].strip('-') or 'somebody'}-{token_hex(5)}"
        person = User(name=name, handle=handle, email=f"{handle}@imported.invalid", is_active=False)
        # They were inside, over there: they are no sign-ups that nobody confirmed.
        person.joined_at = person.last_login = row.joined_at
        person.set_unusable_password()
        made.append(person)
    User.objects.bulk_create(made)
    _remember(source, ((row.ref, person.pk) for row, person in zip(new, made, strict=True)))
    done.people += len([row for row in new if row.ref != NOBODY])
    done.known += len([ref for ref in known if ref != NOBODY])


@transaction.atomic
def _said(rows: list[Said], source: str, board: Board, done: Done) -> None:
    """Threads first, then what answers them, then comments: an export may hold all three in one batch."""
    rows = list({row.ref: row for row in rows}.values())
    asked = {ref for row in rows for ref in (row.ref, row.parent, row.author or NOBODY) if ref}
    known = _targets(source, asked)
    fresh = [row for row in rows if row.ref not in known]
    done.known += len(rows) - len(fresh)
    names = resolve_all({tag for row in fresh for tag in row.tags if tag})
    for rank in (
        [row for row in fresh if row.title],
        [row for row in fresh if not row.title and not row.is_comment],
        [row for row in fresh if row.is_comment],
    ):
        sound = [row for row in rank if _is_sound(row, known, done)]
        if not sound:
            continue
        made = _openings(sound, known, board, names, source) if sound[0].title else _answers(sound, known, done)
        _remember(source, made)
        known |= dict(made)
        kind = "comments" if sound[0].is_comment else "threads" if sound[0].title else "replies"
        setattr(done, kind, getattr(done, kind) + len(made))


def _is_sound(row: Said, known: dict[str, int], done: Done) -> bool:
    why = ""
    if not clean(row.text):
        why = "it has no text"
    elif row.title and not one_line(row.title):
        why = "its title says nothing"
    elif len(row.text) > LONGEST:
        why = f"it is longer than {LONGEST:,} letters"
    elif not row.title and row.parent not in known:
        why = f"what it belongs to ({row.parent or 'nothing'}) was not brought in"
    if why:
        done.problems.append(Problem(row.where, why))
    return not why


def _post(row: Said, known, **columns) -> Post:
    text = clean(row.text)
    html, _named = wording.render(text)
    author = known.get(row.author or NOBODY) or known.get(NOBODY)
    return Post(
        author_id=author,
        text=text,
        html=html,
        created_at=row.at,
        edited_at=row.edited_at,
        brought=row.ups - row.downs,
        brought_ups=row.ups,
        score=row.ups - row.downs,
        ups=row.ups,
        **columns,
    )


def _openings(rows, known, board, names, source) -> list[tuple[str, int]]:
    known.setdefault(NOBODY, _targets(source, [NOBODY])[NOBODY])
    threads = []
    for row in rows:
        thread = Thread(
            board=board,
            kind=Kind.QUESTION if row.is_question else Kind.DISCUSSION,
            title=one_line(row.title.replace("\x00", ""))[:150],
            author_id=known.get(row.author or NOBODY) or known[NOBODY],
            closing=Closing.CLOSED if row.is_closed else Closing.OPEN,
            created_at=row.at,
            active_at=row.at,
        )
        thread.slug = thread.make_slug()
        threads.append(thread)
    Thread.objects.bulk_create(threads)
    about = Thread.skills.through
    about.objects.bulk_create(
        about(thread_id=thread.pk, skill_id=pk)
        for row, thread in zip(rows, threads, strict=True)
        for pk in list(dict.fromkeys(names[tag].pk for tag in row.tags if tag in names))[:MOST_TAGS] or [board.skill_id]
    )
    posts = [
        _post(row, known, thread_id=thread.pk, part=Post.Part.OPENING)
        for row, thread in zip(rows, threads, strict=True)
    ]
    Post.objects.bulk_create(posts)
    return [(row.ref, post.pk) for row, post in zip(rows, posts, strict=True)]


def _answers(rows, known, done) -> list[tuple[str, int]]:
    parents = Post.objects.only("pk", "thread_id", "part").in_bulk({known[row.parent] for row in rows})
    posts, used = [], []
    for row in rows:
        parent = parents.get(known[row.parent])
        if parent is None or parent.part == Post.Part.COMMENT:
            done.problems.append(Problem(row.where, "what it belongs to is not here any more"))
            continue
        below = parent if row.is_comment else None
        part = Post.Part.COMMENT if row.is_comment else Post.Part.REPLY
        posts.append(_post(row, known, thread_id=parent.thread_id, part=part, parent=below))
        used.append(row)
    Post.objects.bulk_create(posts)
    return [(row.ref, post.pk) for row, post in zip(used, posts, strict=True)]


@transaction.atomic
def _accept(refs: Iterable[str], source: str) -> int:
    """Once, and where nobody here has said otherwise before: who takes it back here is not asked again."""
    refs = set(refs)
    done = _targets(source, (f"accepted:{ref}" for ref in refs))
    targets = {ref: pk for ref, pk in _targets(source, refs).items() if f"accepted:{ref}" not in done}
    posts = Post.objects.filter(pk__in=targets.values(), part=Post.Part.REPLY, state="shown")
    _remember(source, ((f"accepted:{ref}", pk) for ref, pk in targets.items()))
    count = 0
    for post in posts.select_related("thread"):
        count += Thread.objects.filter(pk=post.thread_id, kind=Kind.QUESTION, accepted=None, accepted_at=None).update(
            accepted=post, accepted_at=post.created_at, accepted_by=F("author")
        )
    return count


def _settle(source: str, tell) -> None:
    """Threads are as recent as what was last said in them, and are found."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SAID, [source])
        cursor.execute(THREADS, [source])
        ids = [str(pk) for (pk,) in cursor.fetchall()]
    for number, some in enumerate(batched(ids, BATCH), start=1):
        discovery.republish("thread", list(some))
        tell(f"{min(number * BATCH, len(ids)):,} of {len(ids):,} threads can be found")


THREADS = """
    SELECT DISTINCT p.thread_id FROM forum_importedrow i JOIN forum_post p ON p.id = i.target
    WHERE i.source = %s AND i.ref LIKE 'post:%%' AND p.part = 'opening' ORDER BY 1
"""
LAST_SAID = """
    UPDATE forum_thread t SET active_at = last.at FROM (
        SELECT p.thread_id, max(p.created_at) AS at FROM forum_post p WHERE p.thread_id IN (
            SELECT o.thread_id FROM forum_importedrow i JOIN forum_post o ON o.id = i.target
            WHERE i.source = %s AND i.ref LIKE 'post:%%' AND o.part = 'opening'
        ) GROUP BY p.thread_id
    ) last WHERE last.thread_id = t.id AND last.at > t.active_at
"""
