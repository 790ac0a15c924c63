from django.urls import path

from features.assessments.views import progress, taking, writing

urlpatterns = [
    path("assessments/", taking.assessments, name="assessments"),
    path("assessments/banks/", writing.banks, name="banks"),
    path("assessments/banks/<int:pk>/", writing.bank, name="bank"),
    path("assessments/banks/<int:pk>/rules/", writing.bank_rules, name="bank_rules"),
    path("assessments/banks/<int:pk>/stage/", writing.stage, name="bank_stage"),
    path("assessments/banks/<int:pk>/import/", writing.import_file, name="bank_import"),
    path("assessments/banks/<int:pk>/items/new/", writing.new_item, name="item_new"),
    path("assessments/items/<int:pk>/", writing.item, name="item"),
    path("assessments/items/<int:pk>/words/", writing.item_words, name="item_words"),
    path("assessments/items/<int:pk>/retirement/", writing.retirement, name="item_retirement"),
    path("assessments/attempts/<str:public_id>/", taking.attempt, name="attempt"),
    path("assessments/attempts/<str:public_id>/end/", taking.end, name="attempt_end"),
    path("assessments/attempts/<str:public_id>/result/", taking.result, name="attempt_result"),
    path("assessments/<int:pk>/<slug:slug>/", taking.assessment, name="assessment"),
    path("assessments/<int:pk>/<slug:slug>/practice/", taking.practice, name="assessment_practice"),
    path("progress/", progress.progress, name="progress"),
    path("progress/<slug:slug>/", progress.skill, name="progress_skill"),
]
