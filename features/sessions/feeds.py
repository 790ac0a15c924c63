"""What is on as Atom and as iCalendar: only what everybody sees, and the same for everybody."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from core.feeds import Atom, conditional
from core.seo import absolute
from core.templatetags.ui import city, local, words
from core.text import one_line
from features.calendar import ical
from features.sessions import entries
from features.sessions.filters import SessionFilter

NEWEST, NEXT = 50, 200


def filters(query: QueryDict, now) -> SessionFilter:
    """The filters of the list, as a stranger has them: nobody's free time stands in a feed."""
    return SessionFilter(query, now=now, person=AnonymousUser())


def atom(sessions, *, title: str, page: str, path: str) -> HttpResponse:
    """The newest of these that are still to come. `page` shows the same to people; `path` is the feed's own."""
    feed = Atom(
        title=title, link=absolute(page), description=None, language=settings.LANGUAGE_CODE, feed_url=absolute(path)
    )
    for session in sessions.order_by("-published_at", "-pk").select_related("host").prefetch_related("skills")[:NEWEST]:
        feed.add_item(
            title=one_line(session.title),
            link=absolute(session.get_absolute_url()),
            description=one_line(" ".join([*_facts(session), session.outcome])),
            unique_id=f"urn:uuid:{session.ical_uid}",
            author_name=one_line(session.host.name),
            author_link=absolute(session.host.get_absolute_url()),
            categories=[one_line(skill.name) for skill in session.skills.all()],
            pubdate=session.published_at,
            updateddate=max(session.updated_at, session.published_at),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom.content_type)


def calendar(sessions, *, title: str, page: str, path: str) -> HttpResponse:
    """The next of these, as entries to subscribe to."""
    next_ones = sessions.order_by("starts_at", "pk").select_related("host").with_cohosts()[:NEXT]
    found = [entries.of_session(session) for session in next_ones]
    return HttpResponse(ical.feed(name=title, entries=found), content_type="text/calendar; charset=utf-8")


FORMS = {"atom": atom, "ics": calendar}


def answer(request, form: str, sessions, *, title: str, page: str) -> HttpResponse:
    """The feed, or 304 for whoever has it as it is."""
    made = FORMS[form](sessions, title=one_line(title), page=page, path=request.get_full_path())
    return conditional(request, made)


def _facts(session) -> list[str]:
    """When and where, on the host's clocks: the reader's are not known."""
    when = words(local(session.starts_at, session.time_zone), "full")
    return [
        _("%(when)s %(city)s time.") % {"when": when, "city": city(session.time_zone)},
        f"{session.where_words}.",
        f"{session.get_kind_display()}, {session.get_level_display()}.",
    ]
