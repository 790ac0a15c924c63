from django.urls import path

from features.profiles import skill_pages
from features.profiles.views import demo, editing, home, importing, person

urlpatterns = [
    path("", home.home, name="home"),
    path("people/<slug:handle>/", person.person, name="person"),
    path("people/<slug:handle>/reputation/", skill_pages.reputation, name="reputation"),
    path("people/<slug:handle>/skills/<slug:slug>/", skill_pages.causes, name="skill_causes"),
    path("skills/<slug:slug>/", skill_pages.skill, name="skill"),
    path("skills/<slug:slug>/people/", skill_pages.people, name="skill_people"),
    path("skills/<slug:slug>/held/", skill_pages.held, name="skill_held"),
    path("manage/demo/", demo.demo, name="manage_demo"),
    path("account/profile/", editing.overview, name="profile_edit"),
    path("account/profile/photo/", editing.photo, name="profile_photo"),
    path("account/profile/photo/removal/", editing.photo_removal, name="profile_photo_removal"),
    path("account/profile/import/", importing.hand_in, name="profile_import"),
    path("account/profile/import/rows/", importing.take_over, name="profile_import_rows"),
    path("account/profile/import/removal/", importing.discard, name="profile_import_removal"),
    path("account/profile/resume.json", importing.download, name="profile_resume"),
    path("account/profile/links/<int:pk>/check/", editing.link_check, name="profile_link_check"),
    path("account/profile/<slug:block>/", editing.block, name="profile_block"),
    path("account/profile/<slug:block>/visibility/", editing.visibility, name="profile_visibility"),
    path("account/profile/<slug:block>/<int:pk>/", editing.entry, name="profile_entry"),
    path("account/profile/<slug:block>/<int:pk>/removal/", editing.entry_removal, name="profile_entry_removal"),
    path("account/profile/<slug:block>/<int:pk>/place/", editing.entry_place, name="profile_entry_place"),
]
