"""Letters that each reader has asked for: who they are."""

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from features.accounts.models import User
from features.notifications.kinds import Group
from features.notifications.models import Level, Preference, SuppressedAddress


def asked_for(group: Group) -> QuerySet[User]:
    """Who turned these letters on."""
    if group.proposed != Level.OFF:
        raise ValueError(f"{group.key} comes without being asked for")
    chosen = Preference.objects.filter(group=group.key, level=Level.MAIL)
    return User.objects.filter(pk__in=chosen.values("person"), is_active=True)


def reachable(group: Group) -> QuerySet[User]:
    """And whose address was proved to be theirs, and refuses no letters: what `may_write_to` asks of one."""
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True, email__iexact=OuterRef("email"))
    found = asked_for(group).annotate(address=Lower("email"))
    return found.filter(Exists(proved)).exclude(address__in=SuppressedAddress.objects.values("address"))
