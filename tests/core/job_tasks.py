"""Jobs whose effects can be counted: each writes into `test_effect`, within its transaction unless it says so."""

import time

from django.db import connection

from core import mail
from core.jobs import job, periodic
from core.jobs.handover import Notes
from features.accounts.emails import Letter

TABLE = """
    DROP TABLE IF EXISTS test_effect;
    CREATE TABLE test_effect (id bigserial, kind text, ref text, at timestamptz DEFAULT clock_timestamp())
"""


def record(kind, ref, using=connection):
    with using.cursor() as cursor:
        cursor.execute("INSERT INTO test_effect (kind, ref) VALUES (%s, %s)", [kind, ref])


def record_at_once(kind, ref):
    """Committed whatever becomes of the job: the sign that it has begun."""
    notes = Notes()
    record(kind, ref, using=notes.connection)
    notes.close()


def counts(kind):
    """How often each ref had its effect."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ref, count(*) FROM test_effect WHERE kind = %s GROUP BY ref", [kind])
        return dict(cursor.fetchall())


def send_letter(ref):
    letter = Letter(subject=f"Letter {ref}", lines=["One of many."])
    mail.send(f"person-{ref}@example.org", "accounts/email/letter", {"letter": letter}, message_id=f"test-{ref}")


@job
def effect(ref):
    record("effect", ref)
    time.sleep(0.02)  # long enough to be killed in


@job
def letter(ref):
    record("letter", ref)
    send_letter(ref)


@job
def hold(ref):
    """Holds its row for a minute the first time, and does its work the second time."""
    record_at_once("held", ref)
    if counts("held")[ref] == 1:
        time.sleep(60)
    record("effect", ref)


@job
def slow(ref):
    record_at_once("begun", ref)
    time.sleep(1.5)
    record("effect", ref)


@job
def broken(ref):
    record("effect", ref)
    raise ZeroDivisionError("with the address of sofia@example.org in its words")


@job
def two_letters(ref):
    send_letter(ref)
    send_letter(ref + "-again")


@periodic(minutes=1)
def every_minute():
    record("minute", time.strftime("%H:%M"))
