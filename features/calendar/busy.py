"""Other calendars of a member's, whose entries keep their time from being booked."""

import http.client
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import outside
from core.jobs import enqueue
from core.limits import hit
from features.accounts.models import User
from features.calendar import reading
from features.calendar.models import BusyCalendar, BusySpan

MOST = 3
MOST_BYTES = 5_000_000
FROM, UNTIL = timedelta(days=2), timedelta(days=100)  # as far as anything can be booked, and a little more
AGAIN = timedelta(hours=1)
AT_LONGEST = timedelta(hours=6)  # between attempts when it fails
HEADERS = {"Accept": "text/calendar, */*;q=0.5", "User-Agent": "MasteryHub calendar reader"}
JOB = "features.calendar.tasks.read_busy_calendar"
Problem = BusyCalendar.Problem


class BusyRefused(Exception):
    """`code` for programs, `words` with the next step for people."""

    def __init__(self, code: str, words):
        super().__init__(code)
        self.code, self.words = code, words


@transaction.atomic
def add_busy_calendar(*, person: User, address: str, now: datetime | None = None) -> BusyCalendar:
    """Read this address from now on, first at once. Raises BusyRefused and RateLimited."""
    now = now or timezone.now()
    address = address.strip()
    if address.lower().startswith("webcal:"):
        address = "https:" + address[len("webcal:") :]
    try:
        outside.check(address)
    except outside.AddressRefused as refused:
        raise BusyRefused("address", refused.words) from refused
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows = BusyCalendar.objects.filter(person=person)
    if rows.filter(address=address).exists():
        raise BusyRefused("known", _("This calendar is read already."))
    if rows.count() >= MOST:
        raise BusyRefused("too_many", _("Three calendars are the most. Remove one first."))
    hit("link_check", person.pk)
    made = BusyCalendar.objects.create(person=person, address=address, added_at=now, next_at=now + AGAIN)
    enqueue(JOB, made.pk)
    return made


def remove_busy_calendar(*, calendar: BusyCalendar) -> None:
    calendar.delete()


@transaction.atomic
def read_again(*, calendar: BusyCalendar, now: datetime | None = None) -> None:
    """Because its owner asks."""
    hit("link_check", calendar.person_id)
    BusyCalendar.objects.filter(pk=calendar.pk).update(next_at=(now or timezone.now()) + AGAIN)
    enqueue(JOB, calendar.pk)


@transaction.atomic
def read_due(*, now: datetime | None = None) -> int:
    """Have those read whose time has come; of people who are here."""
    now = now or timezone.now()
    due = BusyCalendar.objects.filter(next_at__lte=now, person__in=User.objects.active(now))
    found = list(due.select_for_update(skip_locked=True).order_by("next_at").values_list("pk", flat=True)[:500])
    for pk in found:
        enqueue(JOB, pk)
    BusyCalendar.objects.filter(pk__in=found).update(next_at=now + AGAIN)
    return len(found)


def read_busy_calendar(pk: int, now: datetime | None = None) -> None:
    """Fetch and read it; what is known stays when that fails. No transaction is open while others are waited for."""
    now = now or timezone.now()
    calendar = BusyCalendar.objects.select_related("person").filter(pk=pk).first()
    if calendar is None:
        return None
    zone = calendar.person.time_zone or settings.DEFAULT_TIME_ZONE
    try:
        spans = reading.read(fetch(calendar.address), now - FROM, now + UNTIL, zone)
    except reading.Unreadable as unreadable:
        return _failed(calendar, unreadable.code, now)
    except outside.AddressRefused:
        return _failed(calendar, Problem.ADDRESS, now)
    except (OSError, http.client.HTTPException, UnicodeError):
        return _failed(calendar, Problem.AWAY, now)
    with transaction.atomic():
        # Whoever removed it meanwhile wants nothing of it kept.
        if BusyCalendar.objects.select_for_update().filter(pk=pk).exists():
            BusySpan.objects.filter(calendar=calendar).delete()
            BusySpan.objects.bulk_create(
                BusySpan(calendar=calendar, person=calendar.person, starts_at=start, ends_at=end)
                for start, end in spans
            )
            BusyCalendar.objects.filter(pk=pk).update(read_at=now, tried_at=now, problem="", failures=0)
    return None


def _failed(calendar, problem, now) -> None:
    failures = calendar.failures + 1
    wait = min(AT_LONGEST, AGAIN * 2 ** min(failures, 4))
    BusyCalendar.objects.filter(pk=calendar.pk).update(
        tried_at=now, problem=problem, failures=failures, next_at=now + wait
    )


def fetch(address: str) -> bytes:
    """What stands at the address. It follows nothing. Raises what goes wrong."""
    with outside.connected(address) as (connection, path):
        connection.request("GET", path, headers=HEADERS)
        response = connection.getresponse()
        if response.status != 200:
            raise http.client.HTTPException(response.status)
        content = response.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise reading.Unreadable(Problem.TOO_MUCH)
    return content
