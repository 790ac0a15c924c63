from django.urls import path

from features.marketing import views

urlpatterns = [
    path("newsletters/<int:pk>/", views.newsletter, name="newsletter"),
    path("manage/announcements/", views.announcements, name="manage_announcements"),
    path("manage/newsletters/", views.newsletters, name="manage_newsletters"),
    path("manage/newsletters/new/", views.newsletter_new, name="manage_newsletter_new"),
    path("manage/newsletters/<int:pk>/", views.manage_newsletter, name="manage_newsletter"),
    path("manage/newsletters/<int:pk>/edit/", views.newsletter_edit, name="manage_newsletter_edit"),
]
