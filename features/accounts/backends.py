from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from core.db import Prepared
from features.accounts import access
from features.accounts.models import RoleGrant, Terms, User, site_day


def _person(pk, day, now):
    owed = Terms.objects.owed_by(OuterRef(OuterRef("pk")), day)
    held = RoleGrant.objects.filter(person=OuterRef("pk")).in_force(now)
    return User._default_manager.filter(pk=pk).annotate(
        owes_consent=Exists(owed),
        held_roles=ArraySubquery(held.values_list(JSONObject(role="role", scope="scope"), flat=True)),
    )


PERSON = Prepared(_person)


class PersonBackend(AuthenticationBackend):
    """allauth's, but for the way the person behind a session is read: every page of a member does it."""

    def get_user(self, user_id):
        person = PERSON.first(user_id, site_day(), timezone.now())
        if person:
            access.know_roles(person, person.held_roles)
        return person if person and self.user_can_authenticate(person) else None
