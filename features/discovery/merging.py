"""What becomes of what somebody looked for when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Part, columns, parts


def register():
    parts.register("discovery", Part(columns("discovery", {"Wish.person": _("Wishes")}, keep="Wish.person")))
