"""What every feature's router uses: who is asking, and how a refusal is said."""

from ninja.security import SessionAuth


class Member(SessionAuth):
    """Whoever is signed in on the site. Unsafe methods need the CSRF token, as forms do."""

    def authenticate(self, request, key):
        return request.user if request.user.is_authenticated else None


class Refusal(Exception):
    """An act that a service refused: `code` is the page's reason code, `step` names its next step."""

    def __init__(self, code, detail, *, step="", status=409):
        super().__init__(code)
        self.code, self.detail, self.step, self.status = code, str(detail), step, status
