from allauth.account.views import email as email_address
from allauth.mfa.recovery_codes.views import generate_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, remove_webauthn
from django.db.transaction import atomic
from django.urls import include, path

from features.accounts.admin import hide_secrets, one_way_in
from features.accounts.views import codes, exports, files, manage, once_more, own, privacy, site, terms, work

hide_secrets()
one_way_in()

# allauth's own views at allauth's own addresses, but the change and its audit row stand or fall together.
audited = [
    path("account/email/", atomic(email_address), name="account_email"),
    path("account/confirm-email/", codes.confirm_email, name="account_email_verification_sent"),
    path("account/2fa/totp/activate/", atomic(activate_totp), name="mfa_activate_totp"),
    path("account/2fa/totp/deactivate/", atomic(deactivate_totp), name="mfa_deactivate_totp"),
    path("account/2fa/recovery-codes/generate/", atomic(generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/2fa/webauthn/add/", atomic(add_webauthn), name="mfa_add_webauthn"),
    path("account/2fa/webauthn/keys/<int:pk>/remove/", atomic(remove_webauthn), name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("account/", own.account, name="account"),
    path("account/places/", own.places, name="own_places"),
    path("account/data/", privacy.data, name="own_data"),
    path("account/data/<str:name>.zip", privacy.data_archive, name="own_data_archive"),
    path("account/closure/", privacy.closure, name="closure"),
    path("reopening/<str:token>/", privacy.reopening, name="reopening"),
    path("account/consent/", terms.consent, name="consent"),
    path("account/unsent/", own.unsent, name="unsent"),
    path("account/unfinished/<slug:key>/", own.unfinished, name="unfinished"),
    path("account/preferences/", own.preferences, name="preferences"),
    path("account/sessions/<int:pk>/end/", own.end_session, name="end_session"),
    path("account/login/code/confirm/", codes.confirm_login, name="account_confirm_login_code"),
    path("account/reauthenticate/code/", once_more.by_mailed_code, name="reauthenticate_by_code"),
    path("account/password/set/", once_more.first_password, name="account_set_password"),
    path("account/password/reset/confirm/", codes.confirm_reset, name="account_confirm_password_reset_code"),
    path("account/password/reset/complete/", codes.complete_reset, name="account_complete_password_reset"),
    *audited,
    path("account/", include("allauth.urls")),
    path("files/<str:name>/<int:width>.webp", files.stored_file, name="stored_file"),
    path("files/<str:name>/", files.stored_document, name="stored_document"),
    path("terms/", terms.text, {"kind": "terms"}, name="terms"),
    path("privacy/", terms.text, {"kind": "privacy"}, name="privacy"),
    path("manage/", manage.manage, name="manage"),
    path("manage/roles/", manage.roles, name="manage_roles"),
    path("manage/audit/", manage.audit, name="manage_audit"),
    path("manage/work/", work.work, name="manage_work"),
    path("manage/exports/", exports.exports, name="manage_exports"),
    path("manage/exports/<str:name>.zip", exports.archive, name="manage_export"),
    path("manage/rules/", site.rules, name="manage_rules"),
    path("manage/terms/", terms.manage, name="manage_terms"),
]
