"""Letters and sentences about answers in writing, built when they are sent."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.mentoring.letters import clock
from features.mentoring.models import WrittenReview
from features.mentoring.relationship_letters import REQUESTS, Said, kind_of
from features.notifications.kinds import kinds

State = WrittenReview.State


def _due(review, person):
    return [_("There is time until %(when)s.") % {"when": clock(review.due_at, person)}]


def _open(review, person):
    return review.waits_for_mentor


def _money(review, person):
    """What an end without an answer means for the money."""
    back = review.price_minor and person.pk == review.mentee_id
    return [_("You get back all that you paid.")] if back else []


KINDS = {
    "written_review_received": Said(
        REQUESTS,
        gettext_lazy("%(mentee)s sent you work to answer in writing"),
        gettext_lazy("%(mentee)s sent you their work and asks: “%(goal)s”"),
        gettext_lazy("Read and answer"),
        _open,
        _due,
    ),
    "written_review_due": Said(
        REQUESTS,
        gettext_lazy("%(mentee)s waits for your answer in writing"),
        gettext_lazy("You have promised an answer to “%(goal)s”. What is late is paid back."),
        gettext_lazy("Answer"),
        _open,
        _due,
    ),
    "written_review_replied": Said(
        REQUESTS,
        gettext_lazy("It is your turn again with the work of %(mentee)s"),
        gettext_lazy("You asked %(mentee)s something about “%(goal)s”. Answer with what is there now."),
        gettext_lazy("Read and answer"),
        _open,
        _due,
    ),
    "written_review_question": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s asks you something about your work"),
        gettext_lazy("%(mentor)s wants to know something before they answer."),
        gettext_lazy("Reply"),
        lambda review, person: review.state == State.ASKED,
        lambda review, person: [f"“{review.asked}”", *_due(review, person)],
    ),
    "written_review_answered": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s answered: %(goal)s"),
        gettext_lazy("%(mentor)s read your work and answered in writing."),
        gettext_lazy("Read the answer"),
    ),
    "written_review_declined": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s does not answer: %(goal)s"),
        gettext_lazy("%(mentor)s said no, and why:"),
        gettext_lazy("See what you sent"),
        more=lambda review, person: [f"“{review.reason}”", *_money(review, person)],
    ),
    "written_review_withdrawn": Said(
        REQUESTS,
        gettext_lazy("%(mentee)s no longer waits for your answer in writing"),
        gettext_lazy("“%(goal)s” was taken back. There is nothing to answer any more."),
        gettext_lazy("See it"),
    ),
    "written_review_expired": Said(
        REQUESTS,
        gettext_lazy("Not answered in time: %(goal)s"),
        gettext_lazy("%(mentor)s did not answer %(mentee)s in writing within the time that was promised."),
        gettext_lazy("See it"),
        more=_money,
    ),
}


def register():
    for name, said in KINDS.items():
        kinds.register(name, kind_of(WrittenReview, said))
