from features.mentoring.models.mentors import MentorPage, MentorPageQuerySet

__all__ = ["MentorPage", "MentorPageQuerySet"]
