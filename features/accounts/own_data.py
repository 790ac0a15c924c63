"""What accounts itself knows about a person."""

import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from features.accounts import handles
from features.accounts.models import (
    AccountLetter,
    AuditEntry,
    Closure,
    Consent,
    DataExport,
    FormerHandle,
    GoneHandle,
    RoleGrant,
    SiteRules,
    StoredFile,
    Unfinished,
    User,
)
from features.accounts.services.pictures import remove_file
from features.accounts.services.site import unlist

SAID = (
    "email",
    "handle",
    "name",
    "languages",
    "time_zone",
    "theme",
    "headline",
    "is_active",
    "joined_at",
    "last_login",
)


def export(person: User) -> dict:
    """Rows by table. Secrets (password, codes, keys) are named but not shown: nobody needs them out of here."""
    return {
        "account": {name: getattr(person, name) for name in SAID},
        "email_addresses": _rows(EmailAddress.objects.filter(user=person), "email", "verified", "primary"),
        "former_handles": _rows(FormerHandle.objects.filter(person=person), "handle", "changed_at"),
        "roles": _rows(person.role_grants, "role", "scope", "granted_at", "until", "revoked_at"),
        "second_factors": _rows(Authenticator.objects.filter(user=person), "type", "created_at", "last_used_at"),
        "sessions": _rows(UserSession.objects.filter(user=person), "ip", "user_agent", "created_at", "last_seen_at"),
        "letters_waiting": _rows(AccountLetter.objects.filter(address=person.email), "kind", "written_at"),
        "files": _rows(StoredFile.objects.filter(owner=person), "name", "kind", "is_public", "size", "stored_at"),
        "acts": _rows(AuditEntry.objects.filter(actor_id=person.pk), "act", "target", "fields", "happened_at"),
        "exports": _rows(DataExport.objects.filter(person=person), "asked_at", "made_at", "ends_at"),
        "closure": _rows(Closure.objects.filter(person=person), "closed_at", "erases_at", "takes_words"),
        "consents": _rows(Consent.objects.filter(person=person), "terms__kind", "terms__version", "agreed_at", "how"),
        "rules_made": _rows(SiteRules.objects.filter(made_by=person), "audience", "sign_up", "hosts", "made_at"),
        "unfinished_forms": _rows(Unfinished.objects.filter(person=person), "key", "data", "saved_at"),
        "other_logins": [
            _rows(table.filter(user=person), "provider", "uid", "date_joined") for table in _other_logins()
        ],
    }


def erase(person: User) -> None:
    """The row stays, because others point to it, but it no longer says who it was. The audit log holds only ids."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    for table in (EmailAddress.objects, Authenticator.objects, LogEntry.objects, *_other_logins()):
        table.filter(user=person).delete()
    had = [person.handle, *FormerHandle.objects.filter(person=person).values_list("handle", flat=True)]
    GoneHandle.objects.bulk_create(
        (GoneHandle(digest=handles.digests(handle)[0]) for handle in had), ignore_conflicts=True
    )
    for table in (FormerHandle.objects, RoleGrant.objects, DataExport.objects, Consent.objects, Unfinished.objects):
        table.filter(person=person).delete()
    for file in StoredFile.objects.filter(owner=person):
        remove_file(file)
    person.photo = None
    AccountLetter.objects.filter(address=person.email).delete()
    unlist(person.email)
    # The admin's history calls people by their names; who was corrected when stays in the audit log.
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=person.pk).delete()
    nobody = f"gone-{person.pk}-{secrets.token_hex(4)}"
    person.email, person.handle, person.name = f"{nobody}@invalid.invalid", nobody[:30], "—"
    person.headline, person.time_zone, person.theme, person.languages = "", "", "", []
    person.is_active = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()


def _other_logins() -> list:
    """The table of logins by another site, if any such site is configured."""
    if not apps.is_installed("allauth.socialaccount"):
        return []
    return [apps.get_model("socialaccount", "SocialAccount").objects]


def _rows(queryset, *fields) -> list[dict]:
    return list(queryset.values(*fields))
