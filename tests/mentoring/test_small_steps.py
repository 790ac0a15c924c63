"""What a small step reads does not grow with how many people there are: no whole table, nobody who changed before."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone

from features.accounts.models import RoleGrant, User
from features.mentoring import services
from features.mentoring.models import Block, MatchRun, MentorPage
from features.mentoring.services import matching
from features.mentoring.services.relisting import bring_up_to_date
from tests.mentoring.test_lists import world  # noqa: F401

pytestmark = pytest.mark.django_db
TABLES = ("accounts_user", "accounts_rolegrant", "mentoring_mentorpage", "mentoring_block")


def rows_read() -> int:
    """By this transaction so far, of the tables that hold everybody, by index or without."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)", [list(TABLES)],
        )  # fmt: skip
        return int(cursor.fetchone()[0])


def many_more(count=400):
    """Mentors who have nothing to do with anybody, and pairs that are kept apart."""
    people = [
        User(email=f"more-{n}@example.org", name=f"More {n}", handle=f"more-{n}", is_active=True) for n in range(count)
    ]
    User.objects.bulk_create(people)
    RoleGrant.objects.bulk_create([RoleGrant(person=person, role="expert") for person in people])
    pages = [MentorPage(person=person, relisted_at=timezone.now() - timedelta(days=9)) for person in people]
    MentorPage.objects.bulk_create(pages)
    Block.objects.bulk_create([Block(person=one, blocked=other) for one, other in pairwise(people)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user, accounts_rolegrant, mentoring_mentorpage, mentoring_block")


def step(person) -> int:
    run, before = MatchRun.objects.get(state="current"), rows_read()
    bring_up_to_date(run, [person.pk], matching.skills_of([person.pk]), timezone.now())
    return rows_read() - before


def test_a_changed_mentor_and_a_changed_mentee_cost_as_much_among_many_as_among_few(world):  # noqa: F811
    mentor, mentee = world.mentors[0], world.mentees[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # small tables are read whole by anybody's plan
    for person in (mentee, mentor):  # everybody is read once
        step(person)
    few = [step(mentee), step(mentor), step(mentee)]
    many_more()
    many = [step(mentee), step(mentor), step(mentee)]
    assert max(many) < max(few) + 100
    assert services.differing(share=1) == []


def test_who_changed_before_is_not_read_again(world, django_assert_max_num_queries):  # noqa: F811
    mentee = world.mentees[0]
    step(mentee)
    for mentor in world.mentors[:4]:
        step(mentor)
    step(mentee)
    with django_assert_max_num_queries(26):
        step(mentee)
