from django.urls import path

from features.forum.views import boards, browse, judging, writing

urlpatterns = [
    path("forum/", browse.forum, name="forum"),
    path("forum/unanswered/", browse.unanswered, name="forum_unanswered"),
    path("forum/new/", writing.new_thread, name="thread_new"),
    path("forum/preview/", writing.preview, name="forum_preview"),
    path("forum/boards/<slug:slug>/", browse.board, name="board"),
    path("forum/threads/<int:pk>/<slug:slug>/", browse.thread, name="thread"),
    path("forum/threads/<int:pk>/<slug:slug>/replies/", writing.replies, name="thread_replies"),
    path("forum/posts/<int:pk>/", browse.post, name="post"),
    path("forum/posts/<int:pk>/comments/", writing.comments, name="post_comments"),
    path("forum/posts/<int:pk>/vote/", judging.vote, name="post_vote"),
    path("forum/posts/<int:pk>/acceptance/", judging.acceptance, name="post_acceptance"),
    path("manage/boards/", boards.boards, name="manage_boards"),
    path("manage/boards/<int:pk>/", boards.board, name="manage_board"),
]
