import pytest

from features.mentoring import services
from features.mentoring.models import MentorPage


@pytest.fixture
def mentor_page(expert, skill):
    """Amara's page: she mentors in PostgreSQL."""
    page = MentorPage(person=expert, languages=["en"], capacity=2)
    return services.save_mentor_page(page=page, topics=[skill])
