"""What the site has mailed: letters, the codes in them and the links."""

import re
from urllib.parse import urlsplit

import icalendar
from django.core import mail

from core.jobs import run_pending

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
LINK = re.compile(r"https?://\S+")


class Post:
    def to(self, address: str) -> list:
        """Every letter to `address` so far, oldest first; what waits to be sent is sent now."""
        run_pending()
        return [letter for letter in mail.outbox if letter.to == [address]]

    def newest(self, address: str):
        letters = self.to(address)
        assert letters, f"nothing was mailed to {address}"
        return letters[-1]

    def code(self, address: str) -> str:
        return CODE.search(self.newest(address).body)[0]

    def path(self, address: str, under: str) -> str:
        """The path of the link in the newest letter that leads to a page below `under`."""
        paths = [urlsplit(link).path for link in LINK.findall(self.newest(address).body)]
        return next(path for path in paths if path.startswith(under))


def event(content: str | bytes):
    """The one event of a calendar file."""
    [found] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return found
