"""What people upload, made safe: the type is told by the content, the picture is drawn anew, and only that is kept."""

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.jobs import enqueue
from core.registry import Registry
from features.accounts.models import StoredFile, User

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 25_000_000
TALLEST = 3  # times as high as wide
FORMATS = ("JPEG", "PNG", "WEBP")
UNCLAIMED_AFTER = timedelta(hours=1)  # by then the request that wrote a file has committed, or never will

# Pillow reads sizes from the header: a picture that would fill the memory is refused before it is unpacked.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
# Unpacking takes up to 100 MB, and each process has several threads.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """What becomes of a picture: its widths, and its height as a share of the width; 0 keeps the picture's own, up to
    three times as high as wide, and makes nothing larger than it was."""

    widths: tuple[int, ...]
    ratio: float


SHAPES = {
    "photo": Shape((96, 192, 384), 1.16),  # the arch that people stand in
    "project": Shape((480, 960), 0.5625),
    "post": Shape((640, 1280), 0),
}

# Kind -> whether `viewer` may see this private file: the feature asks whoever may see what the file belongs to.
file_access: dict[str, Callable[[StoredFile, User], bool]] = Registry("private files")


class FileRefused(Exception):
    """Nothing was stored. `code` says why; the text says what would work."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code


@transaction.atomic
def store_picture(*, owner: User, upload: UploadedFile, kind: str, is_public: bool) -> StoredFile:
    """Write `upload` anew in the widths of its kind. Its own name, its metadata and whatever else it carries are gone.
    Raises FileRefused."""
    drawn = draw(upload, SHAPES[kind])
    file = StoredFile(owner=owner, kind=kind, is_public=is_public, widths=list(drawn))
    file.size = sum(len(content) for content in drawn.values())
    for width, content in drawn.items():
        default_storage.save(file.path(width), ContentFile(content))
    file.save(force_insert=True)
    return file


def draw(upload: UploadedFile, shape: Shape) -> dict[int, bytes]:
    """{width: WebP} of an upload, or FileRefused."""
    if (upload.size or 0) > MOST_BYTES:
        raise FileRefused("too_large", _("This file is larger than 8 MB. Save it smaller, then try again."))
    try:
        with _one_at_a_time, Image.open(upload, formats=FORMATS) as image:
            # A JPEG can be unpacked at a fraction of its size; the other formats ignore this.
            image.draft("RGB", (2 * max(shape.widths), 2 * round(max(shape.widths) * (shape.ratio or TALLEST))))
            upright = ImageOps.exif_transpose(image)
            ratio = shape.ratio or min(TALLEST, upright.height / upright.width)
            widths = shape.widths if shape.ratio else {min(width, upright.width) for width in shape.widths}
            return {width: _webp(upright, width, ratio) for width in sorted(widths)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused("too_many_pixels", _("A picture may have 25 megapixels. Save it smaller.")) from None
    except UnidentifiedImageError:
        raise FileRefused("not_a_picture", _("This is no JPEG, PNG or WebP picture. Choose another file.")) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError):
        # What Pillow says of broken or malicious files, whose header looked right.
        raise FileRefused("broken", _("This picture cannot be read. Save it anew, then try again.")) from None


def _webp(image: Image.Image, width: int, ratio: float) -> bytes:
    size = (width, max(1, round(width * ratio)))
    # A face is rather above the middle than below it.
    fitted = ImageOps.fit(image.convert("RGBA"), size, Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    ground = Image.new("RGB", size, "white")
    ground.paste(fitted, mask=fitted.getchannel("A"))
    out = BytesIO()
    ground.save(out, "WEBP", quality=82, method=4)  # a new picture: nothing of the old one's metadata comes along
    return out.getvalue()


def may_see(file: StoredFile, viewer) -> bool:
    return file.is_public or file_access[file.kind](file, viewer)


@transaction.atomic
def remove_file(file: StoredFile) -> None:
    """The row now, so that nobody sees it any more; what lies on the disk once this is committed."""
    for path in file.paths:
        enqueue("features.accounts.tasks.erase_file", path)
    file.delete()


def erase_file(path: str) -> None:
    """A path whose row is back, or was never gone, keeps its file."""
    if not StoredFile.objects.filter(pk=_name_of(path)).exists():
        default_storage.delete(path)


def sweep_files(now=None) -> int:
    """Erase what lies on the disk and belongs to no row, such as what a failed request wrote. Returns how many."""
    before = (now or timezone.now()) - UNCLAIMED_AFTER
    erased = 0
    for folder in default_storage.listdir("")[0] if default_storage.exists("") else ():
        paths = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
        known = set(StoredFile.objects.filter(name__startswith=folder).values_list("name", flat=True))
        for path in paths:
            if _name_of(path) not in known and default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                erased += 1
    return erased


def _name_of(path: str) -> str:
    return path.rpartition("/")[2].rpartition("-")[0]


@transaction.atomic
def set_photo(*, person: User, upload: UploadedFile | None) -> None:
    """A new photo in place of the old one, or none. Raises FileRefused, and then the old one stays."""
    # As it is now: of two at once the second takes away what the first has put there.
    there = User.objects.select_for_update(no_key=True).values_list("photo", flat=True).get(pk=person.pk)
    old = StoredFile.objects.filter(pk=there).first() if there else None
    person.photo = store_picture(owner=person, upload=upload, kind="photo", is_public=True) if upload else None
    person.save(update_fields=["photo"])
    if old:
        remove_file(old)
