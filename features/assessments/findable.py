"""What the site's search knows of assessments."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import without_marks
from features.assessments.models import Bank, Task
from features.discovery.kinds import Entry, Kind, Row, kinds

KIND = "assessment"


def register():
    one = gettext_lazy("Assessment")
    kinds.register(
        KIND, Kind(label=gettext_lazy("Assessments"), one=one, icon="assess", order=25, entries=entries, rows=rows)
    )
    label = gettext_lazy("Work to hand in")
    kinds.register("task", Kind(label=label, one=label, icon="edit", order=26, entries=task_entries))


def entries(refs=None):
    found = Bank.objects.offered().order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for bank in found.select_related("skill").prefetch_related("skill__names").iterator(chunk_size=500):
        yield Entry(
            kind=KIND,
            ref=str(bank.pk),
            title=bank.title,
            text=bank.about,
            names=[name.name for name in sorted(bank.skill.names.all(), key=lambda name: name.pk)],
            skills=[bank.skill_id],
            url=bank.get_absolute_url(),
        )


def task_entries(refs=None):
    found = Task.objects.filter(is_open=True).order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for task in found.select_related("skill").prefetch_related("skill__names").iterator(chunk_size=500):
        yield Entry(
            kind="task",
            ref=str(task.pk),
            title=task.title,
            text=without_marks(task.html),
            names=[name.name for name in sorted(task.skill.names.all(), key=lambda name: name.pk)],
            skills=[task.skill_id],
            url=task.get_absolute_url(),
        )


def rows(documents, now):
    banks = Bank.objects.filter(pk__in=[document.ref for document in documents]).select_related("author", "skill")
    return {
        str(bank.pk): Row(
            by=bank.author.name,
            facts=[
                bank.skill.name,
                _("At most %(n)d questions, %(minutes)d minutes") % {"n": bank.most, "minutes": bank.minutes},
                *([_("Beta: without a score")] if bank.is_beta else []),
            ],
        )
        for bank in banks
    }
