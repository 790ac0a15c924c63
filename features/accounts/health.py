"""What an organiser should know first: is mail set up, does the worker live, is anything half configured."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import checks
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.health import LATE
from core.models import Heartbeat, Outbox
from core.registry import Registry
from features.accounts.models import PRIVILEGED_ROLES, RoleGrant, Terms, User, site_day

BACKED_UP = timedelta(days=2)  # a day, and one that was missed


@dataclass(frozen=True)
class Finding:
    label: str
    is_fine: bool
    words: str
    url: str = ""  # where something is done about it


health_reports = Registry("reports on health")  # of other features: from now to a finding


def findings(now: datetime | None = None) -> list[Finding]:
    now = now or timezone.now()
    own = [
        _mail(), _worker(now), _letters(), _backup(now), _address(), _time_zone(), _terms(), _second_factors(), _demo(),
    ]  # fmt: skip
    return [*own, *(report(now) for report in health_reports.values()), *_checks()]


def _mail() -> Finding:
    if settings.EMAIL_URL:
        return Finding(_("Mail"), True, _("Letters go out through the configured server."))
    return Finding(_("Mail"), False, _("No mail server: letters stay in files on this machine. Set EMAIL_URL."))


def _worker(now: datetime) -> Finding:
    last = Heartbeat.objects.filter(name=Heartbeat.WORKER).values_list("beat_at", flat=True).first()
    if last and now - last < timedelta(seconds=LATE):
        return Finding(_("Worker"), True, _("It is at work: reminders, letters and waitlists move."))
    if last:
        words = _("Silent for {time}. Letters and waitlists stand still; start the worker.")
        return Finding(_("Worker"), False, words.format(time=timesince(last, now)))
    return Finding(_("Worker"), False, _("It has never reported. Letters and waitlists stand still; start the worker."))


def _letters() -> Finding:
    parked = Outbox.objects.filter(parked_at__isnull=False).count()
    if not parked:
        return Finding(_("Work after the answer"), True, _("Nothing is stuck."), reverse("manage_work"))
    words = ngettext("{n} task failed too often and was parked.", "{n} tasks failed too often and were parked.", parked)
    return Finding(_("Work after the answer"), False, words.format(n=parked), reverse("manage_work"))


def _backup(now: datetime) -> Finding:
    last = Heartbeat.objects.filter(name=Heartbeat.BACKUP).values_list("beat_at", flat=True).first()
    label = _("Backup")
    if last and now - last < BACKED_UP:
        return Finding(label, True, _("The last one was made {time} ago.").format(time=timesince(last, now)))
    if last:
        words = _("The last one was made {time} ago. Whatever came since would be lost with the database.")
        return Finding(label, False, words.format(time=timesince(last, now)))
    words = _("Nobody has said that one was made. docs/operations.md shows how, and how it is brought back.")
    return Finding(label, settings.IS_LOOPBACK, words)


def _time_zone() -> Finding:
    words = _("Whoever has chosen none sees times of {zone}. DEFAULT_TIME_ZONE changes it.")
    return Finding(_("Time zone"), True, words.format(zone=settings.DEFAULT_TIME_ZONE))


def _terms() -> Finding:
    day = site_day()
    missing = [
        str(kind.label) for kind in Terms.Kind if not Terms.objects.filter(kind=kind, in_force_on__lte=day).exists()
    ]
    if not missing:
        return Finding(_("Terms"), True, _("Members agree to them when they join."), reverse("manage_terms"))
    words = _("Not published yet: {names}. Nobody has agreed to anything.")
    return Finding(_("Terms"), False, words.format(names=", ".join(missing)), reverse("manage_terms"))


def _address() -> Finding:
    if settings.IS_HTTPS or settings.IS_LOOPBACK:
        return Finding(_("Address"), True, settings.SITE_URL)
    words = _("{url} is not encrypted: passwords and passkeys need https. Set SITE_URL.")
    return Finding(_("Address"), False, words.format(url=settings.SITE_URL))


def _second_factors() -> Finding:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    grants = RoleGrant.objects.filter(role__in=PRIVILEGED_ROLES).in_force()
    privileged = User.objects.filter(role_grants__in=grants, is_active=True).distinct()
    missing = privileged.exclude(authenticator__type__in=factors).count()
    if not missing:
        return Finding(_("Second factor"), True, _("Everybody with a privileged role has one."))
    words = ngettext(
        "{n} person with a privileged role has none yet, and sees no privileged page.",
        "{n} people with a privileged role have none yet, and see no privileged page.",
        missing,
    )
    return Finding(_("Second factor"), False, words.format(n=missing))


def _demo() -> Finding:
    count = User.objects.filter(is_demo=True).count()
    if not count:
        return Finding(_("Demo data"), True, _("None: everybody here is real."))
    words = ngettext("{n} invented member is here.", "{n} invented members are here.", count).format(n=count)
    return Finding(_("Demo data"), settings.IS_LOOPBACK, words)


def _checks() -> list[Finding]:
    """What Django and our own checks say about the settings; most of it is only said about a production site."""
    said = checks.run_checks(include_deployment_checks=settings.IS_HTTPS)
    return [Finding(message.id or _("Settings"), False, message.msg) for message in said if not message.is_silenced()]
