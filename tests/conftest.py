import pytest

from tests import factories


@pytest.fixture
def learner(db):
    return factories.make_user("Sofia Mendes", time_zone="Europe/Lisbon")


@pytest.fixture
def expert(db):
    return factories.make_user("Amara Okonjo", time_zone="Africa/Lagos", role="expert")


@pytest.fixture
def outsider(db):
    return factories.make_user("Tomás Quintela", time_zone="Europe/Madrid")


@pytest.fixture
def moderator(db):
    return factories.make_user("Ines Falk", role="moderator")


@pytest.fixture
def organiser(db):
    return factories.make_user("Oskar Lindqvist", role="organiser")


@pytest.fixture
def skill(db):
    return factories.make_skill("PostgreSQL", synonyms=["Postgres"])
