from django.urls import path

from features.calendar import views

urlpatterns = [
    path("account/calendar/", views.subscription, name="subscription"),
    path("account/calendar/address/", views.subscription_address, name="subscription_address"),
    path("account/calendar/busy/", views.busy_calendars, name="busy_calendars"),
    path("account/calendar/busy/<int:pk>/", views.busy_calendar, name="busy_calendar"),
    path("ics/<str:secret>.ics", views.own_ics, name="own_ics"),
    path("account/weekly-hours/", views.weekly_hours, name="weekly_hours"),
    path("account/weekly-hours/preset/", views.weekly_hours_preset, name="weekly_hours_preset"),
    path("account/weekly-hours/<int:pk>/removal/", views.weekly_hours_removal, name="weekly_hours_removal"),
]
