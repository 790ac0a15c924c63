"""What this feature knows about a person, for export and erasure."""

from django.utils.translation import gettext as _

from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.library.models import Certificate, Enrolment, LessonContent, LessonFile, Work
from features.library.services import index, take_off_the_list
from features.moderation.services import facts


def export(person) -> dict:
    written = Work.objects.filter(author=person).order_by("pk")
    begun = Enrolment.objects.filter(person=person).order_by("pk")
    certificates = Certificate.objects.filter(enrolment__person=person).order_by("pk")
    files = LessonFile.objects.filter(lesson__work__author=person).order_by("pk")
    lessons = LessonContent.objects.filter(lesson__work__author=person).order_by("pk")
    return {
        "works": list(written.values("title", "kind", "outcome", "about", "created_at", "published_at", "price_minor")),
        "lessons": list(
            lessons.values("lesson__work__title", "lesson__section__title", "lesson__title", "text", "video_url")
        ),
        "files": list(files.values("lesson__title", "file__title")),
        "begun": list(begun.values("work__title", "started_at", "completed_at")),
        "lessons_done": list(
            begun.filter(progress__isnull=False).values("work__title", "progress__lesson__title", "progress__done_at")
        ),
        "certificates": [
            {"number": row.number, **{name: getattr(row, name) for name in ("holder", "title", "issued_at", "code")}}
            for row in certificates
        ],
    }


def leave(person) -> None:
    """Nobody begins or buys it any more; who has it keeps it."""
    for work in _listed(person):
        take_off_the_list(work=work)


def foretell(person) -> Foretold:
    words = _("Articles and courses taken off the list; whoever has bought or begun one keeps it")
    return Foretold(at_once=[(words, _listed(person).count())])


def _listed(person):
    return Work.objects.filter(author=person, published_at__isnull=False, withdrawn_at=None, removed_at=None)


def erase(person) -> None:
    """How far somebody came goes, with their certificates. What they wrote is taken off the list; others may have paid
    for it, so it stays for those, without the name: that goes with the account."""
    Enrolment.objects.filter(person=person).delete()
    Work.objects.filter(author=person, published_at=None).delete()
    leave(person)
    for work in Work.objects.filter(author=person):
        index(work)


def numbers(person) -> list[tuple[str, int]]:
    """For whoever decides on a person."""
    return [(_("Articles and courses"), Work.objects.filter(author=person, published_at__isnull=False).count())]


def register():
    personal_data.register("library", PersonalData(export=export, erase=erase, leave=leave, foretell=foretell))
    facts.register("library", numbers)
