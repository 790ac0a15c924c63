"""The worker: one process without children. A dispatcher listens, beats and schedules; Huey's threads run the rows."""

import contextlib
import hashlib
import logging
import signal
import threading
import time
from datetime import UTC, datetime

import psycopg
from django.conf import settings
from django.db import close_old_connections, connection, connections, transaction
from django.db.models.functions import Now
from django.utils.module_loading import autodiscover_modules
from huey import Huey, PostgresHuey, RedisHuey
from huey.serializer import SignedSerializer

from core import logs
from core.db import DATABASE_FAULTS, is_away
from core.jobs import outbox, schedule
from core.jobs.handover import Notes
from core.jobs.registry import periodics
from core.models import Heartbeat

POLL, BEAT, PLAN = 1, 10, 5  # seconds between looks at the rows, heartbeats at most, and looks at the clock
PATIENCE = 60  # seconds that a database which starts, or recovers, is waited for
TABLES_LOCK = 7_315_001  # any number that nobody else uses

stopping = threading.Event()


def connect() -> psycopg.Connection:
    """A connection of our own beside Django's, to listen on."""
    return psycopg.connect(**connections["default"].get_connection_params(), autocommit=True)


def make_huey() -> Huey:
    """Who can write to the queue must not be able to run code here, so messages are signed; results are not kept."""
    secret = hashlib.sha256(b"core.jobs" + settings.SECRET_KEY.encode()).hexdigest()
    options = {"results": False, "serializer": SignedSerializer(secret)}
    if settings.REDIS_URL:
        return RedisHuey("masteryhub", url=settings.REDIS_URL, **options)
    huey = PostgresHuey("masteryhub", connection=connect, create_tables=False, **options)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two workers that start together would both create the tables, and one would fail.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TABLES_LOCK])
        huey.storage.initialize_schema()
    return huey


def begin() -> Huey:
    """A worker is often started together with its database, or again because that crashed."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return make_huey()
        except DATABASE_FAULTS as error:
            if not is_away(error) or time.monotonic() > deadline:
                raise
            logs.jobs.warning("waits for the database", extra={"error": type(error).__name__})
            time.sleep(1)


def drain() -> None:
    """Run rows until none is due. It is claimed by the thread that runs it, at the moment it runs it."""
    close_old_connections()
    notes = Notes()
    try:
        while not stopping.is_set() and (row := outbox.claim()):
            outbox.attempt(row, notes)
            close_old_connections()
    finally:
        notes.close()


class Dispatcher(threading.Thread):
    def __init__(self, huey: Huey, threads: int):
        super().__init__(name="dispatcher", daemon=True)
        self.huey, self.threads = huey, threads
        self.nudge = huey.task(name="drain")(drain)
        self.next_beat = self.next_plan = 0.0
        self.planned: dict[str, datetime] = {}

    def run(self):
        while not stopping.is_set():
            try:
                self.listen()
            except Exception as error:  # noqa: BLE001 - it outlives a restart of the database and of Redis
                logs.jobs.error("dispatcher", extra={"error": type(error).__name__} | logs.where(error))
                stopping.wait(1)
        connections.close_all()

    def listen(self):
        with contextlib.closing(connect()) as listener:
            listener.execute(f"LISTEN {outbox.CHANNEL}")
            while not stopping.is_set():
                close_old_connections()
                self.tick(time.monotonic())
                # Behind a pooler of transactions no news ever comes: then this is a poll.
                for _ in listener.notifies(timeout=POLL, stop_after=1):
                    pass

    def tick(self, now: float):
        if now >= self.next_beat:
            beat()
            outbox.renew_leases()
            outbox.take_back_lost()
            self.next_beat = now + min(BEAT, settings.JOB_LEASE / 3)
        if now >= self.next_plan:
            self.plan(datetime.now(UTC))
            self.next_plan = now + PLAN
        wanted = outbox.count_due(self.threads)
        for _ in range(wanted - self.huey.pending_count() if wanted else 0):
            self.nudge()

    def plan(self, now: datetime):
        for task in periodics():
            slot = task.slot(now)
            if self.planned.get(task.name) != slot:
                schedule.open_slot(task, now)
                self.planned[task.name] = slot


def beat() -> None:
    row = Heartbeat(name=Heartbeat.WORKER, beat_at=Now())
    Heartbeat.objects.bulk_create([row], update_conflicts=True, update_fields=["beat_at"], unique_fields=["name"])


def own_connections() -> None:
    """Threads that live long keep a connection each, checked before use; a sweep may take longer than a page."""
    database = connections["default"].settings_dict
    connections.close_all()
    database["OPTIONS"].pop("pool", None)
    database["OPTIONS"]["options"] = "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=180000"
    database |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def run(threads: int) -> None:
    own_connections()
    autodiscover_modules("tasks")
    logging.getLogger("huey").setLevel(logging.WARNING)
    huey = begin()
    dispatcher = Dispatcher(huey, threads)
    consumer = huey.create_consumer(workers=threads, periodic=False, shutdown_timeout=25)
    consumer.start()
    # Huey's own handlers would interrupt a task at one of the two, and start the process again at the third.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    dispatcher.start()
    logs.jobs.info("started", extra={"threads": threads, "queue": type(huey).__name__})
    while not stopping.wait(5):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
    dispatcher.join(POLL + 2)
    connections.close_all()
    logs.jobs.info("stopped")
