"""Why something cannot be done here, with the next step."""

from datetime import datetime


class AssessmentRefused(Exception):
    """`code` is stable and for programs; `words` name the next step, `again_at` the time from which it is possible,
    `task` the one whose examples are to be judged first."""

    def __init__(self, code, words, again_at: datetime | None = None, task=None):
        super().__init__(code)
        self.code = code
        self.words = words
        self.again_at = again_at
        self.task = task
