"""What the permission table needs of mentors: the expert's page, and what the guest does not want to see."""

from features.mentoring import services
from features.mentoring.models import Cohort, MentorPage
from features.skills.models import Goal


def add_mentors(world) -> None:
    expert, guest, host = (world.people[name] for name in ("expert", "guest", "host"))
    for person in (expert, host):
        if MentorPage.objects.filter(person=person).exists():
            continue
        services.save_mentor_page(page=MentorPage(person=person, capacity=2), topics=[world.skill])
    Goal.objects.create(person=guest, skill=world.skill, level=4, reason="canary-goal-of-the-guest")
    services.dismiss(mentee=guest, mentor=host, for_good=True)
    world.cohort = services.save_cohort(cohort=Cohort(name="Canary group"), by=world.people["organiser"])
    services.add_to_cohort(cohort=world.cohort, handles=[expert.handle], places=2)
    services.add_to_cohort(cohort=world.cohort, handles=[guest.handle])
    services.pin(cohort=world.cohort, mentee=guest, mentor=expert)  # who has asked already is not drawn
    services.draw_cohort(cohort=world.cohort)
    people = [world.people[name] for name in ("unverified", "suspended")]
    world.apart = services.keep_two_apart(people=people, by=world.people["organiser"], reason="canary-reason-of-staff")
