"""One's own data to take along, and the end of an account."""

import csv
import io
import json
import shutil
import tempfile
import zipfile
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each, enqueue
from core.limits import hit
from core.spreadsheets import cell
from features.accounts import emails
from features.accounts.access import has_role
from features.accounts.bulk_exports import bulk_exports
from features.accounts.models import Closure, DataExport, Role, RoleGrant, StoredFile, User
from features.accounts.personal_data import Foretold, erase_all, export_all, foretell_all, leave_all
from features.accounts.services.audit import audit
from features.accounts.signals import people_came_or_went

EXPORT_LASTS = timedelta(hours=48)
RECOVERY = timedelta(days=14)
SOON = timedelta(minutes=1)  # longer than any request takes


class ClosureRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


# --- To take along ----------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_export(
    *, person: User, kind: str = DataExport.OWN, anew: bool = False, now: datetime | None = None
) -> DataExport:
    """Have an archive made, of all the site knows about them or of a bulk export. Two that ask get the same one;
    `anew` puts a fresh one in the place of one that is made."""
    now = now or timezone.now()
    User.objects.select_for_update().get(pk=person.pk)  # two presses are one
    there = DataExport.objects.filter(person=person, kind=kind).open(now).defer("archive").first()
    if there and not (anew and there.made_at):
        return there
    hit("data_export" if kind == DataExport.OWN else "bulk_export", person.pk)
    if there:
        there.delete()
    asked = DataExport.objects.create(person=person, kind=kind, asked_at=now)
    audit(person, "data.exported", f"person:{person.pk}" if kind == DataExport.OWN else f"export:{kind}")
    enqueue("features.accounts.tasks.make_export", asked.pk)
    return asked


@transaction.atomic
def make_export(pk: int, now: datetime | None = None) -> None:
    """A second run finds it made. Whoever is gone gets none."""
    now = now or timezone.now()
    asked = DataExport.objects.select_for_update().filter(pk=pk, made_at=None, person__is_active=True).first()
    if asked is None:
        return
    person = asked.person
    if asked.kind != DataExport.OWN and not (asked.kind in bulk_exports and has_role(person, Role.ORGANISER)):
        return
    asked.archive = _archive(person) if asked.kind == DataExport.OWN else _bulk_archive(asked.kind)
    asked.made_at, asked.ends_at = now, now + EXPORT_LASTS
    asked.save()
    emails.write("export_ready" if asked.kind == DataExport.OWN else "bulk_export_ready", person.email, {})


def forget_exports(now: datetime | None = None) -> int:
    """Those that are over, and those that were never made."""
    now = now or timezone.now()
    never = DataExport.objects.filter(made_at=None, asked_at__lt=now - EXPORT_LASTS)
    return never.delete()[0] + DataExport.objects.filter(ends_at__lte=now).delete()[0]


def _archive(person: User) -> bytes:
    """One file of JSON for each part of the site, and the files as they are kept."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in export_all(person).items():
            text = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{name}.json", text)
        for file in StoredFile.objects.filter(owner=person):
            path = file.paths[-1]  # of a picture the largest
            if default_storage.exists(path):
                with default_storage.open(path) as content:
                    archive.writestr(f"files/{path.rpartition('/')[2]}", content.read())
    return out.getvalue()


def _bulk_archive(kind: str) -> bytes:
    """The same rows twice: for programs, a row of JSON to a line, and for a spreadsheet. Neither is held whole."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryFile() as kept,
        io.TextIOWrapper(kept, "utf-8-sig", newline="") as sheet,  # a sign by which spreadsheets know it
    ):
        table = None
        with archive.open(f"{kind}.ndjson", "w") as lines:
            for row in bulk_exports[kind].rows():
                line = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
                lines.write(line.encode() + b"\n")
                plain = json.loads(line)
                if table is None:
                    table = csv.DictWriter(sheet, list(plain))
                    table.writeheader()
                table.writerow({name: cell(_flat(value)) for name, value in plain.items()})
        sheet.flush()
        kept.seek(0)
        with archive.open(f"{kind}.csv", "w") as target:
            shutil.copyfileobj(kept, target)
    return out.getvalue()


def _flat(value):
    """A list in one cell of a sheet, as people write it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


# --- The end of an account --------------------------------------------------------------------------------------------
def what_closing_means(person: User) -> Foretold:
    return foretell_all(person)


@transaction.atomic
def close(*, person: User, takes_words: bool, now: datetime | None = None) -> Closure:
    """Nobody is there any more; in two weeks nothing is, unless they come back by the link that is mailed."""
    now = now or timezone.now()
    _somebody_else_runs_it(person)
    if not User.objects.select_for_update().get(pk=person.pk).is_active:
        raise ClosureRefused("closed", _("This account is closed already."))
    closure = Closure.objects.create(person=person, takes_words=takes_words, closed_at=now, erases_at=now + RECOVERY)
    leave_all(person)
    DataExport.objects.filter(person=person).delete()
    person.is_active, person.suspended_until = False, None
    person.save(update_fields=["is_active", "suspended_until"])
    for session in UserSession.objects.filter(user=person):
        session.end()
    audit(person, "account.closed", f"person:{person.pk}", ["with_words"] if takes_words else [])
    people_came_or_went.send(User, people=[person.pk])
    emails.write("account_closed", person.email, {"page": reopening_path(closure)})
    enqueue("features.accounts.tasks.leave_behind_closure", closure.pk, not_before=now + SOON)
    return closure


@transaction.atomic
def leave_behind_closure(*, pk: int) -> None:
    """What a request wrote that was under way when the account was closed: it waited for the lock, and then wrote for
    somebody who is not there. Run twice it finds nothing; whoever came back meanwhile keeps what they have."""
    closure = Closure.objects.select_for_update().filter(pk=pk, erased_at=None).first()
    if closure:
        leave_all(closure.person)
        DataExport.objects.filter(person=closure.person_id).delete()
        people_came_or_went.send(User, people=[closure.person_id])


def _somebody_else_runs_it(person: User) -> None:
    """The rows of all organisers are the queue: two of them cannot leave at once."""
    grants = RoleGrant.objects.filter(role=Role.ORGANISER, scope="").in_force()
    people = User.objects.filter(Q(pk__in=grants.values("person")) | Q(is_superuser=True), is_active=True)
    in_charge = set(people.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    if in_charge == {person.pk}:
        raise ClosureRefused(
            "last_organiser", _("Somebody has to run the site. Give another person the role of organiser first.")
        )


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="accounts.reopening", sep="~")


def reopening_path(closure: Closure) -> str:
    return reverse("reopening", args=[_signer().sign(closure.public_id)])


def way_back(email: str) -> str | None:
    """To whoever closed the account with this address and may still have it back."""
    closure = Closure.objects.filter(person__email=email.lower(), erased_at=None).first()
    return reopening_path(closure) if closure else None


def closure_by_link(token: str) -> Closure | None:
    """The closure that may still be undone by this link. Raises ClosureRefused where it was."""
    try:
        name = _signer().unsign(token, max_age=RECOVERY)
    except BadSignature:
        return None
    closure = Closure.objects.select_related("person").filter(public_id=name).first()
    if closure is None:
        raise _undone()
    return None if closure.erased_at else closure


def _undone() -> ClosureRefused:
    return ClosureRefused("undone", _("This link was used, and the account is there again. Log in as before."))


@transaction.atomic
def reopen(*, closure: Closure) -> None:
    """The account is there again; what was given back when it closed is not. Raises ClosureRefused."""
    standing = Closure.objects.select_for_update().filter(pk=closure.pk).first()
    if standing is None:
        raise _undone()
    if standing.erased_at:
        raise ClosureRefused("erased", _("This account is erased. You may join again with the same address."))
    person = User.objects.select_for_update().get(pk=standing.person_id)
    person.is_active = True
    person.save(update_fields=["is_active"])
    standing.delete()
    audit(person, "account.reopened", f"person:{person.pk}")
    people_came_or_went.send(User, people=[person.pk])


def erase_due(now: datetime | None = None) -> int:
    """Erase whoever closed their account two weeks ago. Each is a transaction: one that fails holds up no other."""
    now = now or timezone.now()
    due = Closure.objects.filter(erases_at__lte=now, erased_at=None).order_by("erases_at")
    return each(due.values_list("pk", flat=True), lambda pk: _erase(pk, now))


@transaction.atomic
def _erase(pk: int, now: datetime) -> bool:
    closure = Closure.objects.select_for_update().filter(pk=pk, erased_at=None).first()
    if closure is None:
        return False
    person = User.objects.get(pk=closure.person_id)
    audit(None, "account.erased", f"person:{person.pk}")
    erase_all(person, with_words=closure.takes_words)
    closure.erased_at = now
    closure.save(update_fields=["erased_at"])
    return True
