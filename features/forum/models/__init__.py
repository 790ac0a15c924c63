from features.forum.models.beside import Draft, Duplicate, ImportedRow, Invitation, Reading, Revision, Suggestion
from features.forum.models.curating import Redaction
from features.forum.models.mail import MailedAnswer
from features.forum.models.posts import LONGEST, Post, Vote
from features.forum.models.threads import UNANSWERED, Board, Closing, Kind, State, Thread

__all__ = [
    "LONGEST",
    "UNANSWERED",
    "Board",
    "Closing",
    "Draft",
    "Duplicate",
    "ImportedRow",
    "Invitation",
    "Kind",
    "MailedAnswer",
    "Post",
    "Reading",
    "Redaction",
    "Revision",
    "State",
    "Suggestion",
    "Thread",
    "Vote",
]
