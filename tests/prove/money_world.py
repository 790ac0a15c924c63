"""The world of the sale, made and judged inside the site that Stripe's events are thrown at."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from core.jobs import run_pending
from core.models import Outbox
from features.accounts.models import User
from features.payments import services
from features.payments.models import Checkout, Incident, LedgerTransaction, Order, Payment, Refund, StripeEvent
from features.sessions import services as sessions
from features.sessions.models import Registration, SkillSession
from tests.prove import crowd

PRICE = 4500
GAVE_UP = timedelta(minutes=11)  # an order waits ten for an answer of Stripe's


def gather(people: int, seats: int, title: str = "stampede") -> dict:
    world = crowd.gather(people, seats)
    SkillSession.objects.filter(slug="stampede").update(price_minor=PRICE, currency="EUR", title=title)
    return world


def open_pages(seats: int, twice: int) -> list[str]:
    """Everybody takes a seat, goes to Stripe's page, and loses the seat again because Stripe does not answer when the
    page is to be closed: it can still be paid on. The last ones keep their seats, and open the page twice."""
    session = SkillSession.objects.get(slug="stampede")
    people = list(User.objects.filter(handle__startswith="stampede-").exclude(pk=session.host_id).order_by("pk"))
    people = people[: len(people) - crowd.WARM]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda person: _leave_open(session, person), people[:-seats]))
    for number, person in enumerate(people[-seats:]):
        order = _hold(session, person)
        pages.append(_page(order))
        if number < twice:
            Checkout.objects.filter(order=order).update(closed_at=timezone.now())
            pages.append(_page(order))
    return pages


def _hold(session, person) -> Order:
    """A seat, as soon as there is one: those of others are on their way back."""
    said = None
    for _ in range(200):
        try:
            fresh = SkillSession.objects.get(pk=session.pk)
            seat = sessions.register(session=fresh, person=person)
            return services.order_of("registration", seat.pk)
        except sessions.RegistrationRefused as refused:
            said = refused
            time.sleep(0.05)
    raise AssertionError(f"no seat came free: {said}")


def _page(order) -> str:
    for _ in range(20):
        try:
            services.checkout_url(order=order)
            break
        except services.CheckoutRefused:
            time.sleep(0.1)
    return order.checkouts.get(closed_at=None).stripe_id


def _leave_open(session, person) -> str:
    try:
        order = _hold(session, person)
        page = _page(order)
        services.end_hold(order=order, now=order.hold_until + GAVE_UP)
        order.refresh_from_db()
        assert order.released_at
        return page
    finally:
        connection.close()


def waiting() -> int:
    """Jobs of money that are not done."""
    jobs = Outbox.objects.filter(done_at=None, parked_at=None, task__startswith="features.payments.tasks.")
    return jobs.exclude(key__startswith="periodic:").count()


def settle(patience: int) -> int:
    """Wait until what was begun is done; answers what is not."""
    deadline = time.monotonic() + patience
    while (left := waiting()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return left


def verdict() -> dict:
    """What the site says of the sale."""
    session = SkillSession.objects.get(slug="stampede")
    payments = Payment.objects.select_related("order")
    balances = {f"{account} {currency}": amount for (account, currency), amount in services.balances().items()}
    return {
        "confirmed": Registration.objects.confirmed().filter(session=session).count(),
        "taken": session.seats_taken,
        "kept": payments.filter(is_kept=True).count(),
        "balances": balances,
        "paid": {
            row.stripe_id: [row.order.buyer_id, row.amount_minor, row.refunded_minor, row.is_kept] for row in payments
        },
        "refunds": Refund.objects.count(),
        "refunds_done": Refund.objects.filter(state=Refund.State.DONE).count(),
        "booked": LedgerTransaction.objects.count(),
        "events": StripeEvent.objects.count(),
        "incidents": list(Incident.objects.filter(resolved_at=None).values_list("kind", "about")),
        "seated": sorted(Registration.objects.confirmed().filter(session=session).values_list("person_id", flat=True)),
        "interrupted": Outbox.objects.filter(attempts__gt=1).count(),
        "parked": Outbox.objects.exclude(parked_at=None).count(),
    }


def reconcile() -> dict:
    found = services.reconcile()
    return {"mended": found.mended, "even": found.is_even, "incidents": found.incidents}


def press_refund(times: int) -> int:
    """That many clicks at once; answers how many refunds there are for it."""
    line = Payment.objects.filter(is_kept=True).order_by("pk").first().order.lines.get()

    def click(_number):
        try:
            with transaction.atomic():
                return services.refund_thing(line.kind, line.ref, source=Refund.Source.ORGANISER)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(click, range(times)))
    run_pending()
    return Refund.objects.filter(payment__order=line.order).count()
