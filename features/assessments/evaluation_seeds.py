"""The demo world's talks: a task that is judged in one, a talk that is over and one that is to come."""

from datetime import timedelta

from core.models import RateCounter
from features.accounts.models import User
from features.assessments import services
from features.assessments.models import Evaluation, Reading, Task
from features.skills.services import resolve_all

BRIEF = (
    "Bring a query of your own that was slow, or a plan you do not understand. We look at it together: you tell me "
    "what you see, what you would try, and why.\n\nNothing to prepare beyond that, and no trick questions."
)
RUBRIC = [
    {"key": "reading", "name": "Reading the plan", "levels": [
        {"points": 0, "words": "Names the lines"}, {"points": 1, "words": "Finds the costly one"},
        {"points": 2, "words": "Says why it is costly"}, {"points": 3, "words": "Says where the planner erred"}]},
    {"key": "trying", "name": "What to try", "levels": [
        {"points": 0, "words": "Guesses"}, {"points": 1, "words": "One good idea"},
        {"points": 2, "words": "Several, the cheapest first"}]},
]  # fmt: skip


def fill_talks(now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    if not people or Evaluation.objects.filter(examiner__is_demo=True).exists():
        return
    author = people["expert"]
    task = Task(
        author=author, skill=resolve_all({"SQL"})["SQL"], kind=Task.Kind.LIVE, title="Read a plan with me", brief=BRIEF,
        minutes=30, pass_level=3, room_url="https://meet.example.org/plans",
    )  # fmt: skip
    services.save_task(task=task, criteria=RUBRIC, by=author)
    strangers = [person for person in people.values() if services.why_not_book(task, person, now) is None]
    for person, at in zip(strangers, (now - timedelta(days=9), now), strict=False):
        free = services.free_times(task=task, person=person, now=at)
        if not free:
            return
        work = services.book_evaluation(
            task=task, person=person, starts_at=free[0][0], note="The plan of our nightly report.", now=at
        )
        if at < now:
            services.judge(
                reading=Reading.objects.get(submission=work),
                scores={"reading": 2, "trying": 2},
                comments={"reading": "You saw at once which line to look at. Ask next what it expected."},
                overall="Sound, and honest about what you did not know.",
                now=free[0][1] + timedelta(hours=1),
            )
    ids = "|".join(str(person.pk) for person in people.values())
    RateCounter.objects.filter(key__regex=rf"^submission:({ids})$").delete()
