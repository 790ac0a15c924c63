"""What becomes of mentorships, times and lists when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Column, Part, Rule, columns, parts
from features.mentoring.models import MentorPage
from features.mentoring.services import mark_dirty


def _of_a_page_that_goes(rows, staying):
    return rows if MentorPage.objects.filter(pk=staying.pk).exists() else rows.none()


def look_again(staying, merged) -> None:
    """Lists of mentors are made anew, for whoever looks and for whom they name."""
    mark_dirty([staying.pk], "merged")


def register():
    words = {
        "Offer.mentor": _("Offers to mentor"), "Booking.mentor": _("Meetings given"),
        "Booking.mentee": _("Meetings booked"), "Engagement.mentor": _("Mentorships given"),
        "Engagement.mentee": _("Mentorships received"), "MentorshipRequest.mentee": _("Requests to mentors"),
        "MentorshipRequest.mentor": _("Requests as a mentor"), "OfficeHour.mentor": _("Office hours"),
        "OfficeSeat.person": _("Seats in office hours"), "WrittenReview.mentor": _("Answers in writing given"),
        "WrittenReview.mentee": _("Answers in writing asked for"), "MentorPage.person": _("Page as a mentor"),
        "Block.person": _("People kept apart from"), "Message.author": _("Messages to mentors and mentees"),
        "CohortMember.person": _("Groups to pair"), "PooledRequest.mentee": _("Requests to any mentor"),
    }  # fmt: skip
    ruled = columns(
        "mentoring",
        words,
        move="Offer.mentor Booking.mentor Booking.mentee Booking.cancelled_by Cohort.made_by CohortPair.mentor"
        " MentorshipRequest.colleague Block.decided_by EndedApart.person EndedApart.blocked EndedApart.ended_by"
        " Engagement.ended_by Message.author Note.author ActionItem.owner Testimonial.removed_by OfficeHour.mentor"
        " RequestLock.mentor WrittenReview.mentor",
        keep="BookingRules.mentor Block.person Block.blocked MatchWish.person Dismissal.mentee Dismissal.mentor"
        " MentorPage.person TimeWish.person",
        alone="CohortMember.person CohortPair.mentee MentorshipRequest.mentee MentorshipRequest.mentor"
        " Engagement.mentor Engagement.mentee FitAnswer.person OfficeSeat.person PooledRequest.mentee"
        " WrittenReview.mentee",
        drop="MatchList.mentee MentorPrice.mentor Dirty.person",
    ) | {"mentoring.MentorPage_topics.mentorpage": Column(Rule.KEEP, clashes=_of_a_page_that_goes)}
    parts.register("mentoring", Part(ruled, after=look_again))
