"""What this feature knows about a person, for export and erasure."""

from django.db.models import Q
from django.utils import timezone

from features.moderation import services
from features.moderation.models import (
    AccountMerge,
    ActAppeal,
    Appeal,
    Case,
    Entry,
    ExpertApplication,
    Flag,
    Incident,
    IncidentAppeal,
    Note,
    RoleMark,
    Sanction,
    Step,
    SupportRefusal,
    SupportView,
)


def export(person) -> dict:
    """Without the notes among moderators and who reported what: they are about how the site is run, and speak of
    others."""
    told = ("kind", "ability", "scope", "reason", "starts_at", "ends_at", "lifted_at", "lifting_reason")
    written = ("state", "plan", "evidence", "links", "agreed_at", "received_at", "decided_at", "may_apply_again_at")
    marks = ("kind", "name", "link", "words", "scope", "asked_at", "granted_at", "ends_at", "revoked_at", "reason")
    appeals = Appeal.objects.filter(sanction__person=person).order_by("pk")
    steps = Step.objects.filter(application__person=person).order_by("pk")
    taught = ExpertApplication.skills.through.objects.filter(expertapplication__person=person).order_by("pk")
    done = Entry.objects.filter(person=person).order_by("pk")
    objections = ActAppeal.objects.filter(person=person).order_by("pk")
    missed = Incident.objects.filter(person=person).order_by("pk")
    sides = IncidentAppeal.objects.filter(incident__person=person).order_by("pk")
    cases = Case.objects.filter(person=person).order_by("pk")
    merges = AccountMerge.objects.filter(Q(staying=person) | Q(merged=person)).order_by("pk")
    views = SupportView.objects.filter(person=person).order_by("pk")
    return {
        "reports": list(Flag.objects.filter(person=person).order_by("pk").values("reason", "words", "flagged_at")),
        "decisions_about_words": list(done.values("act", "kind", "ref", "reason", "words", "done_at")),
        "missed_appointments": list(missed.values("kind", "source", "happened_at", "excused_at")),
        "sides_told": list(sides.values("words", "filed_at", "outcome", "answer", "decided_at")),
        "objections": list(objections.values("words", "filed_at", "outcome", "answer", "decided_at")),
        "cases": list(cases.values("kind", "ref", "cause", "opened_at", "outcome", "decided_at")),
        "notes_written": list(Note.objects.filter(by=person).order_by("pk").values("words", "written_at")),
        "sanctions": list(Sanction.objects.filter(person=person).order_by("pk").values(*told)),
        "appeals": list(appeals.values("words", "filed_at", "outcome", "answer", "decided_at")),
        "expert_applications": list(ExpertApplication.objects.filter(person=person).order_by("pk").values(*written)),
        "expert_application_skills": list(taught.values("skill__name")),
        "expert_application_steps": list(steps.values("kind", "words", "happened_at")),
        "support_views": list(views.values("cause", "reason", "begun_at", "ended_at")),
        "accounts_merged": list(merges.values("handle", "reason", "counts", "merged_at")),
        "no_support_views": list(SupportRefusal.objects.filter(person=person).values("since")),
        "role_marks": list(RoleMark.objects.filter(person=person).order_by("pk").values(*marks)),
    }


def leave(person) -> None:
    """Nobody reads on an application of somebody who is not there; a draft waits for whoever comes back."""
    for application in ExpertApplication.objects.undecided().filter(person=person).exclude(state="draft"):
        services.withdraw(application=application)


def erase(person) -> None:
    """A closed account is held by nothing, and what was written goes; that somebody decided stays in the audit log."""
    now = timezone.now()
    Appeal.objects.filter(sanction__person=person).delete()
    Sanction.objects.filter(person=person, lifted_at=None).update(lifted_at=now, lifting_reason="—", end_told_at=now)
    Sanction.objects.filter(person=person).update(reason="—", note="", lifting_reason="—")
    Incident.objects.filter(person=person).delete()
    ExpertApplication.objects.filter(person=person).delete()
    RoleMark.objects.filter(person=person).delete()
    ActAppeal.objects.filter(person=person).delete()
    Note.objects.filter(person=person).delete()
    SupportView.objects.filter(person=person).delete()
    SupportRefusal.objects.filter(person=person).delete()
    AccountMerge.objects.filter(Q(staying=person) | Q(merged=person)).update(reason="—", handle="")
    Flag.objects.filter(person=person).update(words="")
    # Of the log stay what was done and why; words that may be about the person go (the trigger lets these).
    Entry.objects.filter(person=person).update(words="", person=None)
    Entry.objects.filter(by=person).update(by=None)
