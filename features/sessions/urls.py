from django.urls import include, path

from features.sessions.views import (
    absence,
    browse,
    cohosts,
    dashboard,
    feeds,
    hosting,
    links,
    machines,
    messages,
    recaps,
    registration,
    reviews,
    roster,
)

one_session = [
    path("", browse.session, name="session"),
    path("image.png", browse.session_image, name="session_image"),
    path("registration/", registration.registration, name="registration"),
    path("registration/cancellation/", registration.cancellation, name="registration_cancellation"),
    path("registration/calendar.ics", registration.calendar, name="registration_calendar"),
    path("waitlist/", registration.waitlist, name="waitlist"),
    path("dashboard/", dashboard.session_dashboard, name="session_dashboard"),
    path("share/", dashboard.session_share, name="session_share"),
    path("edit/", hosting.edit_session, name="session_edit"),
    path("publication/", hosting.publication, name="session_publication"),
    path("publication/later/", hosting.session_schedule, name="session_schedule"),
    path("cancellation/", hosting.session_cancellation, name="session_cancellation"),
    path("co-hosts/", cohosts.session_cohosts, name="session_cohosts"),
    path("co-hosting/", cohosts.cohosting, name="cohosting"),
    path("copy/", hosting.copy, name="session_copy"),
    path("removal/", hosting.removal, name="session_removal"),
    path("host-absence/", absence.host_absence, name="host_absence"),
    path("review/", reviews.own_review, name="own_review"),
    path("reviews/", reviews.reviews, name="session_reviews"),
    path("messages/", messages.session_messages, name="session_messages"),
    path("messages/late/", messages.session_late, name="session_late"),
    path("messages/<int:number>/", messages.session_message, name="session_message"),
    path("messages/<int:number>/edit/", messages.session_message_edit, name="session_message_edit"),
    path("recap/", recaps.recap, name="recap"),
    path("roster/", roster.roster, name="session_roster"),
    path("roster.csv", roster.roster_file, name="session_roster_file"),
]

urlpatterns = [
    path("sessions/", browse.browse, name="sessions"),
    path("sessions/new/", hosting.new_session, name="session_new"),
    path("sessions/kept/<slug:key>/", hosting.kept_form, name="kept_form"),
    path("sessions/<int:pk>/<slug:slug>/", include(one_session)),
    path("sessions/<int:pk>/<slug:slug>.md", machines.session_markdown, name="session_markdown"),
    path("s/<int:pk>/", dashboard.session_short, name="session_short"),
    path("llms.txt", machines.llms, name="llms"),
    path("reviews/<int:number>/", reviews.review, name="review"),
    path("reviews/<int:number>/reply/", reviews.review_reply, name="review_reply"),
    path("attendance/<str:public_id>/", roster.attendance, name="attendance"),
    path("agenda/", browse.agenda, name="agenda"),
    path("hosting/", hosting.hosting, name="hosting"),
    *(
        path(f"feeds/{address}.{form}", view, {"form": form}, name=f"{name}_{form}")
        for form in ("atom", "ics")
        for address, view, name in (
            ("sessions", feeds.sessions, "sessions"),
            ("skills/<slug:slug>", feeds.skill, "skill"),
            ("people/<slug:handle>", feeds.person, "person"),
        )
    ),
    path("join/<str:token>/", links.join, name="join"),
    path("place/<str:token>/", links.waitlist_link, name="waitlist_link"),
    path("seat/<str:token>/cancellation/", links.cancellation_link, name="cancellation_link"),
]
