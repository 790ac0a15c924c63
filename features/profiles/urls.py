from django.urls import path

from features.profiles import skill_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("people/<slug:handle>/", views.person, name="person"),
    path("people/<slug:handle>/skills/<slug:slug>/", skill_pages.causes, name="skill_causes"),
    path("skills/<slug:slug>/", skill_pages.skill, name="skill"),
]
