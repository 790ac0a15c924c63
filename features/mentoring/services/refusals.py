"""Why something cannot be done here, with the next step."""


class MentoringRefused(Exception):
    """`code` is stable and for programs; `words` name the next step, `url` is where it is taken."""

    def __init__(self, code, words, url=""):
        super().__init__(code)
        self.code, self.words, self.url = code, words, url
