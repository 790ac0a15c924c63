"""Documents that people upload for others to save: kept as they came, so their kind is told by name and content, and
they are private and never shown by a browser as a page of ours."""

from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts.models import StoredFile, User
from features.accounts.services.pictures import MOST_BYTES, FileRefused

# What each begins with; text is told by being text.
BEGINNINGS = {".pdf": b"%PDF-"} | dict.fromkeys(
    [".zip", ".odt", ".ods", ".odp", ".docx", ".xlsx", ".pptx"], b"PK\x03\x04"
)
TEXTS = (".txt", ".md", ".csv", ".sql", ".json", ".ipynb")
SUFFIXES = (*BEGINNINGS, *TEXTS)


@transaction.atomic
def store_document(*, owner: User, upload: UploadedFile, kind: str) -> StoredFile:
    """Keep `upload` for whom `file_access[kind]` lets see it. Raises FileRefused."""
    if (upload.size or 0) > MOST_BYTES:
        raise FileRefused("too_large", _("This file is larger than 8 MB. Save it smaller, then try again."))
    name = PurePath(one_line(upload.name or ""))
    suffix = name.suffix.lower()
    content = upload.read()
    if suffix not in SUFFIXES or not _is_what_it_says(suffix, content):
        words = _("This is none of the kinds of files that can be kept: %(kinds)s.")
        raise FileRefused("kind", words % {"kinds": ", ".join(suffix[1:] for suffix in SUFFIXES)})
    title = f"{name.stem[: 100 - len(suffix)]}{suffix}"
    file = StoredFile(owner=owner, kind=kind, is_public=False, widths=[], title=title, size=len(content))
    default_storage.save(file.paths[0], ContentFile(content))
    file.save(force_insert=True)
    return file


def _is_what_it_says(suffix: str, content: bytes) -> bool:
    if suffix in BEGINNINGS:
        return content.startswith(BEGINNINGS[suffix])
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
