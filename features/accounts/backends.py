from allauth.account.auth_backends import AuthenticationBackend

from features.accounts.login_sessions import person_behind


class PersonBackend(AuthenticationBackend):
    """allauth's, but for the way the person behind a session is read: every page of a member does it."""

    def get_user(self, user_id):
        person = person_behind(user_id)
        return person if person and self.user_can_authenticate(person) else None
