from django.urls import include, path

from features.mentoring.views import booking, engagements, offers, requests

one_engagement = [
    path("", engagements.engagement, name="engagement"),
    path("messages/", engagements.message, name="engagement_message"),
    path("notes/", engagements.note, name="engagement_note"),
    path("actions/", engagements.action, name="engagement_action"),
    path("actions/<int:pk>/", engagements.action_tick, name="engagement_tick"),
    path("skills/<int:pk>/", engagements.skill_sign_off, name="skill_sign_off"),
    path("agreement/", engagements.agreement, name="agreement"),
    path("fit/", engagements.fit_check, name="fit_check"),
    path("ending/", engagements.ending, name="ending"),
]

urlpatterns = [
    path("mentors/<slug:handle>/times/<int:pk>/", booking.mentor_slots, name="mentor_slots"),
    path("meetings/", booking.bookings, name="bookings"),
    path("meetings/<str:public_id>/", booking.booking, name="booking"),
    path("meetings/<str:public_id>/move/", booking.booking_move, name="booking_move"),
    path("meetings/<str:public_id>/cancellation/", booking.booking_cancellation, name="booking_cancellation"),
    path("meetings/<str:public_id>/agenda/", booking.booking_agenda, name="booking_agenda"),
    path("meetings/<str:public_id>/outcome/", booking.booking_outcome, name="booking_outcome"),
    path("meetings/<str:public_id>/calendar.ics", booking.booking_calendar, name="booking_calendar"),
    path("meet/<str:token>/", booking.meet, name="meet"),
    path("mentors/<slug:handle>/request/", requests.request_new, name="mentorship_request_new"),
    path("mentoring/", requests.mentoring, name="mentoring"),
    path("mentoring/return/", requests.coming_back, name="mentoring_return"),
    path("mentoring/requests/<str:public_id>/", requests.request, name="mentorship_request"),
    path("mentoring/testimonials/<int:pk>/", engagements.testimonial, name="testimonial"),
    path("mentoring/with/<str:public_id>/", include(one_engagement)),
    path("mentoring/offers/", offers.own_offers, name="own_offers"),
    path("mentoring/offers/new/", offers.offer_new, name="offer_new"),
    path("mentoring/offers/<int:pk>/", offers.offer_edit, name="offer_edit"),
    path("mentoring/offers/<int:pk>/closing/", offers.offer_closing, name="offer_closing"),
]
