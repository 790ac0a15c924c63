from django.urls import path

from features.profiles import views

urlpatterns = [
    path("", views.home, name="home"),
    path("people/<slug:handle>/", views.person, name="person"),
]
