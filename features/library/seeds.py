"""The demo world's library: `demo_works.toml` says what is written, here it comes true around the time `now`, through
the services. A price is put on the rows themselves: it is to be seen also where nothing can be bought."""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from core.models import RateCounter
from features.accounts.models import User
from features.library import services
from features.library.models import Work
from features.skills.services import resolve_all

WORLD = Path(__file__).with_name("demo_works.toml")
FACTS = ("kind", "title", "outcome", "level", "about")


@transaction.atomic
def fill(now):
    if Work.objects.filter(author__is_demo=True).exists():
        return
    entries = tomllib.loads(WORLD.read_text("utf-8"))["work"]
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    wanted = {name for entry in entries for name in entry["skills"]}
    skills = resolve_all(wanted)
    if unknown := wanted - skills.keys():
        raise LookupError(f"The starter set does not know: {', '.join(sorted(unknown))}")
    for entry in entries:
        _write(entry, people[entry["by"]], [skills[name] for name in entry["skills"]], now)
    _read(people, now)
    ids = "|".join(str(person.pk) for person in people.values())
    RateCounter.objects.filter(key__regex=rf"^work_publish:({ids})$").delete()


def _write(entry, author, skills, now):
    at = now - timedelta(days=entry["days"])
    data = {name: entry[name] for name in FACTS} | {"language": "en"}
    work = services.save_work(author=author, data=data, skills=skills, now=at)
    first = work.lessons.select_related("work", "section").get()
    if work.is_course:
        _lessons(entry, work, first, at)
    else:
        services.save_lesson(lesson=first, data={}, text=entry["text"], video_url="", now=at)
    if not entry.get("draft"):
        services.publish(work=work, by=author, now=at)
        Work.objects.filter(pk=work.pk).update(price_minor=entry.get("price", 0))
        services.index(work)


def _lessons(entry, work, first, at):
    for place, part in enumerate(entry["section"]):
        section = first.section if place == 0 else services.add_section(work=work, title=part["title"])
        if place == 0 and part["title"]:
            services.rename_section(section=section, title=part["title"])
        for number, told in enumerate(part["lesson"]):
            is_first = place == number == 0
            lesson = first if is_first else services.add_lesson(section=section, title=told["title"])
            columns = {"is_draft": False, **{name: told[name] for name in told.keys() - {"text"}}}
            services.save_lesson(lesson=lesson, data=columns, text=told["text"], video_url="", now=at)


def _read(people, now):
    """The learner is in the middle of a course, somebody else came to its end."""
    course = Work.objects.filter(author=people["expert"], kind=Work.Kind.COURSE).get()
    lessons = list(course.lessons.in_order().select_related("work__author"))
    readers = [person for key, person in people.items() if key not in ("expert", "mentor", "moderator", "organiser")]
    for person, count, days in zip(readers, (2, 5, 5, 3), (12, 40, 30, 20), strict=False):
        begun = now - timedelta(days=days)
        services.begin(work=course, person=person, now=begun)
        for number, lesson in enumerate(lessons[:count]):
            services.mark_done(lesson=lesson, person=person, now=begun + timedelta(days=2 * number))
