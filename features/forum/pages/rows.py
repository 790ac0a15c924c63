"""The rows of a thread page, by SQL that is made once for each kind of reader and order."""

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, IntegerField, JSONField, OuterRef, Q, Subquery, Value, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, JSONObject, RowNumber
from django.db.models.lookups import Exact

from core.arrays import one_of
from core.db import Prepared
from core.pagination import Page, after, page_of, position
from features.accounts.models import User
from features.forum.models import Draft, Duplicate, Post, Reading, State, Thread, Vote
from features.moderation import services as moderation
from features.notifications.models import Follow

Part = Post.Part
REMARKS = 5  # comments below a post; the rest has a page of its own
IN_WORKSHOP = 100
SIZE = 20  # answers on a page
IN_TIME, BEST_FIRST = ("id",), ("-score", "id")
# Of an author a page says no more than this.
OF_AUTHOR = {"id", "name", "handle", "photo", "is_active"}
UNSAID = [f"author__{field.name}" for field in User._meta.concrete_fields if field.name not in OF_AUTHOR]


def opening(person, pk) -> Post | None:
    """The post that a thread opens with, and with it the thread, its board, its skills and what stands beside it."""
    return _opening(person.is_authenticated).first(pk, person.pk)


@cache
def _opening(is_member: bool) -> Prepared:
    return Prepared(lambda thread, person: _opening_posts(person if is_member else None).filter(thread=thread))


def _opening_posts(person):
    about = Thread.skills.through.objects.filter(thread=OuterRef("thread_id")).order_by("skill__name")
    posts = Post.objects.filter(part=Part.OPENING).select_related("thread__board", "author", "thread__accepted__author")
    best = Post.objects.shown().filter(thread=OuterRef("thread_id"), part=Part.REPLY, score__gt=0)
    best = best.order_by("-score", "id")
    accepted = [f"thread__accepted__{name}" for name in ("text", *UNSAID)]
    return with_vote(posts.defer("text", *UNSAID, *accepted), person).annotate(
        accepted_mine=_vote("thread__accepted", person),
        about=ArraySubquery(about.values(said=JSONObject(name="skill__name", slug="skill__slug"))),
        events=moderation.events(_told_here()),
        top=Subquery(best.values("pk")[:1]),
        **_beside(person),
    )


def _told_here() -> Q:
    """What moderators did here, or in a thread whose posts came here; and that this one was made of another's posts."""
    here, origin = OuterRef(OuterRef("thread_id")), OuterRef(OuterRef("thread__split_from"))
    threads = Thread.objects.filter(Q(pk=here) | Q(moved_into=here) | Q(pk=origin)).order_by()
    places = ArraySubquery(threads.values(key=_key("pk")))
    made = Exact(KeyTextTransform("thread", "before"), Cast(OuterRef("thread_id"), CharField()))
    is_own = ~Q(place=_key(OuterRef("thread__split_from"))) | Q(made, act="split")
    return Q(one_of("place", places, of="text")) & is_own


def _key(thread) -> Concat:
    return Concat(Value("thread:"), Cast(thread, CharField()))


def _beside(person) -> dict:
    """What stands beside a thread, each a part of the one query: duplicates both ways, and what is the viewer's own."""
    outward = Duplicate.objects.filter(thread=OuterRef("thread_id"), of__state=State.SHOWN).order_by("pk")
    inward = Duplicate.objects.filter(of=OuterRef("thread_id"), thread__state=State.SHOWN, state="confirmed")
    named = JSONObject(pk="pk", state="state", because="because", id="of_id", title="of__title", slug="of__slug")
    parts = {
        "same_as": ArraySubquery(outward.values(said=named)),
        "same_here": ArraySubquery(
            inward.order_by("pk").values(said=JSONObject(id="thread_id", title="thread__title", slug="thread__slug"))[
                :5
            ]
        ),
    }
    if person is None:
        return parts
    key = Cast(OuterRef("thread_id"), CharField())
    readings = Reading.objects.filter(person=person, thread=OuterRef("thread_id"))
    drafts = Draft.objects.annotate(where=Concat(Value("thread:"), key)).filter(person=person, place=F("where"))
    follows = Follow.objects.annotate(where=Concat(Value("thread:"), key)).filter(person=person, key=F("where"))
    # Looked for from where the viewer left off: a thread that they never read has nothing new, however long it is.
    news = Post.objects.shown().filter(thread=OuterRef("thread_id"), part=Part.REPLY, pk__gt=OuterRef("post"))
    news = news.exclude(author=person)  # what they wrote themselves is no news to them
    readings = readings.annotate(first_new=Subquery(news.order_by("pk").values("pk")[:1]))
    return parts | {
        "read_to": Subquery(readings.values("post")),
        "first_new": Subquery(readings.values("first_new")),  # where reading goes on
        "draft": Subquery(drafts.values(said=JSONObject(text="words__text", at="saved_at")), output_field=JSONField()),
        "follow": Subquery(follows.values("level")),
    }


def with_vote(posts, person):
    """`person` is a key or a reference to one, None for a stranger."""
    return posts.annotate(mine=_vote("pk", person))


def _vote(post: str, person):
    if person is None:
        return Value(0)
    votes = Vote.objects.filter(post=OuterRef(post), person=person).values("value")
    return Subquery(votes, output_field=IntegerField())


# --- Answers ----------------------------------------------------------------------------------------------------------
def replies(request, thread: Thread, is_moderator: bool, *, in_time: bool, at: int) -> Page:
    """A page of answers: from the start, from a cursor, or (`at`) from one post on. Best first, the accepted one has a
    place of its own."""
    person, order = request.user, IN_TIME if in_time else BEST_FIRST
    values = position(request, order)
    without = 0 if in_time else thread.accepted_id or 0
    query = _replies(person.is_authenticated, is_moderator, in_time, bool(values), bool(without), bool(at))
    last_score, last = values if values and not in_time else (0, (values or [0])[0])
    found = query.all(thread.pk, person.pk, without, at, last_score, last)
    return page_of(found, request, order, SIZE, is_first=not values)


@cache
def _replies(is_member, is_moderator, in_time, is_further, leaves_out, has_start) -> Prepared:
    def build(thread, person, without, at, last_score, last):
        order = IN_TIME if in_time else BEST_FIRST
        posts = _answers(thread, person if is_member else None, is_moderator)
        if leaves_out:
            posts = posts.exclude(pk=without)
        if has_start:
            posts = posts.filter(pk__gte=at)
        if is_further:
            posts = posts.filter(after(order, (last,) if in_time else (last_score, last)))
        return posts.order_by(*order)[: SIZE + 1]

    return Prepared(build)


def _answers(thread, person, is_moderator):
    posts = Post.objects.filter(thread=thread, part=Part.REPLY).select_related("author").defer("text", *UNSAID)
    return with_vote(posts if is_moderator else posts.visible_to(person), person)


def accepted(opening: Post, person, is_moderator: bool) -> list[Post]:
    """The answer that was accepted, if the viewer may see it: it came with the opening post."""
    answer = opening.thread.accepted
    if answer is None or not (is_moderator or answer.state == State.SHOWN or answer.author_id == person.pk):
        return []
    answer.mine = opening.accepted_mine
    return [answer]


# --- Comments ---------------------------------------------------------------------------------------------------------
def remarks_of(posts, person, is_moderator=False, in_workshop=False) -> dict[int, list[Post]]:
    """{post: its first comments}: one query for all of them. In the workshop they are not counted, and all are read."""
    sees_all = is_moderator or in_workshop
    wanted = [post.pk for post in posts if post.comments or sees_all or post.author_id == person.pk]
    found: dict[int, list[Post]] = {}
    if wanted:
        for comment in _remarks(person.is_authenticated, is_moderator, in_workshop).all(wanted, person.pk):
            found.setdefault(comment.parent_id, []).append(comment)
    return found


@cache
def _remarks(is_member, is_moderator, in_workshop) -> Prepared:
    def build(posts, person):
        comments = Post.objects.filter(one_of("parent", posts), part=Part.COMMENT).select_related("author")
        if in_workshop and not is_moderator:
            comments = comments.filter(Q(state__in=[State.SHOWN, State.WORKSHOP]) | Q(author=person))
        elif not is_moderator:
            comments = comments.visible_to(person if is_member else None)
        place = Window(RowNumber(), partition_by=F("parent"), order_by="id")
        most = IN_WORKSHOP if in_workshop else REMARKS
        return comments.defer("text", *UNSAID).annotate(place=place).filter(place__lte=most).order_by("id")

    return Prepared(build)
