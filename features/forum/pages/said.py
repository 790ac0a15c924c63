"""A post as a page shows it: as data with what its viewer may do, and drawn, which costs no template a post."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core.gaps import MARK, Mould
from core.templatetags.ui import face, teller
from features.forum import curation, services
from features.forum.access import moderates
from features.forum.models import Closing, Post, State, Thread
from features.forum.pages.rows import remarks_of, with_vote
from features.moderation import services as moderation

Part = Post.Part
# What whoever wrote it reads, and whether it is their move.
WHY_HELD: dict[str, tuple[Any, str]] = {
    "waits": (
        gettext_lazy(
            "Waiting to be looked at, as some first posts do. You and moderators see it; once one of them has looked, "
            "everybody does, and you are told. You need do nothing."
        ),
        "",
    ),
    "flagged": (
        gettext_lazy(
            "Members reported this, so it is out of sight until a moderator has looked. If you edit it, it is shown "
            "again at once."
        ),
        "turn",
    ),
    "hide": (gettext_lazy("A moderator hid this until it is edited. Edit it, and it is shown again at once."), "turn"),
    "spent": (gettext_lazy("Out of sight until a moderator has looked at it again. You need do nothing."), ""),
    "again": (
        gettext_lazy(
            "A moderator hid this once more. Edit it: it is shown again when one has looked at what you changed."
        ),
        "turn",
    ),
}

TAKEN_BACK = gettext_lazy("You took this back. Only you and moderators see it.")


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and a page makes many
class Said:
    """A post as a page shows it, with what its viewer may do."""

    # What differs from post to post, and leads to nothing else than itself.
    pk: int
    html: str
    face: str
    name: str
    score: int
    url: str  # of the author; empty for who is gone
    time: str
    edited: str
    more: str  # how many comments there are, if these are not all
    remarks: str  # its first comments, drawn
    # What kind of a post it is to this viewer.
    part: str
    state_words: str
    state_tone: str  # bad, turn (the viewer's move), or nothing: it only waits
    mine: int  # the viewer's vote
    is_own: bool
    is_nameless: bool  # readers are not told who it was; the viewer, a moderator or themselves, is
    is_new: bool  # since the viewer last read the thread
    is_accepted: bool
    is_aside: bool  # came by a merge, and is not counted as an answer
    may_edit: bool
    may_take_back: bool
    may_suggest: bool
    may_accept: bool
    may_vote: bool
    may_remark: bool
    may_quote: bool
    acts: tuple[str, ...]  # of a moderator

    @property
    def key(self) -> str:
        return str(self.pk)

    @property
    def report(self) -> str:
        """Where it is reported; empty for one's own."""
        return "" if self.is_own else reverse("report", args=["post", self.pk])

    @property
    def menu(self) -> list[dict]:
        """What a moderator can do here."""
        return [
            {"act": moderation.acts[name], "url": f"{reverse('moderation_act', args=[name])}?on=post:{self.pk}"}
            for name in self.acts
        ]

    def kind(self) -> tuple:
        """All that decides which parts of its template are drawn."""
        return (
            bool(self.url), bool(self.edited), bool(self.more), bool(self.remarks), self.part, self.state_words,
            self.state_tone, self.mine, self.is_own, self.is_nameless, self.is_new, self.is_accepted, self.is_aside,
            self.may_edit, self.may_take_back, self.may_suggest, self.may_accept, self.may_vote, self.may_remark,
            self.may_quote, self.acts,
        )  # fmt: skip


GAPS = ("pk", "html", "face", "name", "score", "url", "time", "edited", "more", "remarks")
OF_GAPS = attrgetter(*GAPS)
# A form's two: its token, and when it was given out.
OF_FORMS = ("csrf_token", "began")
MARKS = tuple(SafeString(f"{MARK}{name}") for name in OF_FORMS)
POST, REMARK = Mould("forum/_post.html", GAPS + OF_FORMS), Mould("forum/_remark_item.html", GAPS)


def draw_post(said: Said, is_member: bool, language: str) -> bytes:
    """What `forum/_post.html` makes of it, with `MARKS` where a form says its two."""

    def context(marks):
        return {
            "post": _with_gaps(said, marks),
            "has_session": is_member,
            "user": {"is_authenticated": is_member},
            **{name: marks[name] for name in OF_FORMS},
        }

    return POST.fill((is_member, *said.kind()), context, OF_GAPS(said) + MARKS, language=language).encode()


def _draw_remarks(remarks: Iterable[Said], language: str) -> SafeString:
    def drawn(said):
        return REMARK.fill(
            said.kind(), lambda marks: {"remark": _with_gaps(said, marks)}, OF_GAPS(said), language=language
        )

    return SafeString("".join(map(drawn, remarks)))


def _with_gaps(said: Said, marks) -> Said:
    """Marks in place of what a post says, but where it says nothing."""
    return replace(
        said, **{name: marks[name] if getattr(said, name) or name in ("pk", "score") else "" for name in GAPS}
    )


# Posts as they were drawn last, by their rows and by how they are seen; a thousand of them are some 5 MB.
KEPT: dict[tuple, bytes] = {}
MOST, LONGEST = 1_000, 10_000


# --- Rows into words --------------------------------------------------------------------------------------------------
def drawn(posts: Sequence[Post], viewer: "Viewer") -> list[bytes]:
    """Posts with their first comments as `forum/_post.html` shows them, for `with_forms`. As bytes: they are most of a
    page, and are not made into them anew for each reader."""
    remarks = viewer.remarks_of(posts)
    return [viewer.draws(post, remarks.get(post.id, ())) for post in posts]


def with_forms(text: bytes, token: str = "", began: str = "") -> bytes:
    """The two are of letters and digits."""
    for mark, value in zip(MARKS, (token, began), strict=True):
        text = text.replace(mark.encode(), value.encode())
    return text


class Viewer:
    """Somebody who reads a thread: what is the same for all its posts is found out once."""

    def __init__(self, thread: Thread, person, is_moderator: bool = False, read_to: int | None = None):
        self.thread, self.person, self.is_moderator, self.read_to = thread, person, is_moderator, read_to
        # A stranger's key is None, and so is the author of no post.
        self.key, self.is_member = person.pk, person.is_authenticated
        self.is_open, self.in_workshop = thread.closing != Closing.LOCKED, thread.state == State.WORKSHOP
        decides = is_moderator or (thread.author_id == self.key and not thread.is_acceptance_locked)
        self.may_accept = thread.is_question and self.is_open and decides
        self.may_remark = self.is_open and thread.state == State.SHOWN
        self.time, self.language = teller(), get_language() or ""
        self.why: dict[str, str] = {}
        # Besides the rows, all that decides what a post of somebody else is to them.
        self.sight = (
            thread.is_question, self.is_member, self.is_open, self.in_workshop, self.may_accept, self.may_remark,
            *self.time.args,
        )  # fmt: skip

    def remarks_of(self, posts: Sequence[Post]) -> dict[int, list[Post]]:
        remarks = remarks_of(posts, self.person, self.is_moderator, self.thread.state == State.WORKSHOP)
        self.asks_why([*posts, *(remark for several in remarks.values() for remark in several)])
        return remarks

    def draws(self, post: Post, remarks: Sequence[Post]) -> bytes:
        """Most readers may do the same with most posts: these are drawn once, and again when a row says otherwise."""
        key = self._key_of(post, remarks)
        text = KEPT.get(key) if key else None
        if text is None:
            text = draw_post(self.hears(post, remarks), self.is_member, self.language)
            if key and len(text) <= LONGEST:
                if len(KEPT) >= MOST:
                    KEPT.clear()
                KEPT[key] = text
        return text

    def _key_of(self, post: Post, remarks: Sequence[Post]) -> tuple | None:
        """None for what is shown to some in another way than to others: to moderators, to who wrote it, and all that is
        not there for everybody."""
        said = (post, *remarks)
        if self.is_moderator or post.part == Part.OPENING or not hasattr(post, "row"):
            return None
        if any(one.state != State.SHOWN or one.author_id == self.key for one in said):
            return None
        is_new = bool(self.read_to and post.id > self.read_to)
        return (*(one.row for one in said), is_new, self.thread.accepted_id == post.id, self.sight)

    def asks_why(self, posts: Iterable[Post]) -> None:
        """Why their own posts are out of sight: a question only for whoever has one that is."""
        own = [f"post:{post.id}" for post in posts if post.state == State.HELD and post.author_id == self.key]
        self.why = moderation.why_held(own) if own else {}

    def _state_of(self, post: Post, is_own: bool) -> tuple[str, str]:
        if post.state == State.REMOVED:
            return (TAKEN_BACK if is_own else str(post.get_state_display())), ""
        if post.state != State.HELD:
            return str(post.get_state_display()), "bad"
        return WHY_HELD[self.why.get(f"post:{post.id}", "waits")] if is_own else (str(post.get_state_display()), "")

    def hears(self, post: Post, remarks: Sequence[Post] = ()) -> Said:
        """A post and its first comments."""
        thread, author, is_moderator, part = self.thread, post.author, self.is_moderator, post.part
        key, name = post.id, author.name  # a row's own values: `pk` is looked up through its model each time
        is_member, is_shown = self.is_member, post.state == State.SHOWN
        is_own = is_member and post.author_id == self.key
        is_told = not post.is_anonymous or is_moderator or is_own
        size = "s" if part == Part.COMMENT else ""
        in_workshop = self.in_workshop and post.state == State.WORKSHOP  # whoever reads it there helps, or has asked
        is_own_to_edit = is_own and self.is_open and post.state in services.EDITABLE
        may_edit = is_member and (is_moderator or is_own_to_edit or (in_workshop and part == Part.OPENING))
        may_remark = in_workshop or (is_shown and self.may_remark)
        state_words, state_tone = ("", "") if is_shown or in_workshop else self._state_of(post, is_own)
        return Said(
            pk=key,
            html=SafeString(post.html),  # cleaned when it was saved
            face=face(author.photo_id, author.id, name, size) if is_told else face(None, 0, "", size),
            name=name if is_told else _("Somebody"),
            score=post.score,
            url=author.get_absolute_url() if author.is_active and is_told else "",
            time=self.time(post.created_at),
            edited=self.time(post.edited_at) if post.edited_at else "",
            more=_more(post.comments) if post.comments > len(remarks) else "",
            remarks=_draw_remarks(map(self.hears, remarks), self.language) if remarks else "",
            part=part,
            state_words=str(state_words),
            state_tone=state_tone,
            mine=getattr(post, "mine", 0) or 0,
            is_own=is_own,
            is_nameless=post.is_anonymous and is_told,
            is_new=bool(self.read_to and key > self.read_to and not is_own),
            is_accepted=thread.accepted_id == key,
            is_aside=post.is_aside and thread.is_question,
            may_edit=may_edit,
            may_take_back=is_own_to_edit and not services.is_answered(post, thread),
            may_suggest=is_member and may_remark and not may_edit and part != Part.COMMENT,
            may_accept=self.may_accept and part == Part.REPLY and is_shown,
            may_vote=is_shown and self.is_open and post.author_id != self.key,
            may_remark=may_remark,
            may_quote=may_remark and part != Part.COMMENT and not in_workshop,
            acts=acts_on(post, thread, self.person) if is_moderator else (),
        )


def _more(count: int) -> str:
    return ngettext("%(n)d comment", "All %(n)d comments", count) % {"n": count}


def acts_on(post, thread, person) -> tuple[str, ...]:
    """What a moderator can do here: no query."""
    post.thread = thread
    return tuple(name for name, _act in moderation.offered(person, curation.thing_of(post), curation.ACTS))


def one(person, post: Post) -> dict:
    """One post by itself, as an htmx answer shows it."""
    thread = Thread.objects.select_related("board").get(pk=post.thread_id)
    is_moderator = moderates(person, thread.board)
    found = with_vote(Post.objects.select_related("author"), person.pk).get(pk=post.pk)
    viewer = Viewer(thread, person, is_moderator)
    return {"thread": thread, "post": viewer.hears(found, viewer.remarks_of([found]).get(found.id, ()))}
