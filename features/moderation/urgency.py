"""What a moderator should look at first."""

QUIET = 0.25  # how sure we are of what nobody has reported, such as a first post


def confidence(weight: float) -> float:
    """How likely the reports are right: a half with one of an ordinary member's, three quarters with two, and so on."""
    return max(QUIET, 1 - 2**-weight)


def urgency(*, harm: int, weight: float, hours: float) -> float:
    """Harm × confidence × age. An hour is added to the age, so that what has just come is not nothing."""
    return harm * confidence(weight) * (hours + 1)
