"""Answers in writing, from being asked to being answered or paid back. Whoever changes one holds its row, its order's
before that."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.limits import hit
from core.text import render_markdown
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import QUESTION_WAITS, MentorPage, Offer, WrittenReview
from features.mentoring.services.bookings import UNPAID
from features.mentoring.services.may_book import why_not_have
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.written_files import KIND, keep_file, lock_written
from features.moderation.models import Incident
from features.moderation.services import hold_pair, may_hold_pair, note_incident
from features.notifications.services import notify
from features.payments import services as payments

LEAST_LEFT = timedelta(hours=24)  # after a reply, however late the mentor had asked
REMINDED = timedelta(hours=24)
State = WrittenReview.State


# --- Asking -----------------------------------------------------------------------------------------------------------
def why_not_ask_in_writing(offer: Offer, person, now: datetime) -> MentoringRefused | None:
    """Whether this person may send work to this mentor today."""
    if offer.kind != Offer.Kind.REVIEW:
        words = _("This is time with a mentor. Choose one of its hours.")
        return MentoringRefused("not_in_writing", words, offer.get_absolute_url())
    if refused := why_not_have(offer, person, now):
        return refused
    if barred := bar(person, Ability.MESSAGE):
        return MentoringRefused("barred", barred.words, barred.url)
    waiting = WrittenReview.objects.waiting().filter(offer=offer)
    if standing := waiting.filter(mentee=person).first():
        words = _("What you sent before is not answered yet. One at a time.")
        return MentoringRefused("asked", words, standing.get_absolute_url())
    page, names = MentorPage.objects.get(pk=offer.mentor_id), {"name": offer.mentor.name}
    if page.is_away(timezone.localdate(now)):
        words = _("%(name)s is away. Come back later, or look at who else there is.")
        return MentoringRefused("away", words % names, reverse("mentors"))
    if waiting.count() >= offer.most_open:
        words = _("%(name)s has as much to answer as they take at once. Come back in some days.")
        return MentoringRefused("full", words % names, reverse("mentors"))
    return None


@transaction.atomic
def ask_in_writing(
    *, offer: Offer, person: User, question: str, work: str = "", link: str = "", upload=None, now=None
) -> WrittenReview:
    """Send work with a question. What has a price is sent once it is paid. Raises MentoringRefused, RateLimited, and
    FileRefused for what cannot be kept."""
    now = now or timezone.now()
    hold_pair(offer.mentor_id, person.pk)
    # Its row is the place in the queue: of two who ask for the last one, one gets it.
    offer = Offer.objects.select_for_update(of=("self",)).select_related("mentor").get(pk=offer.pk)
    if refused := why_not_ask_in_writing(offer, person, now):
        raise refused
    work = work.replace("\x00", "").strip()
    if not (work or link or upload):
        raise MentoringRefused("nothing_to_read", _("Add your work: as text, as a link, or as a file."))
    hit("mentorship_request", person.pk)
    made = WrittenReview.objects.create(
        offer=offer, mentor=offer.mentor, mentee=person, title=offer.title, question=question, work=work, link=link,
        price_minor=offer.price_minor, currency=offer.currency, answer_days=offer.answer_days, made_at=now,
        held_until=now + UNPAID,
    )  # fmt: skip
    if upload:
        keep_file(made, person, upload)
    line = payments.Line(
        kind=KIND, ref=str(made.pk), title=made.title, unit_minor=made.price_minor, currency=made.currency,
        seller_id=made.mentor_id,
    )  # fmt: skip
    payments.open_order(buyer=person, lines=[line], hold_until=made.held_until, now=now)
    made.refresh_from_db()
    return made


class WrittenReviewFulfilment(payments.Fulfilment):
    """What payments asks of an answer in writing."""

    def confirm(self, ref, now):
        review = WrittenReview.objects.select_for_update(of=("self",)).select_related("mentor").get(pk=ref)
        if review.state != State.UNPAID:
            return
        review.state, review.held_until, review.sent_at = State.OPEN, None, now
        review.due_at = now + timedelta(days=review.answer_days)
        review.save(update_fields=["state", "held_until", "sent_at", "due_at"])
        _tell(review.mentor, "written_review_received", review)

    def release(self, ref, now):
        WrittenReview.objects.filter(pk=ref, state=State.UNPAID).update(state=State.LAPSED, closed_at=now)

    def extend(self, ref, until):
        WrittenReview.objects.filter(pk=ref, state=State.UNPAID).update(held_until=until)

    def reseat(self, ref, now):
        """Money that came late: it is sent after all, unless that is no longer possible between these two."""
        review = WrittenReview.objects.select_related("mentor", "mentee", "offer__mentor").get(pk=ref)
        if not may_hold_pair(review.mentor_id, review.mentee_id):
            return False
        if review.state != State.LAPSED or why_not_ask_in_writing(review.offer, review.mentee, now):
            return False
        WrittenReview.objects.filter(pk=ref).update(state=State.UNPAID, closed_at=None)
        self.confirm(ref, now)
        return True

    def refunded(self, ref, now):
        """All of it went back, whoever decided that: nobody waits for an answer any more."""
        sent = WrittenReview.objects.filter(pk=ref, state__in=WrittenReview.SENT)
        sent.update(state=State.WITHDRAWN, closed_at=now)

    def thing(self, ref):
        return f"offer:{WrittenReview.objects.values_list('offer', flat=True).get(pk=ref)}"

    def delivered_at(self, ref):
        """With the answer; what is not answered is not delivered."""
        review = WrittenReview.objects.get(pk=ref)
        if review.is_sent:
            return review.due_at
        return review.closed_at if review.state == State.ANSWERED else None

    def page(self, ref):
        review = WrittenReview.objects.filter(pk=ref).first()
        return review.get_absolute_url() if review else ""


# --- Answering --------------------------------------------------------------------------------------------------------
@transaction.atomic
def answer_in_writing(*, review: WrittenReview, answer: str, now: datetime | None = None) -> WrittenReview:
    """The answer, once. Raises MentoringRefused."""
    review = _sent(review)
    if barred := bar(review.mentor, Ability.MESSAGE):
        raise MentoringRefused("barred", barred.words, barred.url)
    review.answer = answer.replace("\x00", "").strip()
    review.answer_html = render_markdown(review.answer)
    _close(review, State.ANSWERED, now or timezone.now())
    _tell(review.mentee, "written_review_answered", review)
    return review


@transaction.atomic
def ask_back(*, review: WrittenReview, question: str, now: datetime | None = None) -> None:
    """The one thing that a mentor may ask before they answer. Their clock stops meanwhile."""
    now = now or timezone.now()
    review = _sent(review)
    if review.asked:
        raise MentoringRefused("asked_before", _("You have asked once. Answer with what there is, or decline."))
    review.state, review.asked = State.ASKED, question
    review.time_left, review.due_at = (review.due_at or now) - now, now + QUESTION_WAITS
    review.save()
    _tell(review.mentee, "written_review_question", review)


@transaction.atomic
def reply_in_writing(*, review: WrittenReview, reply: str, now: datetime | None = None) -> None:
    """Back to the mentor, with the time that was left."""
    review = _sent(review)
    if review.state != State.ASKED:
        raise MentoringRefused("not_asked", _("Nothing was asked, or it is decided by now."))
    review.reply = reply
    _back_to_mentor(review, now or timezone.now())


def _back_to_mentor(review, now):
    review.state, review.due_at = State.OPEN, now + max(review.time_left, LEAST_LEFT)
    review.save()
    _tell(review.mentor, "written_review_replied", review)


@transaction.atomic
def decline_in_writing(*, review: WrittenReview, reason: str, now: datetime | None = None) -> None:
    """The mentor says no, and why; all of the money goes back."""
    now = now or timezone.now()
    review = _sent(review)
    review.reason = reason
    _give_back(review, State.DECLINED, review.mentor, now)
    _tell(review.mentee, "written_review_declined", review)


@transaction.atomic
def take_back_written(*, review: WrittenReview, is_leaving: bool = False, now: datetime | None = None) -> None:
    """By whoever asked, for all of the price until the mentor has begun; who leaves the site takes back whatever waits.
    Raises MentoringRefused."""
    now = now or timezone.now()
    if review.state == State.UNPAID:
        if order := payments.order_of(KIND, review.pk):
            payments.release(order=order, now=now)
        return
    review = _sent(review)
    if not is_leaving and review.price_minor and now > review.given_back_until:
        words = _("Your mentor has begun. You get the answer in time, or all of your money back.")
        raise MentoringRefused("too_late", words)
    _give_back(review, State.WITHDRAWN, review.mentee, now)
    _tell(review.mentor, "written_review_withdrawn", review)


@transaction.atomic
def end_written(*, waiting, by: User, words: str, now: datetime) -> None:
    """Nothing of what waits is answered any more: somebody leaves, or two are kept apart. The money goes back."""
    for review in waiting.waiting().order_by("pk"):
        if by.pk == review.mentee_id or review.state == State.UNPAID:
            take_back_written(review=review, is_leaving=True, now=now)
        else:
            decline_in_writing(review=review, reason=words, now=now)


# --- Time passes ------------------------------------------------------------------------------------------------------
def move_written_on(*, now: datetime | None = None) -> int:
    """What was not answered in time is paid back and stands on the mentor's record; a question that nobody replied to
    goes back to the mentor. One a transaction: killed halfway, the next run goes on."""
    now = now or timezone.now()
    due = WrittenReview.objects.filter(state__in=WrittenReview.SENT, due_at__lte=now)
    moved = each(list(due.order_by("due_at", "pk")), lambda review: _move_on(review, now))
    soon = WrittenReview.objects.filter(state=State.OPEN, due_at__gt=now, due_at__lte=now + REMINDED)
    for review in soon.filter(sent_at__lte=now - REMINDED).select_related("mentor"):
        _tell(review.mentor, "written_review_due", review, f":{review.due_at:%Y-%m-%dT%H:%M}")
    return moved


@transaction.atomic
def _move_on(review, now) -> bool:
    review = lock_written(review)
    if not review.is_sent or review.due_at > now:
        return False
    if review.state == State.ASKED:
        _back_to_mentor(review, now)
        return True
    missed = review.due_at
    _give_back(review, State.EXPIRED, None, now)
    note_incident(
        person=review.mentor, kind=Incident.Kind.NO_ANSWER, source=f"{KIND}:{review.pk}", happened_at=missed,
        ability=Ability.MENTOR, other=review.mentee, now=now,
    )  # fmt: skip
    for person in (review.mentor, review.mentee):
        _tell(person, "written_review_expired", review, f":{person.pk}")
    return True


# --- What they share --------------------------------------------------------------------------------------------------
def _sent(review) -> WrittenReview:
    review = lock_written(review)
    if not review.is_sent:
        raise MentoringRefused("decided", _("This is over, or not sent yet."))
    return review


def _give_back(review, state, by, now) -> None:
    _close(review, state, now)
    source = "buyer" if by and by.pk == review.mentee_id else "host_cancelled"
    payments.refund_thing(KIND, review.pk, source=source, by=by, now=now)


def _close(review, state, now) -> None:
    review.state, review.closed_at = state, now
    review.save()


def _tell(person, kind, review, suffix="") -> None:
    notify(person, kind, review.pk, review.get_absolute_url(), key=f"{kind}:{review.pk}{suffix}")
