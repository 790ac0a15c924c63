"""What becomes of works and of those who read them when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Obstacle, Part, columns, parts
from features.library.models import Certificate, Enrolment


def obstacles(staying, merged):
    both = Enrolment.objects.filter(person=merged, work__in=Enrolment.objects.filter(person=staying).values("work"))
    if Certificate.objects.filter(enrolment__in=both).exists():
        words = _("Both accounts are in one course, and the one to be merged has its certificate: merge the other way.")
        yield Obstacle("certificate", words)


def register():
    words = {"Work.author": _("Articles and courses written"), "Enrolment.person": _("Articles and courses begun")}
    ruled = columns(
        "library", words, move="Work.author Work.removed_by Certificate.revoked_by", keep="Enrolment.person"
    )
    parts.register("library", Part(ruled, obstacles=obstacles))
