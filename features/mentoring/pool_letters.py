"""The letter about a request that nobody took."""

from django.utils.translation import gettext as _

from core.seo import absolute
from features.mentoring.letters import letter
from features.mentoring.models import PooledRequest
from features.mentoring.relationship_letters import REQUESTS
from features.mentoring.services import alternatives
from features.notifications.kinds import Kind, kinds


def pooled_expired(notification):
    pooled = PooledRequest.objects.select_related("mentee").get(pk=notification.ref)
    said = [_("“%(goal)s” waited for two weeks, and no mentor took it.") % {"goal": pooled.goal}]
    found = alternatives(pooled.mentee, pooled.skills.all())
    if found:
        said.append(_("They fit and have room. Ask one of them by name:"))
    more = [(other.name, absolute(other.get_absolute_url())) for other in found]
    link = (_("See the request"), absolute(pooled.get_absolute_url()))
    return letter(_("Nobody took your request"), said, link, more=more)


def _sentences(notifications):
    goals = dict(PooledRequest.objects.filter(pk__in=[int(row.ref) for row in notifications]).values_list("pk", "goal"))
    return {
        row.pk: _("Nobody took your request “%(goal)s”.") % {"goal": goals[int(row.ref)]}
        for row in notifications
        if int(row.ref) in goals
    }


def register():
    kinds.register("pooled_expired", Kind(letter=pooled_expired, sentences=_sentences, group=REQUESTS))
