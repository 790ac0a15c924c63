"""Addresses that are not written to, for the organiser to look up and to take off the list."""

from django.contrib import admin

from features.accounts.access import has_role
from features.accounts.models import Role
from features.accounts.services import audit
from features.notifications.models import SuppressedAddress


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(admin.ModelAdmin):
    list_display = ("address", "reason", "answer", "suppressed_at")
    list_filter = ("reason",)
    search_fields = ("address",)
    ordering = ("-suppressed_at",)
    readonly_fields = ("suppressed_at",)

    def _is_organiser(self, request, obj=None):
        return has_role(request.user, Role.ORGANISER)

    has_module_permission = has_view_permission = has_add_permission = has_delete_permission = _is_organiser

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.address = obj.address.lower()
        super().save_model(request, obj, form, change)
        audit(request.user, "address.suppressed", "address")

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        audit(request.user, "address.suppression_lifted", "address")

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        audit(request.user, "address.suppression_lifted", "address")
