from django.urls import path

from features.library.views import browse, buying, certificates, feeds, learning, lessons, writing

urlpatterns = [
    path("library/", browse.library, name="library"),
    path("library/feed.atom", feeds.atom, name="library_atom"),
    path("library/learning/", learning.own, name="learning"),
    path("library/writing/", writing.own, name="writing"),
    path("library/new/", writing.new_work, name="work_new"),
    path("library/preview/", writing.preview, name="lesson_preview"),
    path("library/sections/<int:pk>/", lessons.section, name="section"),
    path("library/sections/<int:pk>/lessons/", lessons.new_lesson, name="lesson_new"),
    path("library/lessons/<int:pk>/", lessons.edit_lesson, name="lesson_edit"),
    path("library/lessons/<int:pk>/place/", lessons.place, name="lesson_place"),
    path("library/lessons/<int:pk>/files/<str:name>/", lessons.file, name="lesson_file"),
    path("library/<int:pk>/start/", learning.start, name="work_start"),
    path("library/<int:pk>/purchase/", buying.purchase, name="work_purchase"),
    path("library/<int:pk>/refund/", buying.refund, name="work_refund"),
    path("library/<int:pk>/resume/", learning.resume, name="work_resume"),
    path("library/<int:pk>/edit/", writing.edit_work, name="work_edit"),
    path("library/<int:pk>/contents/", lessons.contents, name="work_contents"),
    path("library/<int:pk>/sections/", lessons.new_section, name="section_new"),
    path("library/<int:pk>/publication/", writing.publication, name="work_publication"),
    path("library/<int:pk>/removal/", writing.removal, name="work_removal"),
    path("library/<int:pk>/lessons/<int:lesson_pk>/", browse.lesson, name="lesson"),
    path("library/<int:pk>/lessons/<int:lesson_pk>/progress/", learning.progress, name="lesson_progress"),
    path("library/<int:pk>/<slug:slug>/", browse.work, name="work"),
    path("library/<int:pk>/<slug:slug>/image.png", browse.work_image, name="work_image"),
    path("c/<str:code>/", certificates.certificate, name="certificate"),
    path("c/<str:code>/certificate.json", certificates.as_json, name="certificate_json"),
    path("c/<str:code>/revocation/", certificates.revocation, name="certificate_revocation"),
]
