from core.jobs import job, periodic
from features.accounts import emails, services


@job
def send_account_letter(ref):
    emails.send(int(ref))


@job
def erase_file(ref):
    services.erase_file(ref)


@periodic(minutes=6 * 60)
def sweep_files():
    services.sweep_files()


@periodic(minutes=60)
def forget():
    services.forget_unconfirmed()
    emails.forget_unsent()
