"""What one is told, and what one follows, as JSON: the same verbs as the pages."""

from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Member, Page, Paging, Scope, page
from core.seo import absolute
from features.notifications import services
from features.notifications.models import Follow, Level, Notification

NOTIFICATIONS_READ = Scope("notifications:read", _("See what you are told, and what you follow"))
NOTIFICATIONS_WRITE = Scope("notifications:write", _("Mark what you are told as read, follow and unfollow"))

told = Router(tags=["Notifications"])
followed = Router(tags=["Follows"])
routers = {"/notifications/": told, "/follows/": followed}


class Notice(Schema):
    id: int
    kind: str
    text: str = Field(description="Empty where what it was about is no longer here")
    url: str
    created_at: datetime
    read_at: datetime | None


class Reading(Schema):
    and_older: bool = Field(False, description="Also all that came before it")


class Following(Schema):
    key: str = Field(description="person:7 or skill:12")
    name: str = Field(description="Empty where it is no longer here")
    url: str
    level: str = Field(description="Empty: as you chose for all")
    followed_at: datetime


class Wish(Schema):
    level: Level | None = Field(None, description="Without it: as you chose for all")


@told.get("", auth=Member(NOTIFICATIONS_READ), response=Page[Notice], summary="What you are told, the newest first")
def notifications(request, paging: Query[Paging], unread: bool = False):
    mine = Notification.objects.filter(recipient=request.user)
    made = page(request, mine.unread() if unread else mine, paging, ("-created_at", "-id"))
    return made | {"items": [_notice(row, words) for row, words in services.in_words(made["items"])]}


def _notice(row, words) -> dict:
    moments = {"created_at": row.created_at, "read_at": row.read_at}
    return {"id": row.pk, "kind": row.kind, "text": words, "url": absolute(row.url), **moments}


@told.post("{int:pk}/reading/", auth=Member(NOTIFICATIONS_WRITE), response={204: None}, summary="Mark as read")
def reading(request, pk: int, body: Reading):
    notification = get_object_or_404(Notification, pk=pk, recipient=request.user)
    services.mark_read(notification=notification, and_older=body.and_older)
    return Status(204, None)


@followed.get("", auth=Member(NOTIFICATIONS_READ), response=Page[Following], summary="What you follow")
def follows(request, paging: Query[Paging]):
    made = page(request, Follow.objects.filter(person=request.user), paging, ("-followed_at", "-id"))
    named = services.named(row.key for row in made["items"])
    return made | {"items": [_following(row, named.get(row.key)) for row in made["items"]]}


def _following(row, thing) -> dict:
    about = {"name": thing.name if thing else "", "url": absolute(thing.url) if thing else ""}
    return {"key": row.key, "level": row.level, "followed_at": row.followed_at, **about}


@followed.put("{key}/", auth=Member(NOTIFICATIONS_WRITE), response=Following, summary="Follow, or follow differently")
def follow(request, key: str, body: Wish):
    thing = services.named([key]).get(key)
    if thing is None:
        raise Http404
    services.follow(person=request.user, key=key, level=body.level or "")
    return _following(Follow.objects.get(person=request.user, key=key), thing)


@followed.delete("{key}/", auth=Member(NOTIFICATIONS_WRITE), response={204: None}, summary="Stop following")
def unfollow(request, key: str):
    get_object_or_404(Follow, person=request.user, key=key)
    services.unfollow(person=request.user, key=key)
    return Status(204, None)
