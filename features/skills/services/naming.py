"""What a skill may be called."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.db import broken_constraint
from core.text import one_line, words
from features.accounts.services import audit
from features.skills import names, starter
from features.skills.models import FormerSlug, Skill, SkillName
from features.skills.services.finding import resolve
from features.skills.signals import skills_changed


class SkillRefused(Exception):
    """`code` is empty, comma, too_long or taken (naming), same, group, curated or cycle (merging); `skill` is the one
    that the name already means."""

    def __init__(self, code, words, skill=None):
        super().__init__(code)
        self.code, self.words, self.skill = code, words, skill


@transaction.atomic
def add_skill(*, name, synonyms=(), description="", parent=None) -> Skill:
    """A new skill with all its names, or SkillRefused when one of them is not a name or means another skill."""
    name = _checked(name)
    slug = free_slug(name, taken_slugs())
    skill = Skill.objects.create(name=name, slug=slug, description=one_line(description)[:300], parent=parent)
    for position, called in enumerate([name, *synonyms]):
        _call(skill, called, is_canonical=position == 0)
    skills_changed.send(Skill, skills=[skill.pk])
    return skill


@transaction.atomic
def add_synonym(*, skill, name, by=None) -> None:
    """People may call the skill this, too. Saying it twice changes nothing; a name of another skill is refused."""
    if skill.is_group:
        raise SkillRefused("group", _("A group has no synonyms: nobody chooses it as a skill."))
    _call(skill, name)
    skills_changed.send(Skill, skills=[skill.pk])
    if by:
        audit(by, "skill.named", f"skill:{skill.pk}")


def _call(skill, name, *, is_canonical=False):
    row = as_row(skill, _checked(name), is_canonical=is_canonical)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if broken_constraint(error) != "one_skill_per_name":
            raise
        owner = resolve(name)
        if owner != skill:
            words = _("“%(name)s” already means %(skill)s.") % {"name": row.name, "skill": owner}
            raise SkillRefused("taken", words, owner) from error


def _checked(name):
    name = one_line(name)
    if not names.key(name):
        raise SkillRefused("empty", _("A name needs at least one letter or digit."))
    if "," in name:
        raise SkillRefused("comma", _("A name has no comma: commas stand between names."))
    if max(len(name), len(words(name))) > names.LONGEST:
        raise SkillRefused("too_long", _("A name has at most %(most)d letters.") % {"most": names.LONGEST})
    return name


def as_row(skill, name, *, is_canonical=False) -> SkillName:
    return SkillName(
        skill=skill, name=name, folded=words(name), grams=names.trigrams(names.key(name)), is_canonical=is_canonical
    )


def taken_slugs() -> set[str]:
    return {*Skill.objects.values_list("slug", flat=True), *FormerSlug.objects.values_list("slug", flat=True)}


def free_slug(name: str, taken: set[str]) -> str:
    """The words of a name in ASCII, numbered where that is taken."""
    base = slugify(words(name))[:100].strip("-") or "skill"
    slug, number = base, 1
    while slug in taken or slug == "suggest":  # an address of its own
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def load_starter(*, by=None) -> int:
    """Bring in the starter set; returns how many skills are new. Running it again changes nothing, and names that the
    site has given to another skill stay there."""
    rows = SkillName.objects.select_related("skill")
    owners = {row.key: row.skill for row in rows}
    slugs = taken_slugs()
    before = len(slugs)
    entries = starter.entries()
    for group in ([e for e in entries if not e.area], [e for e in entries if e.area]):
        fresh = []
        for entry in group:
            if names.key(entry.name) not in owners:
                slug = free_slug(entry.name, slugs)
                slugs.add(slug)
                parent = owners[names.key(entry.area)] if entry.area else None
                fresh.append(Skill(name=entry.name, slug=slug, description=entry.description, parent=parent))
        Skill.objects.bulk_create(fresh)
        called = [as_row(skill, skill.name, is_canonical=True) for skill in fresh]
        owners |= {names.key(skill.name): skill for skill in fresh}
        for entry in group:
            for synonym in entry.synonyms:
                if names.key(synonym) not in owners:
                    owner = owners[names.key(synonym)] = owners[names.key(entry.name)]
                    called.append(as_row(owner, synonym))
        SkillName.objects.bulk_create(called)
        skills_changed.send(Skill, skills=sorted({row.skill_id for row in called}))
    added = len(slugs) - before
    if by and added:
        audit(by, "skill.started", "", [str(added)])
    return added
