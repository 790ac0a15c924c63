"""Ways in, one's own account, and the organiser's pages.

Member, owner and expert gave their password a moment ago; moderators and the organiser did not, and are asked once
more where a way in could be changed. The owner has an authenticator app, recovery codes and a passkey.
"""

from datetime import timedelta

from features.accounts.models import site_day
from features.accounts.services.privacy import reopening_path
from tests.factories import PASSWORD

ARGUMENTS = {
    "own_data_archive": lambda w: [w.archive.public_id],
    "manage_export": lambda w: [w.archive.public_id],
    "reopening": lambda w: [reopening_path(w.closure).split("/")[2]],
    "end_session": lambda w: [w.phone.pk],
    "mfa_remove_webauthn": lambda w: [w.passkey.pk],
    "mfa_edit_webauthn": lambda w: [w.passkey.pk],
    "unfinished": lambda w: ["task-1"],
    "stored_file": lambda w: [w.host.photo_id, 192],
}
PREFERENCES = {
    "name": "Another Name", "handle": "another-name", "headline": "", "languages": ["en"], "time_zone": "UTC",
    "theme": "dark",
}  # fmt: skip
TERMS = {"kind": "terms", "after": 0, "text": "Be kind."}
NEW_PASSWORD = {"password1": "quite another phrase", "password2": "quite another phrase"}

SECRET = {"reopening"}

BODIES = {
    ("manage_work", "POST"): lambda w: {"row": "all"},
    ("preferences", "POST"): lambda w: PREFERENCES,
    ("closure", "POST"): lambda w: {"words": "keep", "sure": "on"},
    ("manage_rules", "POST"): lambda w: {"act": "team", "after": "0"},
    ("manage_terms", "POST"): lambda w: TERMS | {"in_force_on": site_day() + timedelta(days=30)},
    ("account_login", "POST"): lambda w: {"login": w.people["member"].email, "password": PASSWORD},
    ("account_signup", "POST"): lambda w: {"name": "New Person", "email": "new@example.org"},
    ("account_request_login_code", "POST"): lambda w: {"email": w.people["member"].email},
    ("account_reset_password", "POST"): lambda w: {"email": w.people["member"].email},
    ("account_reauthenticate", "POST"): lambda w: {"password": PASSWORD},
    ("account_change_password", "POST"): lambda w: {"oldpassword": PASSWORD, **NEW_PASSWORD},
    ("account_email", "POST"): lambda w: {"email": "moved@example.org", "action_add": ""},
    ("mfa_edit_webauthn", "POST"): lambda w: {"name": "Another name"},
}

TABLE = """
#                                        stranger unverif. member owner expert moderat. moderator+ organiser
# Doors. Whoever is inside is led on.
account_login                       GET  200      302      302    302   302    302      302        302
account_login                       POST 302      302      302    302   302    302      302        302
account_signup                      GET  200      200      302    302   302    302      302        302
account_signup                      POST 302      302      302    302   302    302      302        302
account_request_login_code          GET  200      302      302    302   302    302      302        302
account_request_login_code          POST 302      302      302    302   302    302      302        302
account_reset_password              GET  200
account_reset_password              POST 302
account_password_reset_completed    GET  200
account_inactive                    GET  200
account_logout                      GET  302      302      200    200   200    200      200        200
account_logout                      POST 302

# Steps on the way in: nobody is there but who has begun. The unverified one has a code to enter.
account_confirm_login_code          GET  302
account_confirm_login_code          POST 302
account_confirm_password_reset_code GET  302
account_confirm_password_reset_code POST 302
account_complete_password_reset     GET  302
account_complete_password_reset     POST 302
account_email_verification_sent     GET  302      200      302    302   302    302      302        302
account_email_verification_sent     POST 302      422      302    302   302    302      302        302
mfa_authenticate                    GET  302
mfa_authenticate                    POST 302
mfa_login_webauthn                  GET  302
mfa_login_webauthn                  POST 302

# One's own account.
account                             GET  login    login    200    200   200    200      200        200
own_places                          GET  login    login    200    200   200    200      200        200
preferences                         GET  login    login    200    200   200    200      200        200
unfinished                          POST login    login    200    200   200    200      200        200
unsent                              GET  login    login    302    302   302    302      302        302
unsent                              POST login    login    303    303   303    303      303        303
preferences                         POST login    login    303    303   303    303      303        303
own_data                            GET  login    login    200    200   200    again    again      again
own_data                            POST login    login    303    303   303    again    again      again
own_data_archive                    GET  login    login    404    200   404    again    again      again
closure                             GET  login    login    200    200   200    again    again      again
closure                             POST login    login    303    303   303    again    again      again
# What one agrees to is everybody's to read; in this world nothing is, so nobody is asked.
terms                               GET  200
privacy                             GET  200
consent                             GET  login    login    302    302   302    302      302        302
consent                             POST login    login    303    303   303    303      303        303
reopening                           GET  200
reopening                           POST 303
usersessions_list                   GET  login    login    200    200   200    200      200        200
usersessions_list                   POST login    login    302    302   302    302      302        302
end_session                         POST login    login    404    303   404    404      404        404
account_reauthenticate              GET  login    login    200    200   200    200      200        200
account_reauthenticate              POST login    login    302    302   302    302      302        302
account_change_password             GET  login    login    200    200   200    200      200        200
account_change_password             POST login    login    302    302   302    302      302        302
reauthenticate_by_code              GET  login    login    again  again again  again    again      again
reauthenticate_by_code              POST login    login    again  again again  again    again      again
account_set_password                GET  login    login    302    302   302    again    again      again
account_set_password                POST login    login    302    302   302    302      302        302
account_email                       GET  login    login    200    200   200    200      200        200
account_email                       POST login    login    302    302   302    302      again      again

# The second factor.
mfa_index                           GET  login    login    200    200   200    200      200        200
mfa_index                           POST login    login    405    405   405    405      405        405
mfa_reauthenticate                  GET  login    login    again  200   again  again    200        200
mfa_reauthenticate                  POST login    login    again  422   again  again    422        422
mfa_activate_totp                   GET  login    login    200    302   200    again    again      again
mfa_activate_totp                   POST login    login    422    302   422    again    again      again
mfa_deactivate_totp                 GET  login    login    404    200   404    404      again      again
mfa_deactivate_totp                 POST login    login    404    302   404    404      again      again
mfa_view_recovery_codes             GET  login    login    404    200   404    404      again      again
mfa_view_recovery_codes             POST login    login    405    405   405    405      405        405
mfa_download_recovery_codes         GET  login    login    404    200   404    404      again      again
mfa_download_recovery_codes         POST login    login    404    405   404    404      again      again
mfa_generate_recovery_codes         GET  login    login    200    200   200    again    again      again
mfa_generate_recovery_codes         POST login    login    422    302   422    again    again      again
mfa_list_webauthn                   GET  login    login    200    200   200    200      200        200
mfa_list_webauthn                   POST login    login    405    405   405    405      405        405
mfa_add_webauthn                    GET  login    login    200    200   200    again    again      again
mfa_add_webauthn                    POST login    login    422    422   422    again    again      again
mfa_edit_webauthn                   GET  login    login    404    200   404    again    again      again
mfa_edit_webauthn                   POST login    login    404    302   404    again    again      again
mfa_remove_webauthn                 GET  login    login    404    200   404    again    again      again
mfa_remove_webauthn                 POST login    login    404    302   404    again    again      again
mfa_reauthenticate_webauthn         GET  login    login    again  200   again  again    again      again
mfa_reauthenticate_webauthn         POST login    login    again  302   again  again    again      again

# The organiser's pages. A role without a second factor is led to set one up.
manage                              GET  login    login    404    404   404    mfa      404        200
manage                              POST login    login    404    404   404    mfa      405        405
manage_roles                        GET  login    login    404    404   404    mfa      404        200
manage_roles                        POST login    login    404    404   404    mfa      405        405
stored_file                         GET  200
manage_rules                        GET  login    login    404    404   404    mfa      404        200
manage_rules                        POST login    login    404    404   404    mfa      404        303
manage_terms                        GET  login    login    404    404   404    mfa      404        200
manage_terms                        POST login    login    404    404   404    mfa      404        303
manage_exports                      GET  login    login    404    404   404    mfa      404        again
manage_exports                      POST login    login    404    404   404    mfa      404        again
manage_export                       GET  login    login    404    404   404    mfa      404        again
manage_export                       POST login    login    404    404   404    mfa      405        405
manage_work                         GET  login    login    404    404   404    mfa      404        200
manage_work                         POST login    login    404    404   404    mfa      404        303
manage_audit                        GET  login    login    404    404   404    mfa      404        200
manage_audit                        POST login    login    404    404   404    mfa      405        405
"""
