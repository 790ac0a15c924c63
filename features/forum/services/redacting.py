"""Words that must not stand in a post: taken out for good, after ten minutes in which that can be taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from features.forum import wording
from features.forum.models import Post, Redaction, Revision, Suggestion
from features.forum.services.curating import lock_all
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import index

KEEPS = timedelta(minutes=10)
TITLE = 150  # letters


@transaction.atomic
def redact(*, post: Post, passage: str = "", now: datetime | None = None) -> dict:
    """Take a passage, or all of it, out of a post for good, and out of the title where it opens a thread. For ten
    minutes it can be put back. Raises ForumRefused."""
    now = now or timezone.now()
    lock_all(post.thread_id)
    post = _locked(post)
    passage, title = passage.replace("\r\n", "\n").strip(), _title(post)
    if passage and passage not in post.text and passage not in title:
        raise ForumRefused("no_passage", _("These words do not stand in it. Copy them from the text as it was typed."))
    wordings = Revision.objects.filter(post=post)
    if passage:
        wordings = wordings.filter(Q(text__contains=passage) | Q(title__contains=passage))
    made = Redaction.objects.create(
        post=post, passage=passage, title=title, text=post.text, redacted_at=now,
        revisions=list(wordings.values_list("pk", flat=True)),
    )  # fmt: skip
    wordings.filter(hidden_at=None).update(hidden_at=now, hidden_reason=_mark())
    _say(post, *_without(passage, post.text, title))
    Post.objects.filter(pk=post.pk).update(edited_at=now)
    return {"redaction": made.pk}


@transaction.atomic
def put_back_words(*, post: Post, redaction: int | None) -> None:
    """Undo one redaction, while what it took is still there. What others took out since stays out. Raises
    ForumRefused."""
    lock_all(post.thread_id)
    post = _locked(post)
    rows = list(Redaction.objects.filter(post=post, pk__gte=redaction or 0).order_by("pk"))
    if not rows or rows[0].pk != redaction:
        raise ForumRefused("erased", _("What was taken out is erased for good by now."))
    taken, *later = rows
    changed = ForumRefused("changed", _("It was changed since. To put the words back would undo that as well."))
    # What each left is what the next one found, and the last one what is there: nobody wrote in between.
    is_title = bool(taken.title and _title(post))
    found = [(row.text, row.title) for row in later] + [(post.text, _title(post))]
    for row, (text, title) in zip(rows, found, strict=True):
        left, left_title = _without(row.passage, row.text, row.title)
        if left != text or (is_title and left_title != title):
            raise changed
    text, title = taken.text, taken.title
    for row in later:
        if row.passage and row.passage not in text and row.passage not in title:
            raise changed
        Redaction.objects.filter(pk=row.pk).update(text=text, title=title)
        text, title = _without(row.passage, text, title)
    _say(post, text, title if is_title else "")
    hidden = Revision.objects.filter(pk__in=taken.revisions, hidden_at=taken.redacted_at)
    for row in later:
        hidden.filter(pk__in=row.revisions).update(hidden_at=row.redacted_at)
    hidden.update(hidden_at=None, hidden_reason="")
    taken.delete()


@transaction.atomic
def erase_redactions(*, now: datetime | None = None) -> int:
    """What was taken out ten minutes ago is gone for good, from former wordings too, and with suggestions to these."""
    over = Redaction.objects.select_for_update().filter(redacted_at__lte=(now or timezone.now()) - KEEPS)
    for row in over:
        Revision.objects.filter(pk__in=row.revisions).update(text="", title="")
        Suggestion.objects.filter(post=row.post_id, made_at__lte=row.redacted_at).delete()
    return over.delete()[0]


def _locked(post) -> Post:
    return Post.objects.select_for_update(of=("self",)).select_related("thread").get(pk=post.pk)


def _mark() -> str:
    return _("[removed by a moderator]")


def _title(post) -> str:
    return post.thread.title if post.part == Post.Part.OPENING else ""


def _without(passage: str, *said: str) -> list[str]:
    text, title = (words and (words.replace(passage, _mark()) if passage else _mark()) for words in said)
    return [text, title[:TITLE]]


def _say(post, text, title) -> None:
    Post.objects.filter(pk=post.pk).update(text=text, html=wording.render(text)[0])
    thread = post.thread
    if title and title != thread.title:
        thread.title = title
        thread.slug = thread.make_slug()
        thread.save(update_fields=["title", "slug"])
    if post.part != Post.Part.COMMENT:
        index(thread)
