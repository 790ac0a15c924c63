from datetime import timedelta

import pytest
from django.utils import timezone

from features.assessments import services
from features.assessments.models import Bank, Item, ItemVersion, Reading, Task
from features.assessments.models.banks import Stage
from features.skills import services as skills
from tests.factories import make_skill, make_user

AREAS = ("Plans", "Joins", "Types")


@pytest.fixture(scope="module")
def skill(kept):
    return make_skill("PostgreSQL", synonyms=["Postgres"])


@pytest.fixture(scope="module")
def author(kept):
    return make_user("Amara Okonjo", role="expert")


@pytest.fixture(scope="module")
def reader(kept):
    return make_user("Joaquín Batista", role="expert")


@pytest.fixture(scope="module")
def bank(author, reader, skill):
    return make_bank(author, reader, skill)


def prove(person, skill):
    """Their skill is on record."""
    skills.record_evidence(
        person=person, skill=skill, kind="assessed", strength=0.7, happened_at=timezone.now(), source=f"x:{person.pk}",
        measured=4.2, error=0.3,
    )  # fmt: skip
    return person


def make_bank(author, reader, skill, *, items=40, stage=Stage.OPEN, calibrated=True, **rules):
    """A bank whose items are right with option 0, spread over three areas and all difficulties."""
    facts = {"title": "Postgres at work", "about": "Plans and joins", "most": 12, "minutes": 30} | rules
    bank = services.save_bank(bank=Bank(skill=skill, author=author, **facts), by=author)
    rows = [
        Item(bank=bank, key=f"q{n}", area=AREAS[n % 3], band=1 + n % 5, state=Item.State.LIVE) for n in range(items)
    ]
    Item.objects.bulk_create(rows)  # as `write` and a second expert would leave them, at once: many tests need a bank
    versions = []
    for n, item in enumerate(rows):
        said = words(n)
        facts = {"kind": "single", "text": said["text"], "html": said["text"], "explanation": said["explanation"]}
        content = {"options": [option | {"html": option["text"]} for option in said["content"]["options"]]}
        versions.append(ItemVersion(item=item, number=1, content=content, digest=str(n), made_by=author, **facts))
    ItemVersion.objects.bulk_create(versions)
    for item, version in zip(rows, versions, strict=True):
        item.current = version
    Item.objects.bulk_update(rows, ["current"])
    found = {
        version.pk: {
            "model": "2pl", "a": 1.2 + 0.02 * (n % 20), "b": round(-2 + 4 * n / items, 2), "c": 0.2, "error": 0.2,
            "people": 300,
        }
        for n, version in enumerate(versions)
    }  # fmt: skip
    if calibrated:
        services.keep_parameters(bank=bank, method="given", found=found, people=300)
    bank.refresh_from_db()
    return services.set_stage(bank=bank, stage=stage, by=author) if stage != Stage.DRAFT else bank


def words(n) -> dict:
    options = [("Right", "It is."), ("Wrong", "Not this one."), ("Neither", ""), ("Never", "")]
    return {
        "key": f"q{n}",
        "kind": "single",
        "text": f"What is answer number {n}?",
        "content": {
            "options": [
                {"text": f"{text} {n}", "is_right": text == "Right", "explanation": reason} for text, reason in options
            ]
        },
        "explanation": "<p>Because of <strong>this</strong>.</p>",
        "area": AREAS[n % 3],
        "band": 1 + n % 5,
    }


def write(bank, author, n, **facts) -> Item:
    item, _is_new = services.write_item(bank=bank, by=author, **words(n) | facts)
    item.refresh_from_db()
    return item


def sit(bank, person, knows=lambda row: True, now=None, most=99):
    """A whole test; `knows(row)` says whether an answer is right."""
    attempt = services.begin(bank=bank, person=person, now=now)
    while (row := services.current(attempt=attempt)) and row.position <= most:
        given = ["0"] if knows(row) else ["1"]
        attempt = services.answer(attempt=attempt, position=row.position, given=given, now=now)
    attempt.refresh_from_db()
    return attempt


# --- Work that is judged --------------------------------------------------------------------------------------------
CRITERIA = [
    {"key": "cause", "name": "Cause", "levels": [{"points": n, "words": f"Level {n}"} for n in range(5)]},
]


def make_task(author, skill, *, criteria=None, **facts) -> Task:
    said = {"title": "A report made faster", "brief": "Make a slow report fast, and **say why**."} | facts
    return services.save_task(task=Task(author=author, skill=skill, **said), criteria=criteria or CRITERIA, by=author)


def take(work, reader, role="expert") -> Reading:
    """The lease that the queue would give."""
    until = timezone.now() + timedelta(hours=8)
    return Reading.objects.create(submission=work, reader=reader, role=role, leased_until=until)


def read(work, reader, scores, *, role="expert", now=None) -> Reading:
    """A judgement by a reader who has taken the work."""
    return services.judge(
        reading=take(work, reader, role), scores=scores, comments={"cause": "Say more."}, overall="", now=now
    )
