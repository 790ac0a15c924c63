import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import when
from features.accounts.models import RoleGrant


class RolesTable(tables.Table):
    person = tables.Column(verbose_name=_("Member"))
    role = tables.Column(verbose_name=_("Role"))
    scope = tables.Column(verbose_name=_("Only in"), default=_("Everywhere"))
    granted_by = tables.Column(verbose_name=_("Given by"), default="—")
    granted_at = tables.Column(verbose_name=_("Since"))
    until = tables.Column(verbose_name=_("Until"), default=_("Without end"))
    revocation = tables.TemplateColumn(
        template_name="accounts/manage/_revocation.html", verbose_name=_("Act"), orderable=False, empty_values=()
    )

    class Meta:
        model = RoleGrant
        fields = ("person", "role", "scope", "granted_by", "granted_at", "until", "revocation")
        orderable = False
        attrs = {"class": "records"}
        caption = _("Roles in force")
        empty_text = _("Nobody has a role yet.")

    def render_person(self, value):
        return format_html("{}<br><small>@{}</small>", value.name, value.handle)

    def render_role(self, record):
        # "Expert: may publish sessions and mentor" explains itself where it is chosen; here the name is enough.
        return record.get_role_display().partition(":")[0]

    def render_granted_at(self, value):
        return when(value, shape="day")

    def render_until(self, value):
        return when(value, shape="day")


class AuditTable(tables.Table):
    """Of entries in words (`services.written_down`)."""

    happened_at = tables.Column(verbose_name=_("When"), accessor="entry__happened_at")
    by = tables.Column(verbose_name=_("Who"))
    said = tables.Column(verbose_name=_("Did"))
    target = tables.Column(verbose_name=_("To"))
    fields = tables.Column(verbose_name=_("What"), default="")

    class Meta:
        orderable = False
        attrs = {"class": "records"}
        caption = _("Audit log")

    def render_happened_at(self, value):
        return when(value)
