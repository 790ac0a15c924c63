"""Words that must not stand in a post: taken out for good, after ten minutes in which that can be taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from features.forum import wording
from features.forum.models import Post, Redaction, Revision, Suggestion
from features.forum.services.curating import lock_all
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import index

KEEPS = timedelta(minutes=10)


@transaction.atomic
def redact(*, post: Post, passage: str = "", now: datetime | None = None) -> dict:
    """Take a passage, or all of it, out of a post for good. For ten minutes it can be put back. Raises ForumRefused."""
    now = now or timezone.now()
    lock_all(post.thread_id)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    mark, passage = _("[removed by a moderator]"), passage.replace("\r\n", "\n").strip()
    if passage and passage not in post.text:
        raise ForumRefused("no_passage", _("These words do not stand in it. Copy them from the text as it was typed."))
    text = post.text.replace(passage, mark) if passage else mark
    said = Revision.objects.filter(post=post, hidden_at=None)
    wordings = said.filter(text__contains=passage) if passage else said
    gone = list(wordings.values_list("pk", flat=True))
    kept = {"text": post.text, "html": post.html, "redacted_at": now, "revisions": gone}
    wordings.update(hidden_at=now, hidden_reason=mark)
    Redaction.objects.update_or_create(post=post, defaults=kept)
    Post.objects.filter(pk=post.pk).update(text=text, html=wording.render(text)[0], edited_at=now)
    if post.part != Post.Part.COMMENT:
        index(post.thread)
    return {}


@transaction.atomic
def put_back_words(*, post: Post) -> None:
    """Undo a redaction, while what it took is still there. Raises ForumRefused."""
    lock_all(post.thread_id)
    kept = Redaction.objects.filter(post=post).first()
    if kept is None:
        raise ForumRefused("erased", _("What was taken out is erased by now."))
    Post.objects.filter(pk=post.pk).update(text=kept.text, html=kept.html)
    Revision.objects.filter(pk__in=kept.revisions).update(hidden_at=None, hidden_reason="")
    kept.delete()
    if post.part != Post.Part.COMMENT:
        index(post.thread)


@transaction.atomic
def erase_redactions(*, now: datetime | None = None) -> int:
    """What was taken out ten minutes ago is gone for good, from former wordings too, and with suggestions to these."""
    over = Redaction.objects.select_for_update().filter(redacted_at__lte=(now or timezone.now()) - KEEPS)
    wordings = [pk for row in over for pk in row.revisions]
    Revision.objects.filter(pk__in=wordings).update(text="", title="")
    Suggestion.objects.filter(post__redaction__in=over, made_at__lte=F("post__redaction__redacted_at")).delete()
    return over.delete()[0]
