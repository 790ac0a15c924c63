"""An answer that came by mail. Who wrote it is told by two things at once: the address, which was given to them alone,
and the sender, which is theirs."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import broken_constraint
from core.limits import RateLimited
from features.accounts.models import User
from features.forum.by_mail.addresses import Place
from features.forum.by_mail.messages import Message, above_the_quotes, read_message
from features.forum.models import LONGEST, MailedAnswer, Post, Thread
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import remark, reply
from features.notifications import services as notifications

REFUSED = "mailed_answer_refused"


class NotOurs(Exception):
    """No such mailbox: an address that was not given out, or not to this sender. The mail server says so."""


def receive(raw: bytes, *, now: datetime | None = None) -> MailedAnswer | None:
    """Write what a message says where its address leads; None for what no person sent. A message that cannot be used is
    answered by one letter that says why. Raises NotOurs."""
    now = now or timezone.now()
    message = read_message(raw)
    if message.is_automatic:
        return None
    person, place = _sender(message)
    text = above_the_quotes(message.body)  # it may take seconds: for nobody else, and outside of the transaction
    try:
        with transaction.atomic():
            row = MailedAnswer.objects.create(
                key=message.key, person=person, place=f"{place.kind}{place.number}", came_at=now
            )
            try:
                with transaction.atomic():
                    row.post = _write(message, text, person, place, now)
            except (ForumRefused, RateLimited) as refused:
                row.refused = str(getattr(refused, "words", "") or _("That was too often. Write on the page later."))[
                    :300
                ]
            row.save(update_fields=["post", "refused"])
            if row.refused:
                notifications.notify(person, REFUSED, row.pk, _page(place))
            return row
    except IntegrityError as error:
        if "key" not in broken_constraint(error):
            raise
        return MailedAnswer.objects.get(key=message.key)


def _sender(message: Message) -> tuple[User, Place]:
    place = message.place
    person = User.objects.active().filter(pk=place.person).first() if place else None
    if (
        place is None
        or person is None
        or not person.emailaddress_set.filter(email__iexact=message.sender, verified=True).exists()
    ):
        raise NotOurs
    return person, place


def _write(message: Message, text: str, person: User, place: Place, now: datetime) -> Post:
    if message.has_files:
        raise ForumRefused("files", _("It has files attached, which are not taken. Pictures can be added on the page."))
    if not text:
        raise ForumRefused("empty", _("No words of your own were found in it, above what it quotes."))
    if len(text) > (LONGEST if place.kind == "t" else 2000):
        raise ForumRefused("long", _("It is longer than what fits there."))
    if place.kind == "t":
        thread = Thread.objects.visible_to(person.pk).now_at(place.number).first()
        if thread:
            return reply(author=person, thread=thread, text=text, now=now, keeps_draft=True)
    post = Post.objects.visible_to(person.pk).filter(pk=place.number).first() if place.kind == "p" else None
    if post is None:
        raise ForumRefused("gone", _("What it answers is no longer there to be read."))
    return remark(author=person, post=post, text=text, now=now)


def _page(place: Place) -> str:
    found: Thread | Post | None = (
        Thread.objects.filter(pk=place.number).first()
        if place.kind == "t"
        else Post.objects.filter(pk=place.number).first()
    )
    return found.get_absolute_url() if found else "/forum/"
