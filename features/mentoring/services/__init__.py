"""Mentoring: what mentors say of themselves, and who is suggested to whom."""

from features.mentoring.services.mentors import MentoringRefused, save_mentor_page, take_over_topics

__all__ = ["MentoringRefused", "save_mentor_page", "take_over_topics"]
