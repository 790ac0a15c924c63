"""The short form of `bin/prove stampede`: a real server with two workers, and its negative control."""

from tests.prove.stampede import stampede


def test_a_crowd_gets_the_seats_there_are_and_oversells_a_claim_that_reads_before_it_writes():
    result, control = stampede(people=80, seats=5, control=80)
    assert (result["rows"], result["counter"], result["seats"]) == (5, 5, 5)
    assert (result["refusals"], result["errors"]) == (75, 0)
    assert control["rows"] > 5
