"""One of everything, and a browser for every kind of person: what tests that cross all features look at."""

import logging
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from functools import cache as cache_of_calls
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection, transaction
from django.template import Template
from django.test import override_settings
from django.test.client import Client, ClientHandler
from django.test.utils import _TestState
from django.urls import get_resolver, resolve
from django.utils import timezone

from features.accounts import services as accounts
from features.calendar import services as calendar
from features.calendar.models import WeeklyHours
from features.integrations import services as integrations
from features.integrations.models import Delivery
from features.moderation import services as moderation
from features.moderation.links import read
from features.notifications import services as notifications
from features.profiles import services as profiles
from features.sessions import services
from features.sessions.links import CANCELLATION, WAITLIST, token
from features.sessions.models import Registration, SkillSession, WaitlistEntry
from features.skills import services as skills
from features.skills.models import ProfileLink, Project
from tests.factories import PASSWORD, make_session, make_skill, make_upload, make_user
from tests.permissions import passkey
from tests.permissions.assessments_world import add_assessments
from tests.permissions.cohosts_world import add_cohosts
from tests.permissions.forum_world import add_forum
from tests.permissions.library_world import add_library
from tests.permissions.marketing import add_newsletters
from tests.permissions.mentor_world import add_mentors
from tests.permissions.mentoring_world import add_mentoring
from tests.permissions.messages_world import add_messages
from tests.permissions.payments import add_orders
from tests.permissions.purchases_world import add_purchases
from tests.permissions.recap_world import add_recap

# Words that stand in one private field each, and may be read by nobody else.
NOTE = "canary-note-of-the-guest"
ROOM = "https://canary-room.example.net/of-the-host"
DRAFT = "Canary draft of the host"
EVIDENCE = "canary-evidence-of-the-guest"

# Who gave the password a moment ago; the others are asked once more where it matters.
RECENT = {"member", "guest", "expert"}


class World:
    """`people` and `browsers` by persona. The owner is the host or the guest, as a row of the table says."""

    def __init__(self):
        cache.clear()
        self.codes: dict[str, str] = {}
        self.looks: dict = {}  # what the pages of one row of the table were answered with
        self.people = {
            "unverified": make_user("Nadia Petrova", verified=False),
            "member": make_user("Tomás Quintela"),
            "host": make_user("Amara Okonjo", role="expert", time_zone="Africa/Lagos"),
            "guest": self._with_app(make_user("Sofia Mendes", time_zone="Europe/Lisbon")),
            "expert": make_user("Kwame Boateng", role="expert"),
            "moderator": make_user("Ines Falk", role="moderator"),
            "moderator+": self._with_app(make_user("Ingrid Solheim", role="moderator")),
            "organiser": self._with_app(make_user("Oskar Lindqvist", role="organiser")),
            "suspended": self._with_app(make_user("Viktor Malm", role="organiser")),
        }
        self.host, self.guest = self.people["host"], self.people["guest"]
        self._things()
        handler = ClientHandler(enforce_csrf_checks=False)  # one for all: it reads every static file when it is made
        self.browsers = {persona: Client() for persona in ("stranger", *self.people)}
        for browser in self.browsers.values():
            browser.handler = handler
        for persona in self.people:
            self._sign_in(persona)
        suspended, phone = self.people["suspended"], Client()
        phone.force_login(self.guest)
        key = phone.session.session_key
        self.phone, _ = UserSession.objects.get_or_create(session_key=key, defaults={"user": self.guest, "ip": "::1"})
        self.sanction = moderation.impose(
            by=self.people["organiser"], person=suspended, kind="suspension", reason="For the table"
        )
        self._shown_out(self.browsers["suspended"])
        self._decisions()

    def _with_app(self, person):
        totp.TOTP.activate(person, totp.generate_totp_secret())
        self.codes[person.email] = RecoveryCodes.activate(person).get_unused_codes()[0]
        return person

    def _sign_in(self, persona) -> None:
        """The way people do it; and the password once more, so that pages which ask for it are seen too."""
        person, client = self.people[persona], self.browsers[persona]
        client.post("/account/login/", {"login": person.email, "password": PASSWORD})
        if code := self.codes.get(person.email):  # a recovery code: one of the app is only good for half a minute
            client.post("/account/2fa/authenticate/", {"code": code})
        if persona in RECENT:
            client.post("/account/reauthenticate/", {"password": PASSWORD})
        assert ("_auth_user_id" in client.session) == (persona != "unverified"), persona

    def _shown_out(self, browser) -> None:
        """Whoever is suspended is shown why, once. Their browser goes on sending the cookie of what has ended."""
        jar = copy(browser.cookies)
        shown = resolve(browser.get("/")["Location"])
        assert shown.view_name == "sanction"
        assert read(shown.kwargs["token"]) == str(self.sanction.public_id)
        browser.cookies = jar

    def _decisions(self):
        """What is decided on people: an application that is read, a mark asked for, a silence and an appeal."""
        expert, organiser = self.people["expert"], self.people["organiser"]
        self.silence = moderation.impose(by=organiser, person=expert, kind="limit", ability="message", reason="Noise")
        self.appeal = moderation.appeal(sanction=self.sanction, text="I was not there")
        draft = moderation.save_draft(
            person=self.guest, skills=[self.skill], plan="Query plans", evidence=EVIDENCE, links=""
        )
        self.application = moderation.send(application=draft)
        self.mark = moderation.ask_for_mark(
            person=self.guest, kind="works_at", name="Porto de Lisboa", link="https://example.org/team"
        )

    def _things(self):
        self.skill = make_skill("PostgreSQL", synonyms=["Postgres"])
        for name in ("host", "guest", "suspended"):
            skills.declare_level(person=self.people[name], skill=self.skill, level=3)
        filler = self.people["expert"]
        self.session = self._published(title="Reading a query plan", room_url=ROOM)
        self.seat = services.register(session=self.session, person=self.guest, note=NOTE)
        suspended = self.people["suspended"]
        self.suspended_seat = services.register(session=self.session, person=suspended)
        start = timezone.now() + timedelta(days=20)
        self.draft = make_session(self.host, about=[self.skill], title=DRAFT, published=False, starts_at=start)
        services.schedule(session=self.draft, by=self.host, at=start - timedelta(days=1))
        self.removed = make_session(self.host, title="Thrown away", published=False)
        services.remove_draft(session=self.removed, by=self.host)
        # Going on now: the room is open and people are checked in.
        self.now = self._published(title="Going on now", room_url=ROOM)
        self.now_seat = services.register(session=self.now, person=self.guest, note=NOTE)
        self.suspended_now = services.register(session=self.now, person=suspended)
        self.here_seat = services.register(session=self.now, person=filler)
        started = timezone.now() - timedelta(minutes=5)
        SkillSession.objects.filter(pk=self.now.pk).update(
            starts_at=started, ends_at=started + timedelta(minutes=90), previous_starts_at=None
        )
        self.now.refresh_from_db()
        services.check_in(registration=Registration.objects.get(pk=self.here_seat.pk), by=self.host)
        self._past(suspended)
        # Full, with the guest waiting; and one where a seat came free and is kept for the guest.
        self.full = self._published(title="Full house", capacity=1)
        services.register(session=self.full, person=filler)
        self.entry = services.join_waitlist(session=self.full, person=self.guest, note=NOTE)
        self.suspended_entry = services.join_waitlist(session=self.full, person=suspended)
        self.offered = self._published(title="A seat came free", capacity=1)
        taken = services.register(session=self.offered, person=filler)
        self.offer_entry = services.join_waitlist(session=self.offered, person=self.guest, note=NOTE)
        services.cancel_registration(registration=taken, by=filler)
        for person in (self.guest, suspended):
            calendar.open_feed(person=person)
        notifications.follow(person=self.guest, key=f"skill:{self.skill.pk}")
        notifications.suppress(address="refused@example.org", reason="bounced")
        self.hours = WeeklyHours.objects.create(person=self.guest, weekday=2, starts="18:00", ends="21:00")
        self.token, _secret = integrations.make_token(
            person=self.guest, name="Script of the guest", wanted=["seats:read"], lasts=timedelta(days=90)
        )
        self.endpoint = integrations.add_endpoint(
            person=self.guest, url="https://hooks.example.org/of-the-guest", wanted=["session.published"]
        )
        self.delivery = integrations.send_test(endpoint=self.endpoint)
        Delivery.objects.update(state=Delivery.State.DELIVERED)  # nothing is sent from here
        self.passkey = Authenticator.objects.create(
            user=self.guest,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key of the guest", "passwordless": True, "credential": passkey.credential()},
        )
        self.grant = self.people["expert"].role_grants.get()
        accounts.set_photo(person=self.host, upload=make_upload())
        self._profile()
        self.archive = accounts.ask_for_export(person=self.guest)
        accounts.make_export(self.archive.pk)
        self.closure = accounts.close(person=make_user("Greta Gone"), takes_words=False)
        add_forum(self)
        add_recap(self)
        add_library(self)
        add_purchases(self)
        add_mentoring(self)
        add_assessments(self)
        add_orders(self)
        add_newsletters(self)
        add_messages(self)
        add_cohosts(self)
        add_mentors(self)

    def _profile(self):
        """Of the guest: two projects, the first with a picture, for nobody else."""
        self.project = Project(name="Seen by the guest alone")
        profiles.save_project(person=self.guest, entry=self.project, upload=make_upload())
        profiles.save_entry(person=self.guest, entry=Project(name="Another"))
        profiles.set_visibility(person=self.guest, block="projects", visibility="private")
        self.link = ProfileLink(url="https://elsewhere.example.net/")
        profiles.save_link(person=self.guest, entry=self.link)
        profiles.hand_in(person=self.guest, text='{"awards": [{"title": "A prize"}]}')

    def _past(self, suspended):
        """One that is over, with what the guest says of it; what somebody who was shut out said is seen by nobody."""
        self.past = self._published(title="Over and reviewed")
        there = [services.register(session=self.past, person=person) for person in (self.guest, suspended)]
        ended = timezone.now() - timedelta(hours=5)
        SkillSession.objects.filter(pk=self.past.pk).update(starts_at=ended - timedelta(hours=1), ends_at=ended)
        self.past.refresh_from_db()
        for seat in there:
            services.check_in(registration=seat, by=self.host)
        services.settle_due()
        self.review, self.hidden_review = (
            services.write_review(registration=seat, rating=4, words="It was of use.") for seat in there
        )

    def _published(self, **fields):
        self._day = getattr(self, "_day", 2) + 1
        session = make_session(
            self.host, about=[self.skill], published=False, starts_in=timedelta(days=self._day), **fields
        )
        return services.publish(session=session, by=self.host)

    def place_link(self, entry: WaitlistEntry) -> str:
        return token(entry.public_id, WAITLIST)

    def seat_link(self, seat: Registration) -> str:
        return token(seat.public_id, CANCELLATION)


@contextmanager
def made(blocker):
    """A world for many tests, each of which undoes what it does. Thousands of requests are not logged."""
    # Whoever gave the password a moment ago has done so for all of the tests, however slow the machine is; and what was
    # done a moment ago can still be undone.
    with (
        blocker.unblock(),
        transaction.atomic(),
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=3600),
        patch.dict(moderation.may_undo.__globals__, UNDO=timedelta(hours=1)),
        # Each address is asked for a hundred times, and what was rendered with what is looked at by nobody.
        patch.object(get_resolver(), "resolve", cache_of_calls(get_resolver().resolve)),
        patch.object(Template, "_render", _TestState.saved_data.template_render),
    ):
        logging.disable(logging.CRITICAL)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # a worker may wait for its next test
            cursor.execute("SET LOCAL jit = off")  # compiling a query over all tables takes longer than running it
        try:
            world = World()
            connection.check_constraints()  # once: what is still to be checked is checked again after every test
            yield world
        finally:
            logging.disable(logging.NOTSET)
        transaction.set_rollback(True)
