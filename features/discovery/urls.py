from django.urls import path

from features.discovery import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/wish/", views.wish, name="search_wish"),
]
