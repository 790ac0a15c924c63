"""What mentors of the demo world offer, and who works with whom: `demo_mentorships.toml` says it, here it comes true
around the time `now`, through the same verbs as the pages."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Q

from core.models import RateCounter
from features.accounts.models import User
from features.mentoring import services
from features.mentoring.models import (
    Booking,
    BookingRules,
    Engagement,
    MentorPage,
    MentorshipRequest,
    Offer,
    OfficeHour,
    WrittenReview,
)
from features.notifications.models import Notification
from features.payments import services as payments
from features.skills.services import resolve_all

WORLD = Path(__file__).with_name("demo_mentorships.toml")
WORDS = ("goal", "background", "expectation")


def fill(now: datetime) -> None:
    pages = MentorPage.objects.filter(person__is_demo=True)
    if not pages.exists() or Offer.objects.filter(mentor__is_demo=True).exists():
        return
    with transaction.atomic():
        _World(tomllib.loads(WORLD.read_text("utf-8")), now).come_true()
    services.rematch(now)


class _World:
    def __init__(self, said: dict, now: datetime):
        self.said, self.now = said, now
        self.people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True)}
        wanted = {name for row in [*said["mentorship"], *said["request"], *said["pooled"]] for name in row["skills"]}
        wanted |= {row["skill"] for row in said["shared"]}
        self.skills = resolve_all(wanted)
        if unknown := wanted - self.skills.keys():
            raise LookupError(f"The starter set does not know: {', '.join(sorted(unknown))}")

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def come_true(self) -> None:
        told = Notification.objects.aggregate(last=Max("pk"))["last"] or 0
        for key, said in self.said["offers"].items():
            self._offer(self.people[key], said)
        for said in self.said["mentorship"]:
            self._mentorship(said)
        for said in self.said["request"]:
            request = self._request(said)
            if question := said.get("more"):
                services.ask_for_more(request=request, question=question, now=self.ago(said["asked"] - 8))
        for said in self.said["written"]:
            self._written(said)
        for said in self.said["shared"]:
            self._shared(said)
        for said in self.said["pooled"]:
            about = [self.skills[name] for name in said["skills"]]
            words = {name: said[name] for name in WORDS}
            services.ask_anybody(person=self.people[said["mentee"]], about=about, now=self.ago(said["sent"]), **words)
        self._file_old_letters(Notification.objects.filter(pk__gt=told, recipient__is_demo=True))
        ids = "|".join(str(person.pk) for person in self.people.values())
        counted = "mentorship_request|booking|mentoring_message"
        RateCounter.objects.filter(key__regex=rf"^({counted}):({ids})$").delete()

    def _file_old_letters(self, letters) -> None:
        """What happened was written about and read, but for what waits for an answer."""
        at = self.ago(12)
        letters.update(created_at=at, mailed_at=at, read_at=at)
        new = MentorshipRequest.objects.filter(state=MentorshipRequest.State.NEW).values_list("pk", flat=True)
        received = Q(kind="request_received", ref__in=[str(pk) for pk in new])
        open_ones = WrittenReview.objects.filter(state=WrittenReview.State.OPEN).values_list("pk", flat=True)
        received |= Q(kind="written_review_received", ref__in=[str(pk) for pk in open_ones])
        letters.filter(received | Q(kind__in=("fit_asked", "request_question"))).update(read_at=None)

    def _offer(self, mentor, said) -> None:
        rules = BookingRules(mentor=mentor, room_url=said.get("room", "https://meet.example.org/demo"))
        services.save_rules(rules=rules, now=self.now)
        price = said.get("price", 0) if payments.is_set_up() else 0
        hour, what = said["hour"]
        offers = [
            Offer(kind=Offer.Kind.INTRO, title=said["intro"], minutes=20),
            Offer(title=said["half"][0], description=said["half"][1], minutes=30),
            Offer(title=hour, description=what, minutes=60, price_minor=price),
        ]
        if "writing" in said:
            title, what, days = said["writing"]
            offers.append(Offer(kind=Offer.Kind.REVIEW, title=title, description=what, answer_days=days))
        for offer in offers:
            offer.mentor = mentor
            services.save_offer(offer=offer, now=self.now)

    def _request(self, said):
        return services.send_request(
            person=self.people[said["mentee"]],
            mentor=self.people[said["mentor"]],
            about=[self.skills[name] for name in said["skills"]],
            now=self.ago(said["asked"]),
            **{name: said[name] for name in WORDS},
        )

    def _shared(self, said) -> None:
        """In the mentor's first free hour from so many days on. It is free, so that people sit in it without Stripe."""
        mentor, begun = self.people[said["mentor"]], self.ago(said["opened"])
        offer = Offer.objects.open().get(mentor=mentor, minutes=60)
        free = services.free_slots(offer, None, now=self.now)
        start = next(start for start, _end in free if start >= self.now + timedelta(days=said["in_days"]))
        hour = OfficeHour(
            mentor=mentor,
            skill=self.skills[said["skill"]],
            title=said["title"],
            description=said["what"],
            starts_at=start,
        )
        services.open_office_hour(hour=hour, minutes=60, now=begun)
        for key in said["people"]:
            services.join_hour(hour=hour, person=self.people[key], now=begun + timedelta(hours=5))

    def _written(self, said) -> None:
        offer = Offer.objects.open().written().get(mentor=self.people[said["mentor"]])
        sent = self.ago(said["sent"])
        review = services.ask_in_writing(
            offer=offer, person=self.people[said["mentee"]], question=said["question"], work=said["work"], now=sent
        )
        if answer := said.get("answer"):
            services.answer_in_writing(review=review, answer=answer, now=sent + timedelta(hours=20))

    def _mentorship(self, said) -> None:
        begun = self.ago(said["begun"])
        engagement = services.accept_request(request=self._request(said), now=begun)
        mentor, mentee = engagement.mentor, engagement.mentee
        plan = {"goal": said["goal"], "plan": said.get("plan", ""), "cadence": said.get("cadence", "")}
        for by in (mentee, mentor):
            services.agree(engagement=engagement, by=by, ends_on=None, now=begun + timedelta(hours=3), **plan)
        self._met(self._meeting(engagement, begun + timedelta(hours=24), begun + timedelta(hours=4), said["met"]))
        if ended := said.get("ended"):
            services.finish(
                engagement=engagement, by=mentee, ending=Engagement.Ending.REACHED, summary=said["summary"],
                rating=said["rating"], testimonial=said["words"], now=self.ago(ended),
            )  # fmt: skip
            services.say_at_end(engagement=engagement, by=mentor, summary=said["mentor_says"], now=self.ago(ended - 5))
            services.reveal(testimonial=engagement.testimonial, is_shown=True, now=self.ago(ended - 20))
        else:
            self._going_on(engagement, said)
        services.refresh_page(mentor, now=self.now)

    def _going_on(self, engagement, said) -> None:
        services.ask_for_fit(now=self.ago(80))
        for author, hours, text in said["messages"]:
            at = self.ago(hours)
            services.write_message(engagement=engagement, author=self.people[author], text=text, now=at)
        for owner, text in [*said["done"], *said["actions"]]:
            person = self.people[owner]
            action = services.add_action(engagement=engagement, by=person, owner=person, text=text, now=self.ago(50))
            if [owner, text] in said["done"]:
                services.tick_action(action=action, is_done=True, now=self.ago(40))
        services.write_note(engagement=engagement, author=engagement.mentor, text=said["note"], is_shared=True)
        self._meeting(engagement, self.now + timedelta(days=1), self.ago(24), said["coming"])

    def _meeting(self, engagement, earliest: datetime, booked: datetime, agenda: str) -> Booking:
        """In the mentor's first free half hour from `earliest` on, as it was when they booked."""
        mentor, mentee = engagement.mentor, engagement.mentee
        offer = Offer.objects.open().get(mentor=mentor, minutes=30)
        free = services.free_slots(offer, mentee, now=booked)
        start = next(start for start, _end in free if start >= earliest)
        booking = services.reserve(offer=offer, person=mentee, starts_at=start, now=booked)
        booking = services.book(booking=booking, note=engagement.goal, now=booked)
        Booking.objects.filter(pk=booking.pk).update(agenda=agenda)
        return booking

    def _met(self, booking) -> None:
        for person in (booking.mentor, booking.mentee):
            services.record_join(booking=booking, person=person, now=booking.starts_at)
        services.settle_meetings(now=booking.ends_at + timedelta(hours=1))
