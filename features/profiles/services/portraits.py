"""What somebody sees of a person, read in a fixed number of queries. Page, JSON, search and résumé are made of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from features.accounts.models import User
from features.calendar.models import WeeklyHours
from features.skills import services as skills
from features.skills.models import (
    Achievement,
    Block,
    Certification,
    Education,
    Goal,
    PersonSkill,
    Profile,
    ProfileLink,
    Project,
    SpokenLanguage,
    Work,
)
from features.skills.services import SkillStanding


@dataclass(frozen=True)
class Portrait:
    """Empty is what the viewer may not see, and what there is nothing of: nothing tells one from the other."""

    person: User
    place: str = ""
    about: str = ""
    email: str = ""
    phone: str = ""
    skills: list[PersonSkill] = field(default_factory=list)
    evidence: list[SkillStanding] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    education: list[Education] = field(default_factory=list)
    certifications: list[Certification] = field(default_factory=list)
    achievements: list[Achievement] = field(default_factory=list)
    languages: list[SpokenLanguage] = field(default_factory=list)
    links: list[ProfileLink] = field(default_factory=list)
    availability: list[WeeklyHours] = field(default_factory=list)

    @property
    def is_telling(self) -> bool:
        """Whether there is enough of it to read."""
        return bool(self.about or self.skills or self.work or self.projects or self.education)

    def sentences(self) -> Iterator[str]:
        """Everything in it that has words, for a search."""
        yield from (self.person.headline, self.place, self.about)
        yield from (claim.skill.name for claim in self.skills)
        for goal in self.goals:
            yield f"{goal.skill.name} {goal.reason}"
        for work in self.work:
            yield from (work.position_held, work.organisation, work.place, work.summary, work.highlights)
        for project in self.projects:
            yield from (project.name, project.summary, project.highlights)
        for education in self.education:
            yield from (education.institution, education.degree, education.area, education.courses)
        for certification in self.certifications:
            yield from (certification.name, certification.issuer)
        for achievement in self.achievements:
            yield from (achievement.title, achievement.awarder, achievement.summary)
        yield from (language.name for language in self.languages)
        yield from (link.label for link in self.links)


LISTS = {
    Block.SKILLS: PersonSkill.objects.select_related("skill"),
    Block.GOALS: Goal.objects.select_related("skill"),
    Block.WORK: Work.objects.all(),
    Block.PROJECTS: Project.objects.select_related("picture"),
    Block.EDUCATION: Education.objects.all(),
    Block.CERTIFICATIONS: Certification.objects.all(),
    Block.ACHIEVEMENTS: Achievement.objects.all(),
    Block.LANGUAGES: SpokenLanguage.objects.all(),
    Block.LINKS: ProfileLink.objects.all(),
    Block.AVAILABILITY: WeeklyHours.objects.all(),
}


def portrait(person: User, blocks: Collection[str]) -> Portrait:
    """Ask `visible_blocks` which blocks to show."""
    found: dict[str, Any] = {
        block.value: list(rows.filter(person=person)) for block, rows in LISTS.items() if block in blocks
    }
    profile = Profile.objects.filter(person=person).first() or Profile(person=person)
    if Block.SKILLS in blocks:
        found["evidence"] = skills.skill_levels(person)
    if Block.ABOUT in blocks:
        found |= {"place": profile.place, "about": profile.about}
    if Block.PHONE in blocks:
        found["phone"] = profile.phone
    if Block.EMAIL in blocks:
        found["email"] = person.email
    return Portrait(person, **found)
