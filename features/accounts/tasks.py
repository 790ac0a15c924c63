from core.jobs import job, periodic
from features.accounts import emails, services


@job
def send_account_letter(ref):
    emails.send(int(ref))


@periodic(minutes=60)
def forget():
    services.forget_unconfirmed()
    emails.forget_unsent()
