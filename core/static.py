"""Names with a hash, and compressed copies beside them."""

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

LARGE = 60_000  # bytes: the admin's scripts; htmx, which every page loads, is smaller


class QuickCompressor(Compressor):
    """Brotli's last two steps make large files a few per cent smaller and take eight times as long: three of the
    seconds that a first start waits."""

    @staticmethod
    def compress_brotli(data):
        return brotli.compress(data, quality=11 if len(data) < LARGE else 9)


class HashedFiles(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options):
        return QuickCompressor(**options)
