import pytest

from features.library import services
from features.library.models import LessonContent, Work
from features.payments import services as payments

CANARY = "canary-zeisig-4711"
SOUGHT = "buchfink"  # stands beside it: an answer to a search repeats what was sought


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media"), "base_url": None},
        }
    }


def write(author, skill, *, lessons=("First", "Second", "Third"), published=True, price_minor=0, **facts) -> Work:
    """A course, or an article, with a text in each lesson. A price is put on the row: there may be nobody to pay."""
    data = {
        "kind": "course",
        "title": "Reading a query plan",
        "outcome": "Say which line of a plan costs the most.",
        "about": "What **everybody** reads.",
        "level": 2,
        "language": "en",
    } | facts
    work = services.save_work(author=author, data=data, skills=[skill])
    made = [work.lessons.get()]
    if work.is_course:
        made += [services.add_lesson(section=made[0].section, title=title) for title in lessons[1:]]
    for lesson, title in zip(made, lessons, strict=False):
        columns = {"title": title, "is_draft": False} if work.is_course else {}
        services.save_lesson(lesson=lesson, data=columns, text=f"The text of *{title}*.", video_url="")
    if published:
        services.publish(work=work, by=author)
    Work.objects.filter(pk=work.pk).update(price_minor=price_minor)
    work = Work.objects.select_related("author").get(pk=work.pk)
    services.index(work)
    return work


def lessons_of(work):
    return list(work.lessons.there().in_order().select_related("work__author"))


def hide(lesson, word=CANARY):
    """A word that stands in the lesson and nowhere else."""
    LessonContent.objects.filter(lesson=lesson).update(
        text=f"{SOUGHT} {word}", html=f"<p>{SOUGHT} {word}</p>", video_url=f"https://video.example.org/{word}"
    )


def buy(person, work):
    return payments.entitle(person=person, key=work.key, source="purchase", ref=f"test:{work.pk}")


@pytest.fixture(scope="module")
def course(expert, skill):
    return write(expert, skill)


@pytest.fixture(scope="module")
def paid_course(expert, skill):
    return write(expert, skill, price_minor=4500, title="Query plans, the long way")
