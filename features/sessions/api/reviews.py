"""What people who were there say of a session, as everybody may read it."""

from datetime import datetime

from django.urls import reverse
from ninja import Field, Query, Schema

from core.api_parts import Anybody, Page, Paging, page
from core.seo import absolute
from features.sessions import services
from features.sessions.api.browsing import published, router
from features.sessions.api.schemas import SEATS_READ


class Review(Schema):
    id: int
    author: str = Field(description="Their handle; empty where they have left")
    rating: int = Field(ge=1, le=5)
    words: str
    written_at: datetime
    edited_at: datetime | None
    reply: str = Field(description="The host's one answer, or nothing")
    replied_at: datetime | None
    url: str


class Reviews(Page[Review]):
    count: int
    mean: float | None = Field(description="Of all reviews; null while there are fewer than three")


@router.get("{int:pk}/reviews/", response=Reviews, auth=Anybody(SEATS_READ), summary="Reviews by those who were there")
def reviews(request, pk: int, paging: Query[Paging]):
    session = published(request, pk)
    rating = services.rating_of_session(session)
    made = page(request, services.reviews_of_session(session), paging, ("-written_at", "-id"))
    items = [_said(review) for review in made["items"]]
    return made | {"items": items, "count": rating.count, "mean": rating.average and round(rating.average, 2)}


def _said(review):
    names = ("rating", "words", "written_at", "edited_at", "reply", "replied_at")
    return {name: getattr(review, name) for name in names} | {
        "id": review.pk,
        "author": review.registration.person.handle if review.registration.person.is_active else "",
        "url": absolute(reverse("review", args=[review.pk])),
    }
