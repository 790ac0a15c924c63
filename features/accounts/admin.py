"""Django's admin, for what has no page of its own: correcting what a member is called."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from features.accounts import services
from features.accounts.access import has_role
from features.accounts.models import Role, User

admin.site.site_header = admin.site.site_title = _("Site records")
admin.site.index_title = _("Records")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("name", "handle", "headline", "is_active", "joined_at")
    list_filter = ("is_active", "is_demo")
    search_fields = ("name", "handle")
    ordering = ("-joined_at",)
    fields = ("name", "headline", "handle", "languages", "time_zone", "is_active", "joined_at", "last_login")
    readonly_fields = ("handle", "languages", "time_zone", "is_active", "joined_at", "last_login")
    actions = None

    def _is_organiser(self, request, obj=None):
        return has_role(request.user, Role.ORGANISER)

    has_module_permission = has_view_permission = has_change_permission = _is_organiser

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        # The admin's change view is one transaction, so the row stands or falls with the change.
        super().save_model(request, obj, form, change)
        services.audit(request.user, "person.corrected", f"person:{obj.pk}", form.changed_data)


def one_way_in() -> None:
    """Log-in and password have one page each here, with limits and an audit log; the admin's own have neither."""
    admin.site.login = RedirectView.as_view(pattern_name="admin:index")
    admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")


def hide_secrets() -> None:
    """Factors hold keys, sessions hold keys, and what a person may do is a role: none of them is for browsing.

    Called when addresses are built, because the packages register these after us.
    """
    for model in (Authenticator, EmailAddress, UserSession, Group):
        if admin.site.is_registered(model):
            admin.site.unregister(model)
