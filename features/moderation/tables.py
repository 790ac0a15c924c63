import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.ui import when
from features.accounts.models import User
from features.moderation.models import ExpertApplication
from features.moderation.services import reader

LINK = '<a href="{}">{}</a><br><small class="muted">@{}</small>'


class PeopleTable(tables.Table):
    name = tables.Column(verbose_name=gettext_lazy("Member"))
    roles = tables.Column(verbose_name=gettext_lazy("Roles"), accessor="pk")
    state = tables.Column(verbose_name=gettext_lazy("State"), accessor="pk")
    joined_at = tables.Column(verbose_name=gettext_lazy("Joined"))

    class Meta:
        model = User
        fields = ("name", "roles", "state", "joined_at")
        orderable = False
        attrs = {"class": "records"}
        caption = gettext_lazy("People")
        empty_text = gettext_lazy("Nobody is like that. Take a filter away.")

    def render_name(self, record):
        return format_html(LINK, reverse("manage_person", args=[record.pk]), record.name, record.handle)

    def render_roles(self, record):
        names = [(grant.get_role_display().partition(":")[0],) for grant in record.roles_now]
        return format_html_join(", ", "{}", names)

    def render_state(self, record):
        said = [("bad" if s.kind == "suspension" else "turn", s.what()) for s in record.sanctions_now]
        if not record.is_active and not said:
            said = [("", _("Closed"))]
        if record.is_demo:
            said.append(("info", _("Demo")))
        return format_html_join(" ", '<span class="badge {}">{}</span>', said)

    def render_joined_at(self, value):
        return when(value, shape="day")


class ApplicationsTable(tables.Table):
    person = tables.Column(verbose_name=gettext_lazy("Applicant"))
    skills = tables.Column(verbose_name=gettext_lazy("Would teach"), accessor="pk")
    received_at = tables.Column(verbose_name=gettext_lazy("Received"))
    state = tables.Column(verbose_name=gettext_lazy("State"))
    reader = tables.Column(verbose_name=gettext_lazy("Read by"), accessor="pk")

    class Meta:
        model = ExpertApplication
        fields = ("person", "skills", "received_at", "state", "reader")
        orderable = False
        attrs = {"class": "records"}
        caption = gettext_lazy("Applications")

    def render_person(self, record, value):
        return format_html(LINK, reverse("manage_expert", args=[record.pk]), value.name, value.handle)

    def render_skills(self, record):
        return ", ".join(skill.name for skill in record.skills.all())

    def render_received_at(self, value):
        return when(value)

    def render_state(self, record):
        styles = {"received": "turn", "asked": "info", "approved": "ok", "declined": "bad"}
        style = styles.get(record.state, "")
        return format_html('<span class="badge {}">{}</span>', style, record.get_state_display())

    def render_reader(self, record):
        by = reader(record)
        return by.name if by else "—"
