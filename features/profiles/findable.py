"""What the site's search knows of people and of skills."""

from itertools import batched

from django.db.models import Prefetch
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy

from core.jobs import enqueue
from core.templatetags.ui import arch
from features.accounts.models import User
from features.accounts.signals import people_came_or_went
from features.discovery import services as discovery
from features.discovery.kinds import Entry, Kind, Row, kinds
from features.discovery.models import Document
from features.profiles.services import documents
from features.skills import services as skills
from features.skills.models import Origin, Skill, SkillName
from features.skills.signals import skills_changed

SKILL = "skill"
CURATED, IMPORTED = 15, 5  # as standing: what somebody here has thought about comes first
AT_ONCE = 500


def register():
    kinds.register(
        documents.KIND,
        Kind(
            label=gettext_lazy("People"), one=gettext_lazy("Person"), icon="person", order=20,
            entries=documents.entries, rows=people_rows, is_spelled=False,
        ),
    )  # fmt: skip
    kinds.register(
        SKILL,
        Kind(
            label=gettext_lazy("Skills"), one=gettext_lazy("Skill"), icon="assess", order=30, entries=all_skills,
            nearest=nearest,
        ),
    )  # fmt: skip
    post_delete.connect(person_deleted, sender=User)
    people_came_or_went.connect(standing_changed)
    skills_changed.connect(taxonomy_changed)
    post_save.connect(skill_saved, sender=Skill)


# --- People -----------------------------------------------------------------------------------------------------------
def people_rows(found, now):
    shown = User.objects.filter(pk__in=[document.ref for document in found])
    return {str(person.pk): Row(picture=arch(person, "l")) for person in shown}


def person_deleted(sender, instance, **kwargs):
    discovery.withdraw(documents.KIND, str(instance.pk))


def standing_changed(sender, people, **kwargs):
    discovery.republish(documents.KIND, [str(pk) for pk in people])


# --- Skills -----------------------------------------------------------------------------------------------------------
def all_skills(refs=None):
    """Skills and areas; of what was imported the skills alone, for its groups are nobody's word."""
    found = Skill.objects.exclude(is_group=True, origin=Origin.ESCO).order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    names = Prefetch(
        "names", SkillName.objects.order_by("-is_canonical", "pk").only("skill_id", "name", "is_canonical")
    )
    for skill in found.prefetch_related(names).iterator(chunk_size=AT_ONCE):
        names_of = [name.name for name in skill.names.all()]
        others = ", ".join(skill.synonyms())
        yield Entry(
            kind=SKILL,
            ref=str(skill.pk),
            title=skill.name,
            text="\n".join(part for part in (skill.description, others) if part),
            names=names_of,
            skills=[skill.pk],
            url=skill.get_absolute_url(),
            standing=CURATED if skill.origin == Origin.OURS else IMPORTED,
        )


def nearest(words):
    return [(skill.name, skill.get_absolute_url()) for skill in skills.suggest(words, limit=5)]


def skill_saved(sender, instance, created, **kwargs):
    if not created:  # a new one is told of when it has its names
        discovery.republish(SKILL, [str(instance.pk)])


def taxonomy_changed(sender, skills, **kwargs):
    """A skill is found at once by what it is called. What mentions it follows in a job: it may be a lot."""
    for some in batched(skills, AT_ONCE):
        discovery.republish(SKILL, [str(pk) for pk in some])
        mentioning = Document.objects.exclude(kind=SKILL).filter(skills__overlap=list(some))
        for pk in sorted({pk for row in mentioning.values_list("skills", flat=True) for pk in row} & set(some)):
            enqueue("features.discovery.tasks.say_skill_anew", pk)
