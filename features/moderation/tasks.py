from core.jobs import job, periodic
from features.moderation import letters, services


@job
def send_sanction_letter(ref):
    kind, _colon, number = ref.partition(":")
    letters.send(kind, int(number))


@job
def gather_behind_merge(ref):
    services.gather_behind_merge(pk=int(ref))


@periodic(minutes=1)
def tell_ends():
    services.tell_ends()


@periodic(minutes=1)
def end_support_views():
    services.end_due_support_views()
