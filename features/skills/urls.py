from django.urls import path

from features.skills import views

urlpatterns = [
    path("skills/", views.browse, name="skills"),
    path("skills/suggest/", views.suggestions, name="skill_suggestions"),
]
