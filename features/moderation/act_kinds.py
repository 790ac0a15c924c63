"""Acts that are the same for every kind of thing: out of sight and back, and what concerns the person behind it."""

from datetime import timedelta

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from features.moderation.models import Sanction
from features.moderation.services import Act, ModerationRefused, SanctionRefused, acts, impose, lift, subjects

OF_PEOPLE = ("warn", "silence", "suspend")
DAYS = [(1, _("1 day")), (3, _("3 days")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]


class LengthForm(forms.Form):
    days = forms.TypedChoiceField(label=_("For how long"), choices=DAYS, coerce=int, initial=7)


# --- Out of sight and back --------------------------------------------------------------------------------------------
def _into(state):
    def do(by, thing, given, now):
        return subjects[thing.kind].set_state(thing, state, now)

    return do


def _back(before, thing, by, now):
    subjects[thing.kind].restore(before, thing, now)


def _can(into, *states):
    def fits(thing):
        subject = subjects[thing.kind]
        return subject.set_state is not None and into in subject.states and thing.state in states

    return fits


# --- The person -------------------------------------------------------------------------------------------------------
def _has_author(thing):
    return thing.author is not None and thing.author.is_active


def _warn(by, thing, given, now):
    return {}


def _sanction(kind):
    def do(by, thing, given, now):
        ends_at = now + timedelta(days=given["days"])
        # Whoever is suspended reads no other message of it.
        about = str(_("About “%(title)s”")) % {"title": Truncator(thing.title).chars(60)}
        reason = Truncator(f"{about}: {given['why']}").chars(500)
        try:
            made = impose(by=by, person=thing.author, kind=kind, reason=reason, ends_at=ends_at, now=now)
        except SanctionRefused as refused:
            raise ModerationRefused(refused.code, str(refused)) from refused
        return {"sanction": made.pk}

    return do


def _lift(before, thing, by, now):
    sanction = Sanction.objects.select_related("person").get(pk=before["sanction"])
    try:
        lift(by=by, sanction=sanction, reason=str(_("It was a mistake.")), now=now)
    except SanctionRefused as refused:
        raise ModerationRefused(refused.code, str(refused)) from refused


def _act(name, label, effect, said, **facts):
    acts.register(name, Act(label=label, effect=effect, said=said, **facts))


def _register_states():
    facts = {"undo": _back, "on_many": True}
    # By the site itself, when enough members have reported something.
    _act(
        "flagged", _("Out of sight until a moderator has looked"), _("Enough members reported it"), "",
        do=lambda by, thing, given, now: {}, undo=_back, leaves=("held", "hidden"), fits=lambda thing: False,
    )  # fmt: skip
    _act(
        "hide", _("Hide until it is edited"),
        _("Its author is told why; editing shows it again, from the second time on when a moderator has looked"),
        _("hid %(what)s until it is edited"), icon="lock", do=_into("held"), agrees=True, leaves=("held",),
        fits=_can("held", "shown", "workshop"), **facts,
    )  # fmt: skip
    _act(
        "remove", _("Remove"), _("Nobody reads it any more; who reported it was right"), _("removed %(what)s"),
        then=_("Nobody else reads it any more. It is kept: if you object and are right, it is shown as it was."),
        icon="close", do=_into("hidden"), agrees=True, is_danger=True, leaves=("hidden",),
        fits=_can("hidden", "shown", "held", "workshop"), **facts,
    )  # fmt: skip
    _act(
        "show", _("Show it again"), _("Everybody reads it; its author is told"), _("put %(what)s back"),
        icon="check", do=_into("shown"), leaves=("shown",), fits=_can("shown", "held", "hidden"), **facts,
    )  # fmt: skip


def _register_people():
    facts = {"fits": _has_author, "agrees": True, "concerns": _("The author")}
    _act(
        "warn", _("Warn the author"), _("A private message with your reason; nothing else changes"),
        _("warned the author of %(what)s"), icon="mail", do=_warn,
        then=_("Nothing else was done, and it stands as it was. Change it where you can, and keep to it from now on."),
        **facts,
    )  # fmt: skip
    for name, kind, icon, label, effect, said in (
        (
            "silence", "silence", "lock", _("Silence the author"),
            _("May read and take part, but not write, for a while"), _("silenced the author of %(what)s"),
        ),
        (
            "suspend", "suspension", "exit", _("Suspend the author"),
            _("Cannot log in for a while; their page is hidden"), _("suspended the author of %(what)s"),
        ),
    ):  # fmt: skip
        _act(
            name, label, effect, said, icon=icon, do=_sanction(kind), undo=_lift, form=LengthForm,
            is_danger=True, is_everywhere=True,
            then=_("What it takes from you, until when, and how to object stands with the decision on your account."),
            **facts,
        )  # fmt: skip


def register():
    _register_states()
    _register_people()
