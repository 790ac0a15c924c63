"""How much of an upload is taken in: what is larger than any file we keep is not even written to the disk."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_BYTES = 10 * 1024 * 1024


class Bounded(FileUploadHandler):
    """The first of the handlers. A file above the limit is as if it had not been chosen: its form asks for
    one, and says how large it may be."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data, start):
        self.taken += len(raw_data)
        if self.taken > MOST_BYTES:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        """The handlers after this one keep it."""
