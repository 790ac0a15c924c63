class LibraryRefused(Exception):
    """`code` is stable and for programs; `words` name the next step; `field` is the form field to blame, or empty."""

    def __init__(self, code, words, field=""):
        super().__init__(code)
        self.code, self.words, self.field = code, words, field
