from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from features.accounts.personal_data import export_all, personal_data
from features.calendar import services
from features.calendar.models import TimeClaim
from features.calendar.services import TimeTaken
from tests import factories

SIX = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


def at(minutes):
    return SIX + timedelta(minutes=minutes)


@pytest.mark.django_db
class TestClaim:
    def test_keeps_a_stretch_of_a_persons_time(self, expert):
        services.claim(expert, at(0), at(90), "session", "41")
        claim = TimeClaim.objects.get()
        assert (claim.during.lower, claim.during.upper) == (at(0), at(90))

    @pytest.mark.parametrize(("start", "end"), [(0, 90), (-30, 1), (89, 120), (30, 60), (-30, 200)])
    def test_nobody_is_in_two_places_and_the_refusal_says_what_and_when(self, expert, start, end):
        services.claim(expert, at(0), at(90), "session", "41")
        with pytest.raises(TimeTaken) as taken:
            services.claim(expert, at(start), at(end), "mentoring", "7")
        assert (taken.value.kind, taken.value.ref) == ("session", "41")
        assert (taken.value.starts_at, taken.value.ends_at) == (at(0), at(90))
        assert TimeClaim.objects.count() == 1

    def test_one_may_end_when_the_next_begins_and_other_people_are_free(self, expert, outsider):
        services.claim(expert, at(0), at(90), "session", "41")
        services.claim(expert, at(90), at(120), "session", "42")
        services.claim(expert, at(-30), at(0), "session", "43")
        services.claim(outsider, at(0), at(90), "session", "44")
        assert TimeClaim.objects.count() == 4

    def test_a_thing_moves_its_own_claim_even_onto_itself(self, expert):
        services.claim(expert, at(0), at(90), "session", "41")
        services.claim(expert, at(30), at(120), "session", "41")
        assert TimeClaim.objects.get().during.upper == at(120)

    def test_a_move_that_is_refused_keeps_what_there_was(self, expert):
        services.claim(expert, at(0), at(60), "session", "41")
        services.claim(expert, at(60), at(90), "session", "42")
        with pytest.raises(TimeTaken) as taken:
            services.claim(expert, at(30), at(120), "session", "41")
        assert taken.value.ref == "42"
        assert TimeClaim.objects.get(ref="41").during.lower == at(0)

    def test_a_refusal_leaves_the_callers_transaction_alive(self, expert):
        services.claim(expert, at(0), at(60), "session", "41")
        with transaction.atomic(), pytest.raises(TimeTaken):
            services.claim(expert, at(0), at(60), "session", "42")
        services.claim(expert, at(60), at(90), "session", "43")

    def test_a_claim_without_length_is_refused_by_the_database(self, expert):
        with pytest.raises(IntegrityError, match="claim_has_a_start_and_an_end"), transaction.atomic():
            services.claim(expert, at(0), at(0), "session", "41")


@pytest.mark.django_db
class TestRelease:
    def test_gives_back_what_a_thing_claimed_of_everybody_or_of_one(self, expert, outsider):
        for person in (expert, outsider):
            services.claim(person, at(0), at(60), "session", "41")
            services.claim(person, at(60), at(90), "session", "42")
        assert services.release("session", "41") == 2
        assert services.release("session", "42", person=expert) == 1
        assert services.release("session", "42", person=expert) == 0
        services.claim(expert, at(0), at(90), "session", "43")


@pytest.mark.django_db(transaction=True)
def test_of_many_that_claim_at_the_same_moment_one_wins():
    expert = factories.make_user("Amara Okonjo")
    start = Barrier(6)

    def claim(number):
        try:
            start.wait(60)
            with transaction.atomic():
                services.claim(expert, at(number), at(number + 60), "session", str(number))
        except TimeTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(claim, range(6)))
    assert sum(won) == TimeClaim.objects.count() == 1


@pytest.mark.django_db
def test_a_person_gets_and_erases_their_claims(expert, outsider):
    for person in (expert, outsider):
        services.claim(person, at(0), at(60), "session", "41")
    (claim,) = export_all(expert)["calendar"]["time_claims"]
    assert (claim["kind"], claim["starts_at"]) == ("session", at(0))
    personal_data["calendar"].erase(expert)
    assert TimeClaim.objects.get().person == outsider
