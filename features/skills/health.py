from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from features.accounts.health import Finding
from features.skills.models import Skill


def finding(now: datetime) -> Finding:
    """Without skills nobody can say what a session is about."""
    count = Skill.objects.count()
    if not count:
        words = _("There are none, so nothing can be taught or looked for. Its page brings in some 400.")
        return Finding(_("Skills"), False, words, reverse("manage_skills"))
    words = ngettext("{n} skill is known.", "{n} skills are known.", count).format(n=count)
    return Finding(_("Skills"), True, words, reverse("manage_skills"))
