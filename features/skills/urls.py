from django.urls import path

from features.skills import manage, views

urlpatterns = [
    path("skills/", views.browse, name="skills"),
    path("levels/", views.levels, name="levels"),
    path("skills/suggest/", views.suggestions, name="skill_suggestions"),
    path("manage/skills/", manage.skills, name="manage_skills"),
    path("manage/skills/<slug:slug>/", manage.skill, name="manage_skill"),
    path("manage/skills/<slug:slug>/merge/", manage.merge, name="manage_skill_merge"),
]
