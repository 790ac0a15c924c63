from django.urls import path

from features.notifications.views import following, inbox, letters

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/reading/", inbox.page_reading, name="page_reading"),
    path("inbox/<int:pk>/reading/", inbox.notification_reading, name="notification_reading"),
    path("account/notifications/", letters.notification_preferences, name="notification_preferences"),
    path("account/notifications/address/", letters.address_again, name="address_again"),
    path("account/follows/", following.follows, name="follows"),
    path("follows/<str:key>/", following.follow, name="follow"),
    path("follows/<str:key>/level/", following.follow_level, name="follow_level"),
    path("unsubscribe/<str:token>/", letters.unsubscribe, name="unsubscribe"),
]
