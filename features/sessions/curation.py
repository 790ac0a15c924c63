"""Sessions and reviews as things that members report and moderators decide on."""

from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.moderation.services import Subject, Thing, subjects
from features.sessions import services
from features.sessions.models import Review, SkillSession


# --- Sessions ---------------------------------------------------------------------------------------------------------
def _session(session) -> Thing:
    return Thing(
        kind="session",
        ref=str(session.pk),
        title=session.title,
        url=session.get_absolute_url(),
        author=session.host,
        state="removed" if session.removed_at else "shown",
        html=session.description_html or linebreaks(session.outcome, autoescape=True),
        at=session.published_at,
        row=session,
    )


def _sessions():
    return SkillSession.objects.filter(published_at__isnull=False).select_related("host")


def session_things(refs):
    return {str(session.pk): _session(session) for session in _sessions().filter(pk__in=numbers(refs))}


def session_shown_to(person, ref):
    return SkillSession.objects.visible_to(person.pk).filter(pk=ref, published_at__isnull=False).exists()


def sessions_by(person):
    return [_session(session) for session in _sessions().filter(host=person).order_by("-published_at")[:5]]


# --- Reviews ----------------------------------------------------------------------------------------------------------
def _review(review) -> Thing:
    registration = review.registration
    return Thing(
        kind="review",
        ref=str(review.pk),
        title=str(_("Review of: %(title)s")) % {"title": registration.session.title},
        url=registration.session.get_absolute_url(),
        author=registration.person,
        state="hidden" if review.removed_at else "shown",
        html=linebreaks(review.words, autoescape=True),
        at=review.written_at,
        row=review,
    )


def _reviews():
    return Review.objects.select_related("registration__session__host", "registration__person")


def review_things(refs):
    return {str(review.pk): _review(review) for review in _reviews().filter(pk__in=numbers(refs))}


def review_shown_to(person, ref):
    return Review.objects.shown().filter(pk=ref).exists()


def reviews_by(person):
    return [_review(review) for review in _reviews().filter(registration__person=person).order_by("-pk")[:5]]


def set_review(thing, state, now):
    return services.set_review_removed(review=thing.row, removed=state != "shown", now=now)


def restore_review(before, thing, now):
    services.set_review_removed(review=thing.row, removed=before["state"] != "shown", now=now or timezone.now())


def register():
    subjects.register(
        "session",
        Subject(label=_("a session"), things=session_things, shown_to=session_shown_to, by_person=sessions_by),
    )
    subjects.register(
        "review",
        Subject(
            label=_("a review"),
            things=review_things,
            shown_to=review_shown_to,
            acts=("remove", "show"),
            states=frozenset({"shown", "hidden"}),
            set_state=set_review,
            restore=restore_review,
            by_person=reviews_by,
        ),
    )
