"""The short form of `bin/prove stampede`: a real server with two workers, and its negative control."""

from tests.prove.stampede import stampede


def test_a_crowd_gets_exactly_the_seats_there_are():
    result = stampede(people=80, seats=5)
    assert (result["rows"], result["counter"], result["seats"]) == (5, 5, 5)
    assert (result["refusals"], result["errors"]) == (75, 0)


def test_the_same_crowd_oversells_a_claim_that_reads_before_it_writes():
    result = stampede(people=80, seats=5, naive=True)
    assert result["rows"] > 5
