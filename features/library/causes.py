"""A course that somebody went through to its end, as a cause of a skill."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.library import services
from features.library.models import Enrolment
from features.skills import services as skills


def tell(keys, viewer):
    """Everybody is told: a certificate is there to be shown."""
    numbers = [int(key.partition(":")[2]) for key in keys]
    enrolments = Enrolment.objects.filter(pk__in=numbers, certificate__isnull=False)
    return {
        services.source_of(enrolment.pk): skills.Told(
            _("Completed “%(title)s”") % {"title": enrolment.certificate.title},
            enrolment.certificate.get_absolute_url(),
        )
        for enrolment in enrolments.select_related("certificate")
    }


def register():
    skills.sources.register(
        services.COMPLETED,
        skills.Source(
            rule=skills.Rule(reach=2.6, weight=1),
            basis=gettext_lazy("Course"),
            words=gettext_lazy("Completed a course"),
            why=gettext_lazy("A course about the skill, every lesson of it. A higher one says more."),
            tell=tell,
        ),
    )
