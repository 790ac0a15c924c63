"""Mentoring: what mentors say of themselves, who is suggested to whom, and what the two of them agree on."""

from features.mentoring.services.answering import (
    busy_pairs,
    closed_pairs,
    come_back,
    count_answers,
)
from features.mentoring.services.bookings import (
    BookingFulfilment,
    book,
    cancel_booking,
    credit_comes_back,
    give_back,
    move_booking,
    refund_quote,
    release_expired_holds,
    reserve,
)
from features.mentoring.services.cohorts import (
    add_to_cohort,
    draw_cohort,
    leave_cohort,
    pin,
    publish_cohort,
    save_cohort,
    unpin,
)
from features.mentoring.services.colleagues import (
    alternatives,
)
from features.mentoring.services.commitments import (
    commitments,
)
from features.mentoring.services.dismissing import (
    NOT_NOW,
    bring_back,
    dismiss,
    save_wish,
)
from features.mentoring.services.endings import (
    answer_fit,
    ask_for_fit,
    end_apart,
    finish,
    keep_apart,
    level_gain,
    reveal,
    take_over_mentorships,
    testimonials_of,
    write_testimonial,
)
from features.mentoring.services.engagements import (
    add_action,
    agree,
    nudge,
    sign_off,
    tick_action,
    write_message,
    write_note,
)
from features.mentoring.services.files import add_file, remove_file
from features.mentoring.services.goals import (
    set_goal,
)
from features.mentoring.services.matching import (
    count_history,
    differing,
    drain,
    forget_lists,
    mark_dirty,
    rematch,
    those_in_lists,
)
from features.mentoring.services.may_book import (
    why_not_book,
    why_not_move,
)
from features.mentoring.services.meetings import (
    record_join,
    remind,
    say_we_met,
    settle_meetings,
    why_not_say_we_met,
)
from features.mentoring.services.mentors import (
    save_mentor_page,
    take_over_topics,
    why_not_mentor,
)
from features.mentoring.services.missed import others_instead, refund_missed, refunded_on
from features.mentoring.services.offers import (
    close_offer,
    free_slots,
    refresh_page,
    refresh_pages,
    rules_of,
    save_offer,
    save_rules,
)
from features.mentoring.services.refusals import (
    MentoringRefused,
)
from features.mentoring.services.requests import (
    accept_request,
    answer_request,
    ask_for_more,
    brief_of,
    decline_request,
    expire_requests,
    send_request,
    view_request,
    why_not_ask,
    withdraw_request,
)
from features.mentoring.services.steps import (
    Step,
    next_step,
)

__all__ = [
    "NOT_NOW",
    "BookingFulfilment",
    "MentoringRefused",
    "Step",
    "accept_request",
    "add_action",
    "add_file",
    "add_to_cohort",
    "agree",
    "alternatives",
    "answer_fit",
    "answer_request",
    "ask_for_fit",
    "ask_for_more",
    "book",
    "brief_of",
    "bring_back",
    "busy_pairs",
    "cancel_booking",
    "close_offer",
    "closed_pairs",
    "come_back",
    "commitments",
    "count_answers",
    "count_history",
    "credit_comes_back",
    "decline_request",
    "differing",
    "dismiss",
    "drain",
    "draw_cohort",
    "end_apart",
    "expire_requests",
    "finish",
    "forget_lists",
    "free_slots",
    "give_back",
    "keep_apart",
    "leave_cohort",
    "level_gain",
    "mark_dirty",
    "move_booking",
    "next_step",
    "nudge",
    "others_instead",
    "pin",
    "publish_cohort",
    "record_join",
    "refresh_page",
    "refresh_pages",
    "refund_missed",
    "refund_quote",
    "refunded_on",
    "release_expired_holds",
    "rematch",
    "remind",
    "remove_file",
    "reserve",
    "reveal",
    "rules_of",
    "save_cohort",
    "save_mentor_page",
    "save_offer",
    "save_rules",
    "save_wish",
    "say_we_met",
    "send_request",
    "set_goal",
    "settle_meetings",
    "sign_off",
    "take_over_mentorships",
    "take_over_topics",
    "testimonials_of",
    "those_in_lists",
    "tick_action",
    "unpin",
    "view_request",
    "why_not_ask",
    "why_not_book",
    "why_not_mentor",
    "why_not_move",
    "why_not_say_we_met",
    "withdraw_request",
    "write_message",
    "write_note",
    "write_testimonial",
]
