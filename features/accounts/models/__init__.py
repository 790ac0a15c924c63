from features.accounts.models.files import StoredFile
from features.accounts.models.people import (
    FOR_GOOD,
    HANDLE,
    PRIVILEGED_ROLES,
    AccountLetter,
    AllPeople,
    AuditEntry,
    FormerHandle,
    Role,
    RoleGrant,
    User,
    UserManager,
    UserQuerySet,
)
from features.accounts.models.privacy import Closure, DataExport

__all__ = [
    "FOR_GOOD",
    "HANDLE",
    "PRIVILEGED_ROLES",
    "AccountLetter",
    "AllPeople",
    "AuditEntry",
    "Closure",
    "DataExport",
    "FormerHandle",
    "Role",
    "RoleGrant",
    "StoredFile",
    "User",
    "UserManager",
    "UserQuerySet",
]
