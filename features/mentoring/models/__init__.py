from features.mentoring.models.bookings import GRACE, ROOM_OPENS, Booking, BookingQuerySet
from features.mentoring.models.cohorts import Cohort, CohortMember, CohortPair
from features.mentoring.models.engagements import (
    ActionItem,
    Engagement,
    EngagementFile,
    EngagementQuerySet,
    EngagementSkill,
    FitAnswer,
    Message,
    Note,
    Testimonial,
)
from features.mentoring.models.hours import OfficeHour, OfficeSeat
from features.mentoring.models.matches import (
    Dirty,
    Dismissal,
    DismissalQuerySet,
    MatchList,
    MatchRun,
    MatchWish,
    MentorPrice,
)
from features.mentoring.models.mentors import MentorPage, MentorPageQuerySet
from features.mentoring.models.offers import BookingRules, Offer, OfferQuerySet
from features.mentoring.models.pool import PooledRequest, RequestLock
from features.mentoring.models.requests import ANSWER_WITHIN, QUESTION_WAITS, Block, EndedApart, MentorshipRequest
from features.mentoring.models.waiting import TimeWish
from features.mentoring.models.written import WrittenReview, WrittenReviewFile

__all__ = [
    "ANSWER_WITHIN",
    "GRACE",
    "QUESTION_WAITS",
    "ROOM_OPENS",
    "ActionItem",
    "Block",
    "Booking",
    "BookingQuerySet",
    "BookingRules",
    "Cohort",
    "CohortMember",
    "CohortPair",
    "Dirty",
    "Dismissal",
    "DismissalQuerySet",
    "EndedApart",
    "Engagement",
    "EngagementFile",
    "EngagementQuerySet",
    "EngagementSkill",
    "FitAnswer",
    "MatchList",
    "MatchRun",
    "MatchWish",
    "MentorPage",
    "MentorPageQuerySet",
    "MentorPrice",
    "MentorshipRequest",
    "Message",
    "Note",
    "Offer",
    "OfferQuerySet",
    "OfficeHour",
    "OfficeSeat",
    "PooledRequest",
    "RequestLock",
    "Testimonial",
    "TimeWish",
    "WrittenReview",
    "WrittenReviewFile",
]
