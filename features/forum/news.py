"""What people are told of the forum: what concerns them, and what is new where they follow."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.forum.by_mail.addresses import address
from features.forum.models import Board, Duplicate, Invitation, MailedAnswer, Post, Reading, State, Suggestion, Thread
from features.forum.services import by_mail, telling
from features.notifications import services as notifications
from features.notifications.kinds import FOLLOWS, Group, Kind, Letter, kinds
from features.notifications.models import Level

TEMPLATE = "forum/email/letter"
SHOWN = 600  # letters of a post in a letter
FORUM = Group(
    key="forum",
    label=gettext_lazy("What concerns you in the forum"),
    why=gettext_lazy("You are told when somebody names you, comments on what you wrote, or asks you to answer."),
    is_optional=True,
    can_wait=True,
    proposed=Level.MAIL,
)


def author_of(post) -> str:
    return _("Somebody") if post.is_anonymous else post.author.name


# --- Posts: comments, names, acceptance -------------------------------------------------------------------------------
def _posts(told, *, kept=lambda post: True):
    """{notification: post} of those that everybody reads, or, while they are in the workshop, who is told."""
    readable = Q(state=State.SHOWN, thread__state=State.SHOWN) | Q(state=State.WORKSHOP, thread__state=State.WORKSHOP)
    posts = Post.objects.filter(readable).select_related("thread", "author", "parent")
    found = posts.in_bulk([int(row.ref.rpartition(".")[2]) for row in told])
    pairs = ((row, found.get(int(row.ref.rpartition(".")[2]))) for row in told)
    return {
        row: post
        for row, post in pairs
        if post and kept(post) and (post.parent is None or post.parent.state == post.state)
    }


def _is_accepted(post) -> bool:
    return post.thread.accepted_id == post.pk


def _of_posts(sentence, subject, label, kept=lambda post: True):
    def words(pattern, post):
        return pattern % {"name": author_of(post), "title": post.thread.title}

    def sentences(told):
        return {row.pk: words(sentence(), post) for row, post in _posts(told).items()}

    def letter(notification):
        post = _posts([notification], kept=kept).get(notification)
        if post is None:
            return None
        text = post.text if len(post.text) <= SHOWN else f"{post.text[:SHOWN]} …"
        answers = address(notification.recipient_id, "p", post.parent_id or post.pk)
        said = [f"{author_of(post)}:", text]
        return plain_letter(words(subject(), post), said, label(), post.get_absolute_url(), answers)

    return {"sentences": sentences, "letter": letter}


def plain_letter(subject, paragraphs, label, url, answers="") -> Letter:
    """`answers` is the address to which an answer to the letter goes, where there is one."""
    said = (
        [*paragraphs, _("You can answer this letter: your words will stand in the forum.")] if answers else paragraphs
    )
    context = {"subject": subject, "paragraphs": said, "link": (label, absolute(url))}
    return Letter(template=TEMPLATE, context=context, headers={"Reply-To": answers} if answers else {})


# --- Threads: new ones, answers, answers that age ---------------------------------------------------------------------
def _threads(told):
    found = Thread.objects.shown().select_related("author", "accepted")
    found = found.in_bulk([int(row.ref.partition(".")[0]) for row in told])
    return {row: found[int(row.ref.partition(".")[0])] for row in told if int(row.ref.partition(".")[0]) in found}


def say_opened(told):
    return {row.pk: _("New in the forum: “%s”.") % thread.title for row, thread in _threads(told).items()}


def _opening_letter(notification, subject) -> Letter | None:
    thread = _threads([notification]).get(notification)
    opening = thread and thread.posts.select_related("thread", "author").filter(part=Post.Part.OPENING).first()
    if not opening:
        return None
    said = [f"{author_of(opening)}:", opening.text[:SHOWN]]
    answers = address(notification.recipient_id, "t", thread.pk)
    return plain_letter(subject % thread.title, said, _("Read it"), thread.get_absolute_url(), answers)


def opened_letter(notification):
    return _opening_letter(notification, _("New: %s"))


def say_asked(told):
    return {row.pk: _("Asked about your session: “%s”.") % thread.title for row, thread in _threads(told).items()}


def asked_letter(notification):
    return _opening_letter(notification, _("A question about your session: %s"))


def opened_levels(told):
    threads = _threads(told)
    return notifications.wanted_by(told[0].recipient, {row.pk: telling.keys_of(t) for row, t in threads.items()})


def say_replied(told):
    return {row.pk: _("New answers in “%s”.") % post.thread.title for row, post in _posts(told).items()}


def replied_letter(notification):
    """The first answer that they have not read. What they have read by now is no news."""
    post = _posts([notification]).get(notification)
    if post is None or notification.read_at:
        return None
    if Reading.objects.filter(person=notification.recipient_id, thread=post.thread_id, post__gte=post.pk).exists():
        return None
    text = post.text if len(post.text) <= SHOWN else f"{post.text[:SHOWN]} …"
    said = [f"{author_of(post)}:", text, _("You hear of the next one once you have looked at this one.")]
    answers = address(notification.recipient_id, "t", post.thread_id)
    return plain_letter(_("New answer: %s") % post.thread.title, said, _("Read on"), post.get_absolute_url(), answers)


def replied_levels(told):
    keys = {row.pk: {f"thread:{row.ref.partition('.')[0]}"} for row in told}
    return notifications.wanted_by(told[0].recipient, keys)


def say_ageing(told):
    own, other = _("Is your answer to “%s” still true?"), _("Is the answer to “%s” still true?")
    return {row.pk: (own if _gave_it(row, thread) else other) % thread.title for row, thread in _threads(told).items()}


def _gave_it(row, thread) -> bool:
    return thread.accepted is not None and thread.accepted.author_id == row.recipient_id


def ageing_letter(notification):
    thread = _threads([notification]).get(notification)
    if thread is None or not thread.is_stale or thread.accepted is None:
        return None
    said = [_("It was accepted a while ago. Say whether it still holds, or change it: until then it is marked as old.")]
    if not _gave_it(notification, thread):
        said = [_("Whoever gave it is gone, and you are an expert. Say whether it still holds, or comment on it.")]
    subject = _("Is it still true? %s") % thread.title
    return plain_letter(subject, said, _("Look at it"), thread.accepted.get_absolute_url())


# --- Proposals and invitations ----------------------------------------------------------------------------------------
def _rows(model, told, named, by):
    """{notification: row} of those of which everybody reads all that they name."""
    rows = model.objects.filter(**{f"{name}__state": State.SHOWN for name in named})
    found = rows.select_related(*named, by).in_bulk([int(row.ref) for row in told])
    return {row: found[int(row.ref)] for row in told if int(row.ref) in found}


def _proposed(told):
    return _rows(Duplicate, told, ["thread", "of"], "proposed_by")


def _suggested(told):
    return _rows(Suggestion, told, ["post", "post__thread"], "author")


def _invited(told):
    return _rows(Invitation, told, ["thread"], "invited_by")


def say_proposed(told):
    said = _("Perhaps answered already: your question “%(title)s”, in “%(of)s”.")
    return {row.pk: said % {"title": d.thread.title, "of": d.of.title} for row, d in _proposed(told).items()}


def proposed_letter(notification):
    row = _proposed([notification]).get(notification)
    if row is None or row.state != Duplicate.State.PROPOSED:
        return None
    said = [
        _("Somebody thinks that “%s” answers it. Say whether it does; your question stays open until then.")
        % row.of.title
    ]
    subject = _("Perhaps answered: %s") % row.thread.title
    return plain_letter(subject, said, _("Look, and say so"), row.thread.get_absolute_url())


def say_suggested(told):
    said = _("A moderator took an edit by %(name)s of what you wrote in “%(title)s”.")
    return {
        row.pk: said % {"name": _editor(one), "title": one.post.thread.title} for row, one in _suggested(told).items()
    }


def _editor(row) -> str:
    return _("Somebody") if row.is_anonymous else row.author.name


def suggested_letter(notification):
    row = _suggested([notification]).get(notification)
    if row is None or row.state != Suggestion.State.TAKEN:
        return None
    said = [say_suggested([notification])[notification.pk], row.reason, _("Your former wording stays in the history.")]
    return plain_letter(_("Edited: %s") % row.post.thread.title, said, _("Read it"), row.post.get_absolute_url())


def _inviter(row) -> str:
    return _("Somebody") if row.is_anonymous else row.invited_by.name


def say_invited(told):
    said = _("%(name)s asks you to answer “%(title)s”.")
    return {row.pk: said % {"name": _inviter(i), "title": i.thread.title} for row, i in _invited(told).items()}


def invited_letter(notification):
    row = _invited([notification]).get(notification)
    if row is None or row.thread.closing or row.thread.accepted_id:
        return None
    said = [_("%s thinks that you may know this. Half an answer helps too.") % _inviter(row)]
    answers = address(notification.recipient_id, "t", row.thread_id)
    return plain_letter(row.thread.title, said, _("Read the question"), row.thread.get_absolute_url(), answers)


# --- Answers by mail --------------------------------------------------------------------------------------------------
def say_mail_refused(told):
    return {row.pk: _("Your answer by mail was not taken.") for row in told}


def mail_refused_letter(notification):
    row = MailedAnswer.objects.filter(pk=notification.ref).first()
    if row is None or not row.refused:
        return None
    said = [_("Your answer by mail was not taken."), row.refused, _("Nothing of it was kept.")]
    return plain_letter(_("Your answer was not taken"), said, _("Answer on the page"), notification.url)


# --- What can be followed ---------------------------------------------------------------------------------------------
def threads(ids):
    found = Thread.objects.shown().filter(pk__in=ids)
    return {t.pk: notifications.Followed(f"thread:{t.pk}", t.title, t.get_absolute_url(), _("Thread")) for t in found}


def boards(ids):
    found = Board.objects.filter(pk__in=ids)
    return {b.pk: notifications.Followed(f"board:{b.pk}", b.name, b.get_absolute_url(), _("Board")) for b in found}


def register():
    of_posts = {
        "post_comment": _of_posts(
            lambda: _("%(name)s commented on what you wrote in “%(title)s”."),
            lambda: _("A comment: %(title)s"),
            lambda: _("Read it"),
        ),
        "post_mention": _of_posts(
            lambda: _("%(name)s named you in “%(title)s”."),
            lambda: _("You were named: %(title)s"),
            lambda: _("Read it"),
        ),
        "answer_accepted": _of_posts(
            lambda: _("Your answer solved “%(title)s”."),
            lambda: _("Your answer solved it: %(title)s"),
            lambda: _("See it"),
            kept=_is_accepted,
        ),
    }
    for name, how in of_posts.items():
        kinds.register(name, Kind(group=FORUM, **how))
    kinds.register("duplicate_proposed", Kind(group=FORUM, sentences=say_proposed, letter=proposed_letter))
    kinds.register("answer_invited", Kind(group=FORUM, sentences=say_invited, letter=invited_letter))
    kinds.register("suggestion_taken", Kind(group=FORUM, sentences=say_suggested, letter=suggested_letter))
    kinds.register(by_mail.REFUSED, Kind(group=FORUM, sentences=say_mail_refused, letter=mail_refused_letter))
    kinds.register(telling.ASKED, Kind(group=FORUM, sentences=say_asked, letter=asked_letter))
    kinds.register("answer_ageing", Kind(group=FORUM, sentences=say_ageing, letter=ageing_letter))
    kinds.register(
        telling.OPENED, Kind(group=FOLLOWS, sentences=say_opened, letter=opened_letter, levels=opened_levels)
    )
    kinds.register(
        telling.REPLIED, Kind(group=FOLLOWS, sentences=say_replied, letter=replied_letter, levels=replied_levels)
    )
    notifications.followables.register("thread", threads)
    notifications.followables.register("board", boards)
