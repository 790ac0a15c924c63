import pytest

from features.accounts.emails import Letter as Words
from features.notifications.kinds import Group, Kind, Letter, kinds


@pytest.fixture
def truth(monkeypatch):
    """Two kinds that say what this dictionary holds under the ref, and nothing when that is gone.

    "test" leaves no choice; "tip" is one of those that a person may switch off.
    """
    said = {"1": "A seat is yours", "2": "Another one"}

    def letter(notification):
        if notification.ref not in said:
            return None
        return Letter(
            template="accounts/email/letter",
            context={"letter": Words(subject=said[notification.ref], lines=["…"])},
            attachments=[("session.ics", b"BEGIN:VCALENDAR", "text/calendar; method=REQUEST")],
            headers={"X-Topic": "seats"},
        )

    def sentences(notifications):
        return {row.pk: said[row.ref] for row in notifications if row.ref in said}

    fixed = Group(key="fixed", label="Your seats", why="Always sent, because a seat is at stake.")
    tips = Group(key="tips", label="Tips", why="You are sent tips.", is_optional=True)
    monkeypatch.setitem(kinds, "test", Kind(letter=letter, sentences=sentences, group=fixed))
    monkeypatch.setitem(kinds, "tip", Kind(letter=letter, sentences=sentences, group=tips))
    return said
