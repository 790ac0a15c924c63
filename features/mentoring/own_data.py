"""What this feature knows about a person, for export and erasure."""

from features.accounts.personal_data import PersonalData, personal_data
from features.mentoring.models import MentorPage


def export_page(person) -> dict:
    topics = MentorPage.topics.through.objects.filter(mentorpage=person.pk).order_by("pk")
    return {
        "mentor_page": list(MentorPage.objects.filter(person=person).values()),
        "mentor_topics": list(topics.values("skill__name")),
    }


def erase_page(person) -> None:
    MentorPage.objects.filter(person=person).delete()


def register():
    personal_data.register("mentor_page", PersonalData(export=export_page, erase=erase_page))
