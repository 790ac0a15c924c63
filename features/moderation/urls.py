from django.urls import path

from features.moderation.views import experts, marks, people, sanctions

urlpatterns = [
    path("sanctions/<str:token>/", sanctions.sanction, name="sanction"),
    path("account/expert/", experts.application, name="expert_application"),
    path("account/marks/", marks.own, name="role_marks"),
    path("account/marks/<int:pk>/withdrawal/", marks.withdrawal, name="role_mark_withdrawal"),
    path("manage/people/", people.people, name="manage_people"),
    path("manage/people/<int:pk>/", people.person, name="manage_person"),
    path("manage/people/<int:pk>/address/", people.address, name="manage_address"),
    path("manage/people/<int:pk>/roles/", people.roles, name="manage_person_roles"),
    path("manage/people/<int:pk>/sanctions/new/", sanctions.new, name="manage_new_sanction"),
    path("manage/roles/<int:pk>/revocation/", people.revocation, name="manage_role_revocation"),
    path("manage/sanctions/<int:pk>/", sanctions.one, name="manage_sanction"),
    path("manage/sanctions/<int:pk>/lifting/", sanctions.lifting, name="manage_lifting"),
    path("manage/sanctions/<int:pk>/appeal/", sanctions.appeal, name="manage_appeal"),
    path("manage/appeals/", sanctions.appeals, name="manage_appeals"),
    path("manage/experts/", experts.queue, name="manage_experts"),
    path("manage/experts/<int:pk>/", experts.decide, name="manage_expert"),
    path("manage/marks/", marks.queue, name="manage_marks"),
    path("manage/marks/<int:pk>/", marks.one, name="manage_mark"),
]
