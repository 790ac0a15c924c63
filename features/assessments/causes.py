"""Results as causes of a skill: they measure, where other causes only count."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.assessments import services
from features.assessments.models import Attempt, Submission
from features.skills import services as skills


def tell_assessed(keys, viewer):
    """That there was a test is told to everybody; its result opens for its owner alone."""
    numbers = [int(key.partition(":")[2]) for key in keys]
    attempts = Attempt.objects.filter(pk__in=numbers).select_related("bank")
    viewer_id = getattr(viewer, "pk", None)
    return {
        attempt.source: skills.Told(
            _("“%(title)s”, taken under a clock") % {"title": attempt.bank.title},
            attempt.get_absolute_url() if attempt.person_id == viewer_id else "",
        )
        for attempt in attempts
    }


def tell_reviewed(keys, viewer):
    numbers = [int(key.partition(":")[2]) for key in keys]
    works = Submission.objects.filter(pk__in=numbers).select_related("task")
    viewer_id = getattr(viewer, "pk", None)
    return {
        work.source: skills.Told(
            _("Work for “%(title)s”, judged by %(who)s")
            % {"title": work.task.title, "who": _("experts") if work.basis == "expert" else _("others")},
            work.get_absolute_url() if work.person_id == viewer_id else "",
        )
        for work in works
    }


def register():
    skills.sources.register(
        services.REVIEWED,
        skills.Source(
            rule=skills.Rule(reach=5, weight=6),
            basis=gettext_lazy("Work reviewed"),
            words=gettext_lazy("Had work judged"),
            why=gettext_lazy(
                "Work that others judged by a rubric, with how severe each reader is taken out. It counts from when it "
                "was done."
            ),
            tell=tell_reviewed,
        ),
    )
    skills.sources.register(
        services.ASSESSED,
        skills.Source(
            rule=skills.Rule(reach=5, weight=6),
            basis=gettext_lazy("Assessed"),
            words=gettext_lazy("Took an assessment"),
            why=gettext_lazy(
                "A test whose questions are calibrated. It measures the level, with its doubt; what is newer and more "
                "precise weighs more."
            ),
            tell=tell_assessed,
        ),
    )
