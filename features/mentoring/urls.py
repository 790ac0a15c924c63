from django.urls import path

from features.mentoring.views import booking, offers

urlpatterns = [
    path("mentors/<slug:handle>/times/<int:pk>/", booking.mentor_slots, name="mentor_slots"),
    path("meetings/", booking.bookings, name="bookings"),
    path("meetings/<str:public_id>/", booking.booking, name="booking"),
    path("meetings/<str:public_id>/move/", booking.booking_move, name="booking_move"),
    path("meetings/<str:public_id>/cancellation/", booking.booking_cancellation, name="booking_cancellation"),
    path("meetings/<str:public_id>/agenda/", booking.booking_agenda, name="booking_agenda"),
    path("meetings/<str:public_id>/calendar.ics", booking.booking_calendar, name="booking_calendar"),
    path("meet/<str:token>/", booking.meet, name="meet"),
    path("mentoring/offers/", offers.own_offers, name="own_offers"),
    path("mentoring/offers/new/", offers.offer_new, name="offer_new"),
    path("mentoring/offers/<int:pk>/", offers.offer_edit, name="offer_edit"),
    path("mentoring/offers/<int:pk>/closing/", offers.offer_closing, name="offer_closing"),
]
