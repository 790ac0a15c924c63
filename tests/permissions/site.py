"""What belongs to no feature: Django's admin, and what machines ask for."""

from django.contrib.contenttypes.models import ContentType

from features.accounts.models import User

USER = "admin:/admin/accounts/user/<path:object_id>/"
ELSEWHERE = "admin:/admin/(?P<url>.*)$"


def _guest(w):
    return [w.guest.pk]


ARGUMENTS = {
    "admin:view_on_site": lambda w: [ContentType.objects.get_for_model(User).pk, w.guest.pk],
    "admin:accounts_user_history": _guest,
    "admin:accounts_user_delete": _guest,
    "admin:accounts_user_change": _guest,
    USER: _guest,
    "admin:app_list": lambda w: ["accounts"],
    ELSEWHERE: lambda w: ["nothing/"],
    "django.contrib.sitemaps.views.sitemap": lambda w: ["sessions"],
}

BODIES = {
    ("admin:accounts_user_change", "POST"): lambda w: {"name": "Corrected Name", "headline": ""},
}

TABLE = f"""
#                                     stranger unverif. member owner expert moderat. moderator+ organiser
# Members are corrected here, never added or deleted: 403 says so to the organiser.
admin:index                      GET  login    login    404    404   404    mfa      404        200
admin:index                      POST login    login    404    404   404    mfa      404        200
admin:app_list                   GET  login    login    404    404   404    mfa      404        200
admin:app_list                   POST login    login    404    404   404    mfa      404        200
admin:accounts_user_changelist   GET  login    login    404    404   404    mfa      404        200
admin:accounts_user_changelist   POST login    login    404    404   404    mfa      404        200
admin:accounts_user_change       GET  login    login    404    404   404    mfa      404        200
admin:accounts_user_change       POST login    login    404    404   404    mfa      404        302
admin:accounts_user_history      GET  login    login    404    404   404    mfa      404        200
admin:accounts_user_history      POST login    login    404    404   404    mfa      404        200
admin:accounts_user_add          GET  login    login    404    404   404    mfa      404        403
admin:accounts_user_add          POST login    login    404    404   404    mfa      404        403
admin:accounts_user_delete       GET  login    login    404    404   404    mfa      404        403
admin:accounts_user_delete       POST login    login    404    404   404    mfa      404        403
{USER}                           GET  login    login    404    404   404    mfa      404        302
{USER}                           POST login    login    404    404   404    mfa      404        302
admin:view_on_site               GET  login    login    404    404   404    mfa      404        302
admin:view_on_site               POST login    login    404    404   404    mfa      404        302
admin:autocomplete               GET  login    login    404    404   404    mfa      404        403
admin:autocomplete               POST login    login    404    404   404    mfa      404        405
admin:jsi18n                     GET  login    login    404    404   404    mfa      404        200
admin:jsi18n                     POST login    login    404    404   404    mfa      404        405
{ELSEWHERE}                      GET  login    login    404    404   404    mfa      404        404
{ELSEWHERE}                      POST login    login    404    404   404    mfa      404        404
# Log-in and password are the site's own; these lead there.
admin:login                      GET  login    login    404    404   404    mfa      404        302
admin:login                      POST login    login    404    404   404    mfa      404        302
admin:password_change            GET  login    login    404    404   404    mfa      404        302
admin:password_change            POST login    login    404    404   404    mfa      404        302
admin:password_change_done       GET  login    login    404    404   404    mfa      404        200
admin:password_change_done       POST login    login    404    404   404    mfa      404        405
admin:logout                     GET  login    login    404    404   404    mfa      404        405
admin:logout                     POST login    login    404    404   404    mfa      404        200

# Below /api/, what is no address is nothing, in whatever way it is asked for.
api_nothing                           GET    404
api_nothing                           POST   404
api_nothing                           PUT    404
api_nothing                           PATCH  404
api_nothing                           DELETE 404

# For machines. The site maps are drawn by Django whatever the method; there is nothing to change in them.
sitemap                               GET  200
sitemap                               POST 200
django.contrib.sitemaps.views.sitemap GET  200
django.contrib.sitemaps.views.sitemap POST 200
robots                                GET  200
healthz                               GET  200
"""

# Only with DEMO=1 on a loopback address are these addresses there at all.
DEMO = """
dev_mail                              GET  200
dev_style                             GET  200
"""
