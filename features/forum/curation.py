"""What moderators can do in the forum: posts as things that can be moderated, and the acts that are the forum's own."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.forum import services
from features.forum.access import may_read
from features.forum.forms import seen_title
from features.forum.models import Board, Closing, Kind, Post, State, Thread
from features.moderation import services as moderation
from features.moderation.services import Act, ModerationRefused, Subject, Thing

Part = Post.Part
TITLES = {Part.OPENING: "%(title)s", Part.REPLY: _("Answer in: %(title)s"), Part.COMMENT: _("Comment in: %(title)s")}
SAID = _("Reply in: %(title)s")  # in a discussion
ACTS = (
    "hide", "remove", "show", "close", "reopen", "lock", "unlock", "pin", "unpin", "slow", "move", "merge", "split",
    "redact", "settle", "unsettle",
)  # fmt: skip


# --- Posts as things --------------------------------------------------------------------------------------------------
def thing_of(post: Post) -> Thing:
    """A post that came with author, thread and board."""
    thread = post.thread
    is_said = post.part == Part.REPLY and not thread.is_question
    return Thing(
        kind="post",
        ref=str(post.pk),
        title=str(SAID if is_said else TITLES[Part(post.part)]) % {"title": thread.title},
        url=post.get_absolute_url(),
        author=post.author,
        state=post.state,
        html=post.html,
        scope=thread.board.scope,
        place=f"thread:{thread.pk}",
        at=post.created_at,
        row=post,
    )


def _posts():
    return Post.objects.select_related("author", "thread__board")


def things(refs):
    return {str(post.pk): thing_of(post) for post in _posts().filter(pk__in=numbers(refs))}


def shown_to(person, ref):
    found = _posts().filter(pk=ref, state=State.WORKSHOP, thread__state=State.WORKSHOP).first()
    if found:
        return may_read(person, found.thread)
    posts = Post.objects.visible_to(person.pk).filter(thread__in=Thread.objects.visible_to(person.pk))
    seen = Q(parent=None) | Q(parent__state=State.SHOWN) | Q(parent__author=person.pk)
    return posts.filter(seen, pk=ref).exists()


def by_person(person):
    return [thing_of(post) for post in _posts().filter(author=person).order_by("-pk")[:5]]


def places(keys):
    asked = numbers(key.partition(":")[2] for key in keys if key.startswith("thread:"))
    threads = Thread.objects.shown().filter(pk__in=asked).only("pk", "slug", "title") if asked else ()
    return {f"thread:{thread.pk}": (thread.title, thread.get_absolute_url()) for thread in threads}


# --- Acts on a thread, by way of the post that opens it ---------------------------------------------------------------
def _opens(thing):
    return thing.kind == "post" and thing.row.part == Part.OPENING


def _replies(thing):
    return thing.kind == "post" and thing.row.part == Part.REPLY


def _thread_is(**facts):
    return lambda thing: _opens(thing) and all(getattr(thing.row.thread, k) == v for k, v in facts.items())


def _set(**facts):
    return lambda by, thing, given, now: services.set_thread(thread=thing.row.thread, **facts)


def _restore_thread(before, thing, by, now):
    _tried(services.restore_thread, thread=thing.row.thread, before=before)


def _tried(verb, **given):
    """The forum's refusals in the words of moderation."""
    try:
        return verb(**given)
    except services.ForumRefused as refused:
        raise ModerationRefused(refused.code, refused.words) from refused


class SlowForm(forms.Form):
    CHOICES = [(60, _("1 minute")), (300, _("5 minutes")), (1800, _("half an hour")), (0, _("no wait"))]
    seconds = forms.TypedChoiceField(label=_("Wait between two posts"), choices=CHOICES, coerce=int, initial=300)


class MoveForm(forms.Form):
    board = forms.ModelChoiceField(
        label=_("To which board"), queryset=Board.objects.all(), to_field_name="slug", empty_label=None
    )


class MergeForm(forms.Form):
    into = forms.CharField(label=_("Into which thread"), max_length=200, help_text=_("Its address, or its number."))
    accepted = forms.ChoiceField(
        label=_("If both have an accepted answer"),
        choices=[("", _("Ask me")), ("into", _("The other thread's stays")), ("source", _("This thread's stays"))],
        required=False,
    )

    def clean_into(self):
        words = self.cleaned_data["into"].strip()
        named = numbers(words.strip("/").split("/"))[:1]
        found = Thread.objects.filter(pk__in=named, moved_into=None).first()
        if found is None:
            raise forms.ValidationError(_("There is no such thread. Copy the address from its page."))
        return found


class SplitForm(forms.Form):
    title = forms.CharField(label=_("Title of the new thread"), min_length=10, max_length=150)

    def clean_title(self):
        return seen_title(self.cleaned_data["title"])


class RedactForm(forms.Form):
    passage = forms.CharField(
        label=_("Which words"),
        required=False,
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "As they were typed, in text or title. Empty: all of it. After ten minutes nobody can bring them back."
        ),
    )


def _move(by, thing, given, now):
    return services.set_thread(thread=thing.row.thread, board=given["board"])


def _merge(by, thing, given, now):
    into = given["into"]
    if not moderation.moderates(by, into.board.scope):
        raise ModerationRefused("area", _("You do not look after the other thread's board."))
    source = thing.row.thread
    return _tried(services.merge, source=source, into=into, accepted=given["accepted"], now=now) | {"thread": source.pk}


def _unmerge(before, thing, by, now):
    _tried(services.unmerge, source=Thread.objects.get(pk=before["thread"]), before=before)


def _split(by, thing, given, now):
    posts = [each.row for each in given["things"]]
    return _tried(services.split, posts=posts, title=given["title"], board=thing.row.thread.board, now=now)


def _slow(by, thing, given, now):
    return services.set_thread(thread=thing.row.thread, slow_seconds=given["seconds"])


def _redact(by, thing, given, now):
    return _tried(services.redact, post=thing.row, passage=given["passage"], now=now)


def _act(name, label, effect, said, **facts):
    moderation.acts.register(name, Act(label=label, effect=effect, said=said, **facts))


def _edit_back(before, thing, by, now):
    _tried(services.edit_back, by=by, post=thing.row, revision=before["revision"], now=now)


def _register_acts():
    # It has a page of its own, which authors use as well.
    _act(
        "edit", _("Edit"), _("Another wording; the former one stays in the history"), _("edited %(what)s"),
        icon="edit", do=lambda by, thing, given, now: {}, undo=_edit_back, fits=lambda thing: False,
        then=_("Read whether it still says what you mean, and edit it if not. Your wording is in its history."),
    )  # fmt: skip
    on_thread = {"undo": _restore_thread, "concerns": _("The thread")}
    is_open = {"closing": Closing.OPEN}
    _act(
        "close", _("Close the thread"), _("It takes no new answers; comments and votes go on"), _("closed this thread"),
        then=_("It stays readable. Once you have changed it, say so in an objection, and it can be opened again."),
        icon="lock", do=_set(closing=Closing.CLOSED), fits=_thread_is(**is_open), **on_thread,
    )  # fmt: skip
    _act(
        "reopen", _("Open the thread again"), _("It takes answers again"), _("opened this thread again"),
        icon="check", do=_set(closing=Closing.OPEN), fits=_thread_is(closing=Closing.CLOSED), **on_thread,
    )  # fmt: skip
    _act(
        "lock", _("Lock the thread"), _("Nothing in it changes any more: no answers, comments, votes"),
        _("locked this thread"), then=_("It stays readable as it is."), icon="lock", do=_set(closing=Closing.LOCKED),
        fits=lambda thing: _opens(thing) and thing.row.thread.closing != Closing.LOCKED, **on_thread,
    )  # fmt: skip
    _act(
        "unlock", _("Unlock the thread"), _("It takes answers, comments and votes again"), _("unlocked this thread"),
        icon="key", do=_set(closing=Closing.OPEN), fits=_thread_is(closing=Closing.LOCKED), **on_thread,
    )  # fmt: skip
    _act(
        "pin", _("Pin it to its board"), _("It stands first on the board's page"), _("pinned this thread"),
        icon="up-vote", do=lambda by, thing, given, now: services.set_thread(thread=thing.row.thread, pinned_at=now),
        fits=_thread_is(pinned_at=None), tells=False, **on_thread,
    )  # fmt: skip
    _act(
        "unpin", _("Take the pin away"), _("It stands where its time puts it"), _("unpinned this thread"),
        icon="down-vote", do=_set(pinned_at=None),
        fits=lambda thing: _opens(thing) and thing.row.thread.pinned_at is not None, tells=False, **on_thread,
    )  # fmt: skip
    _act(
        "slow", _("Slow it down"), _("Everybody waits between two posts"), _("slowed this thread down"),
        icon="clock", do=_slow, form=SlowForm, fits=_opens, tells=False, **on_thread,
    )  # fmt: skip
    _act(
        "move", _("Move to another board"), _("Its address stays"), _("moved this thread to another board"),
        then=_("Its address, its answers and its votes stay. Nothing is left to do."),
        icon="next", do=_move, form=MoveForm, fits=_opens, **on_thread,
    )  # fmt: skip
    _act(
        "settle", _("Settle which answer is accepted"), _("Whoever asked no longer changes it; moderators do"),
        _("settled which answer is accepted"), icon="check", do=_set(is_acceptance_locked=True),
        fits=_thread_is(kind=Kind.QUESTION, is_acceptance_locked=False), **on_thread,
    )  # fmt: skip
    _act(
        "unsettle", _("Leave the answer to whoever asked"), _("They say again which one solved it"),
        _("left it to whoever asked which answer is accepted"), icon="key", do=_set(is_acceptance_locked=False),
        fits=_thread_is(is_acceptance_locked=True), **on_thread,
    )  # fmt: skip
    _act(
        "merge", _("Merge into another thread"), _("All its posts go there, in order of time; its address leads there"),
        _("merged a thread into another one"),
        then=_("All that was written goes on there, under your name, and the address leads there."),
        icon="link", do=_merge, undo=_unmerge, form=MergeForm,
        fits=lambda thing: _opens(thing) and thing.state != State.WORKSHOP, stays=False, concerns=_("The thread"),
    )  # fmt: skip
    _act(
        "split", _("Make a thread of its own"), _("The answers chosen become a discussion; links to them lead there"),
        _("made a thread of its own of %(what)s"), icon="copy", do=_split, form=SplitForm, on_many=True, together=True,
        undo=lambda before, thing, by, now: _tried(services.unsplit, before=before), fits=_replies, stays=False,
        concerns=_("The thread"),
    )  # fmt: skip
    _act(
        "redact", _("Take words out"), _("For good: personal data, keys, what must not stand there"),
        _("took words out of %(what)s"),
        then=_("The rest stands as it was. Leave those words out when you edit it: they are erased for good."),
        icon="edit", do=_redact, form=RedactForm, is_danger=True,
        concerns=_("The post"),
        undo=lambda before, thing, by, now: _tried(
            services.put_back_words, post=thing.row, redaction=before.get("redaction")
        ),
        fits=lambda thing: thing.kind == "post" and thing.state != State.REMOVED,
    )  # fmt: skip


def register(fragment):
    """`fragment` shows one post as it stands now: the view knows how."""
    moderation.subjects.register(
        "post",
        Subject(
            label=_("a post"),
            things=things,
            shown_to=shown_to,
            acts=ACTS,
            anew=_("You may also write it anew, changed."),
            set_state=lambda thing, state, now: services.set_state(post=thing.row, state=state, now=now),
            restore=lambda before, thing, now: services.restore_state(post=thing.row, before=before, now=now),
            by_person=by_person,
            places=places,
            fragment=fragment,
            lock=lambda refs: services.lock_threads_of(numbers(refs)),
        ),
    )
    _register_acts()
