"""Suggested edits as things that wait for moderators: what they show, and the two acts that decide on them."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.forum.models import Suggestion
from features.forum.services import ForumRefused, edit_back, suggesting
from features.forum.wording import difference
from features.moderation import services as moderation
from features.moderation.services import Act, ModerationRefused, Subject, Thing

KIND = "suggestion"


def things(refs):
    found = Suggestion.objects.select_related("author", "post__author", "post__thread__board").filter(
        pk__in=numbers(refs)
    )
    return {str(row.pk): _thing(row) for row in found}


def _thing(row: Suggestion) -> Thing:
    thread = row.post.thread
    return Thing(
        kind=KIND,
        ref=str(row.pk),
        title=str(_("Suggested edit: %(title)s")) % {"title": thread.title},
        url=row.post.get_absolute_url(),
        author=row.author,
        state="shown",
        html=format_html("<p>{}</p><pre>{}</pre>", row.reason, _changes(row)),
        scope=thread.board.scope,
        place=f"thread:{thread.pk}",
        at=row.made_at,
        row=row,
    )


def _changes(row: Suggestion) -> str:
    before, after = row.before, row.text
    if row.before_title != row.title:
        before, after = f"{row.before_title}\n\n{before}", f"{row.title}\n\n{after}"
    return difference(before, after)


def _tried(verb, **given):
    try:
        return verb(**given) or {}
    except ForumRefused as refused:
        raise ModerationRefused(refused.code, refused.words) from refused


def _take(by, thing, given, now):
    return _tried(suggesting.take, suggestion=thing.row, now=now)


def _take_back(before, thing, by, now):
    _tried(edit_back, by=by, post=thing.row.post, revision=before["revision"], now=now)
    _tried(suggesting.wait_again, suggestion=thing.row)


def register():
    moderation.subjects.register(
        KIND,
        Subject(
            label=_("a suggested edit"),
            things=things,
            acts=("take_edit", "decline_edit"),
        ),
    )
    moderation.acts.register(
        "take_edit",
        Act(
            label=_("Take it"),
            effect=_("The post says so from now on, with the name of whoever suggested it in its history"),
            said=_("took %(what)s"),
            icon="check",
            do=_take,
            undo=_take_back,
            fits=lambda thing: thing.kind == KIND and suggesting.fits(thing.row),
            agrees=True,
            stays=False,
        ),
    )
    moderation.acts.register(
        "decline_edit",
        Act(
            label=_("Do not take it"),
            effect=_("The post stays as it is; whoever suggested it reads why"),
            said=_("did not take %(what)s"),
            icon="close",
            do=lambda by, thing, given, now: _tried(suggesting.decline, suggestion=thing.row),
            undo=lambda before, thing, by, now: _tried(suggesting.wait_again, suggestion=thing.row),
            fits=lambda thing: thing.kind == KIND and thing.row.state == Suggestion.State.WAITING,
            agrees=True,
            stays=False,
        ),
    )
