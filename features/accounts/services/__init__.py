"""What other features may ask of accounts, and what its own pages do."""

from features.accounts.services.audit import audit
from features.accounts.services.documents import SUFFIXES, store_document
from features.accounts.services.entrance import (
    begin_sign_up,
    forget_reason,
    keep_input,
    keep_reason,
    safe_next,
    sign_up_form,
    take_input,
)
from features.accounts.services.people import (
    SHOWN_OUT,
    EmailTaken,
    HandleTaken,
    change_preferences,
    create_person,
    find_person,
    forget_claims,
    forget_unconfirmed,
    is_unconfirmed,
    readmit,
    reinstate,
    suspend,
)
from features.accounts.services.pictures import (
    FileRefused,
    erase_file,
    file_access,
    may_see,
    remove_file,
    set_photo,
    store_picture,
    sweep_files,
)
from features.accounts.services.roles import RoleRefused, grant_role, revoke_role

__all__ = [
    "SHOWN_OUT",
    "SUFFIXES",
    "EmailTaken",
    "FileRefused",
    "HandleTaken",
    "RoleRefused",
    "audit",
    "begin_sign_up",
    "change_preferences",
    "create_person",
    "erase_file",
    "file_access",
    "find_person",
    "forget_claims",
    "forget_reason",
    "forget_unconfirmed",
    "grant_role",
    "is_unconfirmed",
    "keep_input",
    "keep_reason",
    "may_see",
    "readmit",
    "reinstate",
    "remove_file",
    "revoke_role",
    "safe_next",
    "set_photo",
    "sign_up_form",
    "store_document",
    "store_picture",
    "suspend",
    "sweep_files",
    "take_input",
]
