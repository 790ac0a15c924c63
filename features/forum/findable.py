"""What the site's search knows of threads: the question, and the first answers to it. Solved ones stand higher."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.templatetags.ui import words
from core.text import without_marks
from features.discovery.kinds import Entry, Kind, Row, kinds
from features.forum.models import Post, State, Thread

KIND = "thread"
SEARCHED = 20
SOLVED, OPEN, STALE = 13, 10, 8  # standing, and up to two more by votes
WELL, VERY_WELL = 2, 5  # votes


def register():
    kinds.register(
        KIND, Kind(label=gettext_lazy("Threads"), icon="questions", order=15, page="forum", entries=entries, rows=rows)
    )


def entries(refs=None):
    found = Thread.objects.shown().order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for thread in found.prefetch_related("skills__names").iterator(chunk_size=500):
        about = sorted(thread.skills.all(), key=lambda skill: skill.pk)
        said = thread.posts.filter(state=State.SHOWN).exclude(part=Post.Part.COMMENT).order_by("pk")[: SEARCHED + 1]
        yield Entry(
            kind=KIND,
            ref=str(thread.pk),
            title=thread.title,
            text="\n".join(without_marks(html).strip() for html in said.values_list("html", flat=True)),
            names=[name.name for skill in about for name in sorted(skill.names.all(), key=lambda name: name.pk)],
            skills=[skill.pk for skill in about],
            url=thread.get_absolute_url(),
            standing=standing(thread),
        )


def standing(thread) -> int:
    """In steps, so that few votes change it. Being solved counts for more than all of them."""
    liked = -1 if thread.score < 0 else (thread.score >= WELL) + (thread.score >= VERY_WELL)
    return liked + (STALE if thread.is_stale else SOLVED if thread.is_solved else OPEN)


def rows(documents, now):
    threads = Thread.objects.filter(pk__in=[document.ref for document in documents]).select_related("author", "board")
    return {
        str(thread.pk): Row(
            by=_("Somebody") if thread.is_anonymous else thread.author.name,
            facts=[
                thread.board.name,
                answers_words(thread),
                *([_("Solved")] if thread.is_solved else []),
                words(thread.active_at, "day", now),
            ],
        )
        for thread in threads
    }


def answers_words(thread) -> str:
    if thread.is_question:
        return ngettext("%(n)d answer", "%(n)d answers", thread.replies) % {"n": thread.replies}
    return ngettext("%(n)d reply", "%(n)d replies", thread.replies) % {"n": thread.replies}
