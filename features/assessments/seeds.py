"""The demo world's assessments: two banks that come in as files, as an author would bring them, and tests that its
people have taken, each answer given by the ability that the person is made up with."""

from datetime import timedelta
from pathlib import Path
from random import Random

from django.db import transaction

from core.models import RateCounter
from features.accounts.models import User
from features.assessments import ability, services
from features.assessments.models import Bank, Item, ItemParameter, ItemReview, Reading, Task
from features.assessments.models.banks import Stage
from features.assessments.scoring import guessing
from features.skills.services import resolve_all

HERE = Path(__file__).parent
BANKS = (
    ("SQL", "SQL at work", "expert", "demo_sql.csv", Stage.OPEN,
     "Joins, grouping, windows, plans and changing data: what you meet in a week with a relational database."),
    ("Negotiation", "Negotiation, before and at the table", "mentor", "demo_negotiation.gift", Stage.BETA,
     "Preparing, talking and settling, in small scenes. We are still finding out how hard the questions are."),
)  # fmt: skip
# Who took what: ability, days ago.
TAKEN = (("learner", -0.9, 120), ("learner", -0.1, 24), ("hana", 0.3, 40), ("leila", -1.2, 12), ("moderator", 1.3, 70))


@transaction.atomic
def fill(now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    if not people or Bank.objects.filter(author__is_demo=True).exists():
        return
    known = resolve_all({bank[0] for bank in BANKS})
    for skill, title, author, file, stage, about in BANKS:
        bank = Bank(skill=known[skill], author=people[author], title=title, about=about, most=18, minutes=40)
        services.save_bank(bank=bank, by=bank.author)
        services.import_items(bank=bank, by=bank.author, name=file, content=(HERE / file).read_bytes())
        reader = next(person for key, person in people.items() if key in ("expert", "mentor") and key != author)
        for item in Item.objects.filter(bank=bank).select_related("bank__author"):
            services.review_item(item=item, by=reader, verdict=ItemReview.Verdict.GOOD)
        if stage == Stage.OPEN:
            _calibrate(bank)
        services.set_stage(bank=bank, stage=stage, by=bank.author)
        bank.refresh_from_db()
        for key, theta, days in TAKEN if stage == Stage.OPEN else TAKEN[2:4]:
            _sit(bank, people[key], theta, now - timedelta(days=days, hours=2))
    _work(people, known["SQL"], now)
    ids = "|".join(str(person.pk) for person in people.values())
    RateCounter.objects.filter(key__regex=rf"^(assessment|submission):({ids})$").delete()


def _calibrate(bank):
    """Parameters brought along, as from a year of another site."""
    found = {}
    for item in Item.objects.filter(bank=bank, is_practice=False).select_related("current").order_by("pk"):
        chance = Random(item.key)  # noqa: S311 - the same world every time
        found[item.current_id] = {
            "model": ItemParameter.Model.TWO,
            "a": round(chance.uniform(1.1, 1.9), 2),
            "b": round((item.band - 3) * 0.9 + chance.uniform(-0.35, 0.35), 2),
            "c": guessing(item.current.kind, item.current.content),
            "error": 0.14,
            "people": 412,
        }
    services.keep_parameters(bank=bank, method="given", found=found, people=412, note="brought along with the bank")
    bank.refresh_from_db()


RUBRIC = [
    {"key": "cause", "name": "The cause", "levels": [
        {"points": 0, "words": "Guessed"}, {"points": 1, "words": "Named, without a plan that shows it"},
        {"points": 2, "words": "Shown in the plan"}, {"points": 3, "words": "Shown, and the cause behind it too"}]},
    {"key": "change", "name": "The change", "levels": [
        {"points": 0, "words": "Makes it slower, or wrong"}, {"points": 1, "words": "Faster by luck"},
        {"points": 2, "words": "Fits the cause"}, {"points": 3, "words": "Fits, and nothing smaller would do"}]},
    {"key": "telling", "name": "How it is told", "levels": [
        {"points": 0, "words": "Nobody could repeat it"}, {"points": 1, "words": "Before and after, with numbers"},
        {"points": 2, "words": "With what was tried and did not help"}]},
]  # fmt: skip
BRIEF = (
    "Take a slow report of your own work. Find out why it is slow, make it faster, and tell a colleague how.\n\n"
    "Hand in the query and its plan before and after, and half a page of words. Take names of customers out."
)
REPORT = (
    "The report of late parcels took **40 seconds**. The plan read the whole table of events for each parcel.\n\n"
    "An index on `(parcel_id, happened_at)` brought it to 2 seconds. I first tried one on `happened_at` alone, "
    "which the planner did not use, and I do not quite know why."
)


def _work(people, skill, now):
    """One task, one work of the learner's that was read and answered, and one that waits."""
    author, learner = people["expert"], people["learner"]
    task = Task(author=author, skill=skill, title="A report made faster", brief=BRIEF)
    services.save_task(task=task, criteria=RUBRIC, by=author)
    at = now - timedelta(days=11, hours=3)
    work = services.submit(task=task, person=learner, text=REPORT, done_on=(at - timedelta(days=2)).date(), now=at)
    until = at + timedelta(hours=8)
    reading = Reading.objects.create(submission=work, reader=author, role=Reading.Role.EXPERT, leased_until=until)
    services.judge(
        reading=reading,
        scores={"cause": 2, "change": 2, "telling": 1},
        comments={
            "cause": "The before and after is exactly what a colleague needs.",
            "change": "You chose the right index but explained it by luck: say why the order of its columns matters.",
        },
        overall="One more look at why the first index was not used, and this is somebody who can teach it.",
        now=at + timedelta(hours=5),
    )
    services.answer_feedback(reading=reading, answer=Reading.Answer.USEFUL, now=at + timedelta(days=1))
    services.submit(task=task, person=people["hana"], text="A query for contracts that end soon. " + REPORT, now=now)


def _sit(bank, person, theta, at):
    chance = Random(f"{bank.title} {person.email} {at:%j}")  # noqa: S311
    attempt = services.begin(bank=bank, person=person, now=at)
    while row := services.current(attempt=attempt):
        at += timedelta(seconds=chance.randint(20, 90))
        knows = chance.random() < ability.chance(row.as_item, theta)
        services.answer(attempt=attempt, position=row.position, given=_answer(row.version, knows, chance), now=at)


def _answer(version, knows, chance):
    """The right answer, or a wrong one, or none."""
    content = version.content
    options = content.get("options", [])
    match version.kind:
        case "numeric":
            return [str(content["value"])] if knows else [str(content["value"] + 3)]
        case "short":
            return [content["accepted"][0]] if knows else []
        case "ordering":
            order = [str(n) for n in range(len(options))]
            return order if knows else order[::-1]
    right = [str(n) for n, option in enumerate(options) if option["is_right"]]
    wrong = [str(n) for n, option in enumerate(options) if not option["is_right"]]
    return right if knows else [chance.choice(wrong)] if chance.random() < 0.8 else []
