"""Answers in writing as JSON. Files are added on the page."""

from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Member, Money, Page, Paging, money, page
from core.seo import absolute
from features.mentoring import access, services
from features.mentoring.api_refusals import READ, WRITE, refusing
from features.mentoring.models import WrittenReview

written_router = Router(tags=["Meetings"])


class SentWork(Schema):
    offer: int
    question: str = Field(min_length=1, max_length=2000)
    work: str = Field("", max_length=20_000)
    link: str = Field("", max_length=500, pattern=r"^(https?://\S+)?$")


class WrittenAnswer(Schema):
    answer: str = Field(min_length=1, max_length=20_000, description="Markdown")


class Written(Schema):
    id: str
    title: str
    mentor: str
    mentee: str
    question: str
    work: str
    link: str
    asked: str = Field(description="What the mentor wanted to know first")
    reply: str
    answer: str
    state: str
    price: Money
    due_at: str | None = Field(description="Until when whoever has the turn can act")
    url: str = Field(description="Its page, which leads to payment where it is not paid yet")


def written_out(row) -> dict:
    said = ("title", "question", "work", "link", "asked", "reply", "answer", "state")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in said},
        "mentor": row.mentor.handle,
        "mentee": row.mentee.handle,
        "price": money(row.price_minor, row.currency),
        "due_at": row.due_at and row.due_at.isoformat(),
        "url": absolute(row.get_absolute_url()),
    }


@written_router.get("", auth=Member(READ), response=Page[Written], summary="Work you sent or were sent, newest first")
def written_reviews(request, paging: Query[Paging]):
    rows = WrittenReview.objects.of(request.user).select_related("mentor", "mentee")
    made = page(request, rows, paging, ("-id",))
    return made | {"items": [written_out(row) for row in made["items"]]}


@written_router.post(
    "", auth=Member(WRITE), response={201: Written}, summary="Send work with a question", url_name="written_reviews"
)
@refusing
def ask_in_writing(request, body: SentWork):
    """To an offer of the kind `review`. What has a price is sent once it is paid, on the page."""
    offer = access.open_offer(body.offer)
    said = {"question": body.question, "work": body.work, "link": body.link}
    return Status(201, written_out(services.ask_in_writing(offer=offer, person=request.user, **said)))


@written_router.post(
    "{str:public_id}/answer/", auth=Member(WRITE), response=Written, summary="Answer what you were sent"
)
@refusing
def answer_in_writing(request, public_id: str, body: WrittenAnswer):
    found = access.written_review_received(request.user, public_id)
    return written_out(services.answer_in_writing(review=found, answer=body.answer))


@written_router.post("{str:public_id}/withdrawal/", auth=Member(WRITE), response=Written, summary="Take your work back")
@refusing
def take_back_work(request, public_id: str):
    services.take_back_written(review=access.written_review_made(request.user, public_id))
    return written_out(access.written_review_made(request.user, public_id))
