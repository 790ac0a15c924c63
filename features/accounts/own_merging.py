"""What becomes of an account's own rows when it is merged into another: its log-ins end, its handles lead on."""

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Column, Part, Rule, columns, parts
from features.accounts.models import User


def _photos(rows, _staying):
    """Who has two has one face: that of the account that stays."""
    return rows.filter(Exists(User.objects.filter(pk=OuterRef("owner"), photo=OuterRef("pk"))))


def register():
    ruled = columns(
        "accounts",
        {"RoleGrant.person": _("Roles"), "FormerHandle.person": _("Former handles"), "Consent.person": _("Consents")},
        move="RoleGrant.granted_by RoleGrant.revoked_by FormerHandle.person SiteRules.made_by Terms.written_by",
        keep="RoleGrant.person Consent.person Unfinished.person",
        drop="User_groups.user User_user_permissions.user",
        erase="DataExport.person",
        stay="Closure.person",
    )
    ruled |= {"accounts.StoredFile.owner": Column(Rule.KEEP, _("Files"), _photos)}
    ruled |= columns("admin", erase="LogEntry.user")
    ruled |= columns("account", {"EmailAddress.user": _("E-mail addresses")}, erase="EmailAddress.user")
    ruled |= columns("mfa", {"Authenticator.user": _("Second factors")}, erase="Authenticator.user")
    ruled |= columns("usersessions", {"UserSession.user": _("Browsers logged in")}, erase="UserSession.user")
    if apps.is_installed("allauth.socialaccount"):
        words = {"SocialAccount.user": _("Log-ins by other sites")}
        ruled |= columns("socialaccount", words, erase="SocialAccount.user")
    parts.register("accounts", Part(ruled, strangers=frozenset({"accounts.Consent.person ~ terms.written_by"})))
