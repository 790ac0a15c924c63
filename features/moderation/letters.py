"""What is said about decisions on people: the sentence of the inbox, the letter, and who gets which.

Whoever is suspended reads no inbox, and letters of notices are withheld from them; so theirs go the way of a job.
"""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import mail
from core.jobs import enqueue
from core.seo import absolute
from core.templatetags.ui import local, words
from features.moderation.links import page_of
from features.moderation.models import ActAppeal, Entry, ExpertApplication, RoleMark, Sanction, Step, SupportView
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.notifications.services import notify

TEMPLATE = "moderation/email/letter"
GROUP = Group(
    key="decisions",
    label=gettext_lazy("Decisions about you"),
    why=gettext_lazy("What is decided about you or your account is always told."),
)


# --- Telling ----------------------------------------------------------------------------------------------------------
def tell(kind: str, sanction: Sanction) -> None:
    """Tell a person about a sanction, whether or not they can log in."""
    if sanction.person.is_active:
        notify(sanction.person, kind, sanction.pk, page_of(sanction))
    else:
        enqueue("features.moderation.tasks.send_sanction_letter", f"{kind}:{sanction.pk}", key=f"{kind}:{sanction.pk}")


def send(kind: str, sanction_id: int) -> None:
    """The letter to somebody who cannot log in. When it is no longer true there is none."""
    sanction = Sanction.objects.select_related("person").get(pk=sanction_id)
    letter = SANCTIONS[kind][1](sanction)
    if letter:
        mail.send(sanction.person, letter.template, letter.context, message_id=f"{kind}-{sanction_id}")


def tell_step(step: Step) -> None:
    kind = f"application_{step.kind}"
    notify(step.application.person, kind, step.pk, reverse("expert_application"))


def tell_mark(kind: str, mark: RoleMark) -> None:
    notify(mark.person, kind, mark.pk, reverse("role_marks"))


def tell_act(kind: str, entry: Entry, person) -> None:
    """Whoever wrote it is told what was done to it, and why."""
    if person.is_active:
        notify(person, kind, entry.pk, reverse("moderation_entry", args=[entry.undoes_id or entry.pk]))


def tell_act_appeal(appeal: ActAppeal) -> None:
    notify(appeal.person, "act_appeal_decided", appeal.pk, reverse("moderation_entry", args=[appeal.entry_id]))


def tell_support_view(view: SupportView) -> None:
    if view.person.is_active:
        notify(view.person, "support_view", view.pk, reverse("own_support_views"))


# --- Sanctions --------------------------------------------------------------------------------------------------------
def _imposed(sanction):
    if not sanction.is_in_force():
        return None
    said = [_("The reason: “%(reason)s”") % {"reason": sanction.reason}, sanction.meaning(), _until(sanction)]
    said.append(_("You can object once, for as long as it holds. Somebody else than whoever decided reads it."))
    return _letter(_subject(sanction), said, (_("See it, or object"), absolute(page_of(sanction))))


def _until(sanction):
    if not sanction.ends_at:
        return _("It is in force until it is lifted.")
    return _("It ends by itself on %(when)s.") % {"when": _clock(sanction.ends_at, sanction.person)}


def _lifted(sanction):
    said = [_("It was lifted: “%(reason)s”") % {"reason": sanction.lifting_reason}]
    return _letter(_("Lifted: %(what)s") % {"what": sanction.what()}, said, (_("Go to the site"), absolute("/")))


def _ended(sanction):
    said = [_("Its time is over, so it has ended. Nothing is left to do.")]
    return _letter(_("Ended: %(what)s") % {"what": sanction.what()}, said, (_("Go to the site"), absolute("/")))


def _decided(sanction):
    appeal = sanction.appeal
    said = [
        _("Somebody else than whoever gave it has read your appeal. %(outcome)s.")
        % {"outcome": appeal.get_outcome_display()},
        f"“{appeal.answer}”",
    ]
    said += [_until(sanction)] if sanction.is_in_force() else []
    return _letter(_("Your appeal was decided"), said, (_("See it"), absolute(page_of(sanction))))


def _subject(sanction):
    return _("Decided about your account: %(what)s") % {"what": sanction.what()}


SANCTIONS = {
    "sanction_imposed": (_subject, _imposed),
    "sanction_lifted": (lambda s: _("Lifted: %(what)s") % {"what": s.what()}, _lifted),
    "sanction_ended": (lambda s: _("Ended: %(what)s") % {"what": s.what()}, _ended),
    "appeal_decided": (lambda s: _("Your appeal was decided."), _decided),
}


# --- Applications -----------------------------------------------------------------------------------------------------
def _received(step):
    said = [_("Somebody who knows the field reads it, usually within a week. You can still withdraw it.")]
    return _about_application(_("Your application to teach is here"), said)


def _asked(step):
    if step.application.state != ExpertApplication.State.ASKED:
        return None
    said = [_("Before a decision somebody asks:"), f"“{step.words}”"]
    return _about_application(_("A question about your application"), said, _("Answer it"))


def _approved(step):
    said = [_("You are an expert here now: you can publish sessions."), *([f"“{step.words}”"] if step.words else [])]
    link = (_("Write your first session"), absolute(reverse("session_new")))
    return _letter(_("You may teach here"), said, link)


def _declined(step):
    said = [_("Your application was declined:"), f"“{step.words}”"]
    if again := step.application.may_apply_again_at:
        when = {"when": _clock(again, step.application.person)}
        said.append(_("You can apply again from %(when)s. What you wrote is kept: change what was missing.") % when)
    return _about_application(_("Your application was declined"), said)


def _about_application(subject, said, label=""):
    return _letter(subject, said, (label or _("See your application"), absolute(reverse("expert_application"))))


STEPS = {
    "application_received": (lambda s: _("Your application to teach was received."), _received),
    "application_asked": (lambda s: _("There is a question about your application to teach."), _asked),
    "application_approved": (lambda s: _("You are an expert now and may publish sessions."), _approved),
    "application_declined": (lambda s: _("Your application to teach was declined."), _declined),
}


# --- Marks ------------------------------------------------------------------------------------------------------------
def _about_mark(subject, then=""):
    def letter(mark):
        said = [_("The reason: “%(reason)s”") % {"reason": mark.reason}] if mark.reason else []
        said += [_("It stands on your page, with who checked it and when.")] if mark.is_in_force() else []
        said += [str(then)] if then else []
        link = (_("See your marks"), absolute(reverse("role_marks")))
        return _letter(subject(mark), said, link)

    return subject, letter


SHOWN_BY = gettext_lazy("You can ask again, with a page that shows it.")
MARKS = {
    "mark_granted": _about_mark(lambda m: _("Your mark “%(mark)s” was granted.") % {"mark": m}),
    "mark_declined": _about_mark(lambda m: _("Your mark “%(mark)s” was not granted.") % {"mark": m}, SHOWN_BY),
    "mark_revoked": _about_mark(lambda m: _("Your mark “%(mark)s” was taken back.") % {"mark": m}, SHOWN_BY),
}


# --- What was done to somebody's words --------------------------------------------------------------------------------
ACT_SAID = {
    "hide": gettext_lazy("Hidden until you edit it: %(what)s"),
    "flagged": gettext_lazy("Hidden because members reported it: %(what)s"),
    "remove": gettext_lazy("Removed: %(what)s"),
    "show": gettext_lazy("Shown to everybody: %(what)s"),
    "warn": gettext_lazy("A word from a moderator about what you wrote: %(what)s"),
    "silence": gettext_lazy("You cannot write for a while, because of what you wrote: %(what)s"),
    "suspend": gettext_lazy("You cannot log in for a while, because of what you wrote: %(what)s"),
}


def _what(entry):
    from features.moderation.services import said_of, thing

    found = thing(entry.key)
    said = ACT_SAID.get(entry.act)
    title = found.title if found else entry.key
    if said:
        return str(said) % {"what": title}
    return _("A moderator %(did)s: %(what)s") % {"did": said_of(entry.act, entry.kind), "what": title}


def _act_done(entry):
    from features.moderation.services import next_steps

    if hasattr(entry, "undone_by"):
        return None
    said = [_("The reason: %(reason)s.") % {"reason": entry.get_reason_display()}]
    said += [f"“{entry.words}”"] if entry.words else []
    said += next_steps(entry)
    if entry.act not in ("show", "silence", "suspend"):
        said.append(_("You can object once, for as long as it stands. Somebody else than whoever did it reads it."))
    return _letter(_what(entry), said, (_("See it"), absolute(reverse("moderation_entry", args=[entry.pk]))))


def _act_undone(entry):
    said = [_("It is as it was before. Nothing is left to do.")] + ([f"“{entry.words}”"] if entry.words else [])
    link = (_("See it"), absolute(reverse("moderation_entry", args=[entry.undoes_id])))
    return _letter(_("What a moderator did was taken back"), said, link)


def _act_appeal_decided(appeal):
    from features.moderation.services import next_steps, why_not_back

    left = why_not_back(appeal)
    outcome = _("You were right") if left else appeal.get_outcome_display()
    said = [
        _("Somebody else than whoever acted has read your objection. %(outcome)s.") % {"outcome": outcome},
        f"“{appeal.answer}”",
    ]
    said += [left] if left else []
    said += next_steps(appeal.entry) if appeal.outcome == ActAppeal.Outcome.UPHELD else []
    link = (_("See it"), absolute(reverse("moderation_entry", args=[appeal.entry_id])))
    return _letter(_("Your objection was decided"), said, link)


ACTS = {
    "act_done": (_what, _act_done),
    "act_undone": (lambda e: _("What a moderator did was taken back."), _act_undone),
}
ACT_APPEALS = {"act_appeal_decided": (lambda a: _("Your objection was decided."), _act_appeal_decided)}


# --- An organiser saw the site as somebody ----------------------------------------------------------------------------
def _viewed(view):
    begun, ended = (
        words(local(at, view.person.time_zone), shape)
        for at, shape in ((view.begun_at, "full"), (view.ended_at, "time"))
    )
    said = [
        _("%(name)s, an organiser, saw the site as you see it from %(begun)s to %(ended)s.")
        % {"name": view.by.name if view.by else _("Somebody"), "begun": begun, "ended": ended},
        _("Why: %(cause)s. “%(reason)s”") % {"cause": view.get_cause_display(), "reason": view.reason},
        _("Nothing could be changed, and your messages, notes, keys and earnings stayed closed."),
        _("You can say that you do not want this."),
    ]
    return _letter(
        _viewed_in_short(view), said, (_("See all of them, or say no"), absolute(reverse("own_support_views")))
    )


def _viewed_in_short(_view):
    return _("An organiser saw the site as you, to help or to look into something.")


VIEWS = {"support_view": (_viewed_in_short, _viewed)}


# --- What they share --------------------------------------------------------------------------------------------------
def register_kinds():
    for table, said in (
        (Sanction.objects.select_related("person"), SANCTIONS),
        (Step.objects.select_related("application__person"), STEPS),
        (RoleMark.objects.select_related("person"), MARKS),
        (Entry.objects.select_related("undone_by"), ACTS),
        (ActAppeal.objects.select_related("entry"), ACT_APPEALS),
        (SupportView.objects.select_related("person", "by"), VIEWS),
    ):
        for name, (sentence, letter) in said.items():
            kinds.register(name, Kind(letter=_finding(table, letter), sentences=_saying(table, sentence), group=GROUP))


def _finding(table, letter):
    return lambda notification: letter(row) if (row := table.filter(pk=notification.ref).first()) else None


def _saying(table, sentence):
    def sentences(notifications):
        rows = table.in_bulk([int(notification.ref) for notification in notifications])
        return {n.pk: str(sentence(rows[int(n.ref)])) for n in notifications if int(n.ref) in rows}

    return sentences


def _clock(moment, person):
    return words(local(moment, person.time_zone), "full")


def _letter(subject, said, link):
    return Letter(template=TEMPLATE, context={"subject": subject, "paragraphs": said, "link": link})
