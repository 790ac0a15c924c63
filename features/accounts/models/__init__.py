from features.accounts.models.files import StoredFile
from features.accounts.models.people import (
    FOR_GOOD,
    HANDLE,
    PRIVILEGED_ROLES,
    AccountLetter,
    AllPeople,
    AuditEntry,
    FormerHandle,
    GoneHandle,
    Role,
    RoleGrant,
    User,
    UserManager,
    UserQuerySet,
)
from features.accounts.models.privacy import Closure, DataExport
from features.accounts.models.site import SiteRules
from features.accounts.models.terms import Consent, Terms, site_day
from features.accounts.models.unfinished import Unfinished

__all__ = [
    "FOR_GOOD",
    "HANDLE",
    "PRIVILEGED_ROLES",
    "AccountLetter",
    "AllPeople",
    "AuditEntry",
    "Closure",
    "Consent",
    "DataExport",
    "FormerHandle",
    "GoneHandle",
    "Role",
    "RoleGrant",
    "SiteRules",
    "StoredFile",
    "Terms",
    "Unfinished",
    "User",
    "UserManager",
    "UserQuerySet",
    "site_day",
]
