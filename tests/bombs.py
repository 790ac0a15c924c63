"""Pictures, and what passes for one and would fill the memory of whoever unpacks it."""

import base64
import struct
import zlib
from io import BytesIO

from PIL import Image

from features.accounts.services.pictures import MOST_BYTES


def picture(form="JPEG", size=(600, 400), colour="teal", **options) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, *chunks, data=b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def squeezed(megabytes: int) -> bytes:
    return zlib.compress(bytes(megabytes * 1024 * 1024), 9)


def webp_of(width, height) -> bytes:
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_of(width, height) -> bytes:
    """A small picture whose header says that it is a large one."""
    content = bytearray(picture("JPEG", (16, 16)))
    start = content.index(b"\xff\xc0") + 5
    content[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(content)


BOMBS = {
    "png-pixels": lambda: png(40_000, 40_000),
    "png-just-above": lambda: png(5_001, 5_000),
    "png-wide": lambda: png(2_000_000_000, 1),
    "png-high": lambda: png(1, 2_000_000_000),
    "png-text": lambda: png(10, 10, chunk(b"zTXt", b"k\0\0" + squeezed(60)), data=bytes(310)),
    "png-profile": lambda: png(10, 10, chunk(b"iCCP", b"k\0\0" + squeezed(60))),
    "jpeg-pixels": lambda: jpeg_of(65_000, 65_000),
    "webp-pixels": lambda: webp_of(16_000, 16_000),
    "base64": lambda: base64.b64encode(picture()) * 50,
    "bytes": lambda: picture() + bytes(MOST_BYTES),
}
