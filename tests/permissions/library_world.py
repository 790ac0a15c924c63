"""What the permission table needs of the library: a free course, one with a price that the guest has, and the host's
own drafts."""

from django.core.files.uploadedfile import SimpleUploadedFile

from features.library import services
from features.library.models import LessonContent, Work
from features.payments import services as payments

PAID = "Canary text that only buyers read"
DRAFT = "Canary course that is not public yet"


def add_library(world) -> None:
    expert, guest, host = (world.people[name] for name in ("expert", "guest", "host"))

    def write(author, title, kind="course", lessons=2):
        data = {"kind": kind, "title": title, "outcome": "Know where to look.", "about": "", "level": 2}
        work = services.save_work(author=author, data=data | {"language": "en"}, skills=[world.skill])
        made = [work.lessons.get()]
        made += [services.add_lesson(section=made[0].section, title=f"Lesson {n + 2}") for n in range(lessons - 1)]
        for lesson in made:
            columns = {"is_draft": False, "title": f"Of {title}"} if kind == "course" else {}
            services.save_lesson(lesson=lesson, data=columns, text="Read this.", video_url="")
        return work, made

    world.work, world.lessons = write(expert, "Plans for everybody")
    services.publish(work=world.work, by=expert)
    for lesson in world.lessons:
        services.mark_done(lesson=lesson, person=guest)
    world.certificate = guest.enrolments.get().certificate
    world.paid_work, world.paid_lessons = write(expert, "Plans for some")
    services.publish(work=world.paid_work, by=expert)
    Work.objects.filter(pk=world.paid_work.pk).update(price_minor=4500)
    LessonContent.objects.filter(lesson__work=world.paid_work).update(text=PAID, html=PAID)
    upload = SimpleUploadedFile("plans.csv", b"id,plan\n1,Seq Scan\n")
    world.paid_file = services.add_file(lesson=world.paid_lessons[0], upload=upload).file
    services.index(world.paid_work)
    payments.entitle(person=guest, key=world.paid_work.key, source="purchase", ref="line:0")
    world.draft_work, world.draft_lessons = write(host, DRAFT)
    world.draft_file = services.add_file(
        lesson=world.draft_lessons[0], upload=SimpleUploadedFile("draft.txt", b"Not yet.")
    )
    world.removed_work, _ = write(host, "Thrown away as well", lessons=1)
    services.throw_away(work=world.removed_work, by=host)
