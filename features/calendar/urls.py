from django.urls import path

from features.calendar import views

urlpatterns = [
    path("account/weekly-hours/", views.weekly_hours, name="weekly_hours"),
    path("account/weekly-hours/preset/", views.weekly_hours_preset, name="weekly_hours_preset"),
    path("account/weekly-hours/<int:pk>/removal/", views.weekly_hours_removal, name="weekly_hours_removal"),
]
