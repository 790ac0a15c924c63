"""What the site's search knows of mentors."""

from django.db.models.signals import post_save
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.ui import arch
from features.accounts.models import User
from features.accounts.signals import people_came_or_went
from features.discovery import services as discovery
from features.discovery.kinds import Entry, Kind, Row, kinds
from features.mentoring.models import MentorPage

KIND = "mentor"


def register():
    label, one = gettext_lazy("Mentors"), gettext_lazy("Mentor")
    kinds.register(
        KIND,
        Kind(
            label=label, one=one, icon="mentors", order=17, page="mentors", entries=entries, rows=rows, is_spelled=False
        ),
    )
    people_came_or_went.connect(mentors_came_or_went)
    post_save.connect(person_changed, sender=User, dispatch_uid="mentors by name")


def publish(pk: int) -> None:
    discovery.republish(KIND, [str(pk)])


def entries(refs=None):
    found = MentorPage.objects.shown().order_by("pk").select_related("person").prefetch_related("topics__names")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for page in found.iterator(chunk_size=500):
        topics = sorted(page.topics.all(), key=lambda skill: skill.pk)
        yield Entry(
            kind=KIND,
            ref=str(page.pk),
            title=page.person.name,
            text="\n".join(part for part in (page.person.headline, page.about) if part),
            names=[name.name for skill in topics for name in sorted(skill.names.all(), key=lambda name: name.pk)],
            skills=[skill.pk for skill in topics],
            url=page.get_absolute_url(),
        )


def rows(documents, now):
    pages = MentorPage.objects.filter(pk__in=[document.ref for document in documents]).select_related("person")
    return {
        str(page.pk): Row(
            picture=arch(page.person, "l"),
            by=page.person.headline,
            facts=[_("Takes people") if page.has_room(now.date()) else _("Full at the moment")],
        )
        for page in pages
    }


def mentors_came_or_went(sender, people, **kwargs):
    discovery.republish(KIND, [str(pk) for pk in people])


def person_changed(sender, instance, created, update_fields, **kwargs):
    if created or (update_fields is not None and not {"name", "handle", "headline"} & set(update_fields)):
        return
    if MentorPage.objects.filter(pk=instance.pk).exists():
        publish(instance.pk)
