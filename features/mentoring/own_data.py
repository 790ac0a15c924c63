"""What this feature knows about a person, for export and erasure."""

from django.db.models import Q

from features.accounts.personal_data import PersonalData, personal_data
from features.mentoring.models import (
    Cohort,
    CohortMember,
    CohortPair,
    Dirty,
    Dismissal,
    MatchList,
    MatchRun,
    MatchWish,
    MentorPage,
    MentorPrice,
)  # fmt: skip


def export_matching(person) -> dict:
    topics = MentorPage.topics.through.objects.filter(mentorpage=person.pk).order_by("pk")
    lists = MatchList.objects.filter(mentee=person, run__state=MatchRun.State.CURRENT)
    dismissed = Dismissal.objects.filter(mentee=person).order_by("pk")
    return {
        "mentor_page": list(MentorPage.objects.filter(person=person).values()),
        "mentor_topics": list(topics.values("skill__name")),
        "match_wish": list(MatchWish.objects.filter(person=person).values("minutes", "budget", "updated_at")),
        "match_lists": list(lists.values("mentors", "scores", "made_at")),
        "match_prices": list(MentorPrice.objects.filter(mentor=person).order_by("pk").values("price", "exposure")),
        "match_marks": list(Dirty.objects.filter(person=person).values("why", "at")),
        "dismissals": list(dismissed.values("mentor_id", "until", "at")),
        "cohorts": list(CohortMember.objects.filter(person=person).order_by("pk").values("cohort__name", "places")),
        "cohorts_made": list(Cohort.objects.filter(made_by=person).order_by("pk").values("name", "made_at")),
        "cohort_pairs": list(
            CohortPair.objects.filter(Q(mentee=person) | Q(mentor=person))
            .order_by("pk")
            .values("cohort_id", "mentee_id", "mentor_id")
        ),
        "dismissed_by": Dismissal.objects.filter(mentor=person).count(),
    }


def erase_matching(person) -> None:
    MentorPage.objects.filter(person=person).delete()
    MatchWish.objects.filter(person=person).delete()
    MatchList.objects.filter(mentee=person).delete()
    MentorPrice.objects.filter(mentor=person).delete()
    Dirty.objects.filter(person=person).delete()
    CohortMember.objects.filter(person=person).delete()
    CohortPair.objects.filter(Q(mentee=person) | Q(mentor=person)).delete()
    Dismissal.objects.filter(Q(mentee=person) | Q(mentor=person)).delete()


def register():
    personal_data.register("matching", PersonalData(export=export_matching, erase=erase_matching))
