from features.forum.models.posts import LONGEST, Post, Vote
from features.forum.models.threads import Board, Closing, Kind, State, Thread

__all__ = ["LONGEST", "Board", "Closing", "Kind", "Post", "State", "Thread", "Vote"]
