"""Whether a host came, where two sides say different things: a moderator reads both, and what was seen."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import numbers
from features.moderation.services import Act, ModerationRefused, Subject, Thing, acts, subjects
from features.sessions import services
from features.sessions.models import HostAbsence, Registration

KIND = "host_absence"


def things(refs):
    rows = HostAbsence.objects.filter(pk__in=numbers(refs)).select_related("session__host")
    rows = rows.prefetch_related("voices__registration__person", "voices__registration__attendance")
    return {str(row.pk): _thing(row) for row in rows}


def _thing(absence) -> Thing:
    session = absence.session
    return Thing(
        kind=KIND,
        ref=str(absence.pk),
        title=_("Did %(host)s come to “%(title)s”?") % {"host": session.host.name, "title": session.title},
        url=session.get_absolute_url(),
        author=session.host,
        state="shown",
        html=_both_sides(absence),
        at=absence.opened_at,
        row=absence,
    )


def _both_sides(absence):
    host = absence.session.host.name
    lines = []
    for voice in sorted(absence.voices.all(), key=lambda voice: voice.said_at):
        seat = voice.registration
        said = _("The host was there.") if voice.came else _("The host did not come.")
        seen = seat.attendance.get_source_display() if hasattr(seat, "attendance") else _("Nobody saw them")
        lines.append((f"{seat.person.name} ({seen})", said, voice.words))
    answer = _("%(said)s.") % {"said": absence.get_answer_display()} if absence.answer else _("No answer.")
    lines.append((host, answer, absence.answer_words))
    seats = Registration.objects.confirmed().filter(session=absence.session)
    seen = _("%(seen)d of %(all)d people with a seat were seen there.") % {
        "seen": seats.present().count(), "all": seats.count()
    }  # fmt: skip
    told = format_html_join("", "<p><strong>{}</strong>: {} {}</p>", lines)
    return format_html("{}<p>{}</p>", told, seen)


def _decides(came):
    def do(by, thing, given, now):
        try:
            services.decide_absence(absence=thing.row, came=came, by=by, now=now)
        except services.AbsenceRefused as refused:
            raise ModerationRefused(refused.code, refused.words) from refused
        return {}

    return do


def _is_open(thing):
    return thing.kind == KIND and thing.row.decided_at is None


def register():
    about = {"fits": _is_open, "is_everywhere": True, "agrees": True}
    acts.register(
        "host_absent",
        Act(
            label=gettext_lazy("The host did not come"),
            effect=gettext_lazy("Everybody gets back what they paid, and it stands on the host's record"),
            said=gettext_lazy("decided that the host did not come: %(what)s"),
            icon="close",
            do=_decides(came=False),
            is_danger=True,
            **about,
        ),
    )
    acts.register(
        "host_came",
        Act(
            label=gettext_lazy("The host came"),
            effect=gettext_lazy("Nothing is paid back, and whoever said otherwise is told"),
            said=gettext_lazy("decided that the host came: %(what)s"),
            icon="check",
            do=_decides(came=True),
            **about,
        ),
    )
    subjects.register(
        KIND,
        Subject(
            label=gettext_lazy("whether a host came"),
            things=things,
            acts=("host_absent", "host_came"),
            needs_act=True,
        ),
    )
