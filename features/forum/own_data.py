"""What this feature knows about a person, for export and erasure."""

from django.db.models import Q
from django.utils.translation import gettext as _

from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.forum import services
from features.forum.models import (
    Draft,
    Duplicate,
    Invitation,
    MailedAnswer,
    Post,
    Reading,
    Redaction,
    Revision,
    Suggestion,
    Thread,
    Vote,
)
from features.moderation.services import facts


def export(person) -> dict:
    accepted = Thread.objects.filter(accepted_by=person).order_by("pk")
    threads = Thread.objects.filter(author=person).order_by("pk")
    about = Thread.skills.through.objects.filter(thread__author=person).order_by("pk")
    said = ("thread__title", "part", "text", "state", "is_anonymous", "score", "created_at", "edited_at")
    return {
        "threads": list(threads.values("title", "kind", "board__name", "about", "is_anonymous", "state", "created_at")),
        "thread_skills": list(about.values("thread__title", "skill__name")),
        "posts": list(Post.objects.filter(author=person).order_by("pk").values(*said)),
        "votes": list(Vote.objects.filter(person=person).order_by("pk").values("post_id", "value", "voted_at")),
        "revisions": list(
            Revision.objects.filter(editor=person).order_by("pk").values("post_id", "text", "reason", "made_at")
        ),
        "suggestions": list(
            Suggestion.objects.filter(author=person)
            .order_by("pk")
            .values("post_id", "text", "reason", "state", "made_at")
        ),
        "drafts": list(Draft.objects.filter(person=person).order_by("pk").values("place", "words", "saved_at")),
        "readings": list(Reading.objects.filter(person=person).order_by("pk").values("thread_id", "post", "read_at")),
        "mailed_answers": list(
            MailedAnswer.objects.filter(person=person).order_by("pk").values("place", "refused", "came_at")
        ),
        "duplicates": list(
            Duplicate.objects.filter(Q(proposed_by=person) | Q(thread__author=person))
            .order_by("pk")
            .values("thread_id", "of_id", "state", "because", "proposed_at")
        ),
        "invitations": list(
            Invitation.objects.filter(Q(person=person) | Q(invited_by=person))
            .order_by("pk")
            .values("thread_id", "invited_at")
        ),
        "confirmed": list(Thread.objects.filter(confirmed_by=person).order_by("pk").values("title", "confirmed_at")),
        "redactions": list(
            Redaction.objects.filter(post__author=person).values("post_id", "title", "text", "redacted_at")
        ),
        "accepted": list(accepted.values("title", "accepted_id", "accepted_at")),
    }


def erase(person) -> None:
    """Posts stay, because answers of others hang on them, without a name: that goes with the account. What was removed
    or never shown goes altogether; votes stay as part of a sum."""
    gone = Post.objects.filter(author=person).exclude(state="shown")
    Revision.objects.filter(post__in=gone).update(text="", title="", reason="")
    Suggestion.objects.filter(Q(author=person) | Q(post__in=gone)).delete()
    gone.update(text="", html="")
    _unname(Thread.objects.filter(author=person).exclude(state="shown"), _("Of an account that is gone"))
    Redaction.objects.filter(post__author=person).delete()
    for table in (Draft, Reading, Invitation, MailedAnswer):
        table.objects.filter(person=person).delete()
    Invitation.objects.filter(invited_by=person).delete()


def _unname(threads, words) -> None:
    """What whoever asked said of them besides their posts: title, address, and why something else is not the same."""
    Duplicate.objects.filter(thread__in=threads).update(because="")
    for thread in threads:
        thread.title = words
        thread.slug = thread.make_slug()
        thread.save(update_fields=["title", "slug"])


def withdraw(person) -> None:
    """The place in the thread stays, or answers of others would hang on nothing; no word of it does."""
    words = _("Taken back by its author")
    written = Post.objects.filter(author=person)
    Revision.objects.filter(post__in=written).update(text="", title="", reason="")
    Suggestion.objects.filter(post__in=written).delete()
    written.update(text="", html=f"<p><em>{words}</em></p>")
    _unname(Thread.objects.filter(author=person), words)
    for thread in Thread.objects.filter(posts__author=person).distinct():
        services.index(thread)


def foretell(person) -> Foretold:
    return Foretold(words=[(_("Posts in the forum"), Post.objects.filter(author=person).count())])


def numbers(person) -> list[tuple[str, int]]:
    """For whoever decides on a person."""
    posts = Post.objects.filter(author=person)
    return [
        (_("Posts in the forum"), posts.count()),
        (_("Of them hidden by moderators"), posts.filter(state="hidden").count()),
    ]


def register():
    personal_data.register("forum", PersonalData(export, erase, withdraw=withdraw, foretell=foretell))
    facts.register("forum", numbers)
