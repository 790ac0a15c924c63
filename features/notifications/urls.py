from django.urls import path

from features.notifications import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<int:pk>/reading/", views.notification_reading, name="notification_reading"),
    path("account/notifications/", views.notification_preferences, name="notification_preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
