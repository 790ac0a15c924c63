from django.urls import path

from features.forum.views import beside, boards, browse, editing, feeds, judging, writing

urlpatterns = [
    path("forum/", browse.forum, name="forum"),
    path("forum/unanswered/", browse.unanswered, name="forum_unanswered"),
    path("forum/new/", writing.new_thread, name="thread_new"),
    path("forum/preview/", writing.preview, name="forum_preview"),
    path("forum/similar/", writing.similar_threads, name="forum_similar"),
    path("forum/draft/", beside.new_draft, name="forum_draft"),
    path("forum/feed.atom", feeds.forum_atom, name="forum_atom"),
    path("forum/boards/<slug:slug>/feed.atom", feeds.board_atom, name="board_atom"),
    path("forum/boards/<slug:slug>/", browse.board, name="board"),
    path("forum/threads/<int:pk>/<slug:slug>/", browse.thread, name="thread"),
    path("forum/threads/<int:pk>/<slug:slug>/replies/", writing.replies, name="thread_replies"),
    path("forum/threads/<int:pk>/<slug:slug>/draft/", beside.thread_draft, name="thread_draft"),
    path("forum/threads/<int:pk>/<slug:slug>/reading/", beside.thread_reading, name="thread_reading"),
    path("forum/threads/<int:pk>/<slug:slug>/following/", beside.thread_following, name="thread_following"),
    path("forum/threads/<int:pk>/<slug:slug>/confirmation/", beside.thread_confirmation, name="thread_confirmation"),
    path("forum/threads/<int:pk>/<slug:slug>/duplicates/", beside.thread_duplicates, name="thread_duplicates"),
    path("forum/threads/<int:pk>/<slug:slug>/invitations/", beside.thread_invitations, name="thread_invitations"),
    path("forum/threads/<int:pk>/<slug:slug>/feed.atom", feeds.thread_atom, name="thread_atom"),
    path("forum/duplicates/<int:pk>/answer/", beside.duplicate_answer, name="duplicate_answer"),
    path("forum/posts/<int:pk>/edit/", editing.post_edit, name="post_edit"),
    path("forum/posts/<int:pk>/history/", editing.post_history, name="post_history"),
    path("forum/posts/<int:pk>/", browse.post, name="post"),
    path("forum/posts/<int:pk>/comments/", writing.comments, name="post_comments"),
    path("forum/posts/<int:pk>/vote/", judging.vote, name="post_vote"),
    path("forum/posts/<int:pk>/acceptance/", judging.acceptance, name="post_acceptance"),
    path("manage/boards/", boards.boards, name="manage_boards"),
    path("manage/boards/<int:pk>/", boards.board, name="manage_board"),
]
