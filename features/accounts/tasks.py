from datetime import timedelta

from core.jobs import each, job, periodic
from features.accounts import emails, services


@job
def send_account_letter(ref):
    emails.send(int(ref))


@job
def erase_file(ref):
    services.erase_file(ref)


@job
def make_export(ref):
    services.make_export(int(ref))


@job
def leave_behind_closure(ref):
    services.leave_behind_closure(pk=int(ref))


@periodic(minutes=60)
def end_of_accounts():
    each((services.forget_exports, services.erase_due), lambda step: step())


@periodic(minutes=24 * 60, at=timedelta(hours=4, minutes=10))
def end_idle_roles():
    services.end_idle()


@periodic(minutes=6 * 60)
def sweep_files():
    services.sweep_files()


@periodic(minutes=60)
def forget():
    steps = (services.forget_unconfirmed, emails.forget_unsent, services.forget_old_unfinished)
    each(steps, lambda step: step())
