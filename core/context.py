from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import nav
from core.addresses import address
from core.middleware import has_session
from core.templatetags.ui import arch

FOOTER = [("learn", _("Learn")), ("teach", _("Teach")), ("trust", _("Trust"))]
OWN = [
    ("time", _("Your time")),
    ("learning", _("Learning")),
    ("teaching", _("Teaching")),
    ("self", _("About you")),
    ("money", _("Money")),
    ("settings", _("Settings")),
]


def _filled(sections, path):
    return [column for column in nav.columns(sections, path) if column["links"]]


def _near(path):
    return [link for column in nav.columns(OWN, path) for link in column["links"] if link["near"]]


def site(request):
    """What base.html needs. Nothing here touches the session of a stranger."""
    path = request.path
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        # Of this page, for whoever logs in and comes back to it.
        "here": lambda: quote(request.get_full_path()),
        "viewer_face": lambda: arch(request.user),
        "canonical_url": settings.SITE_URL + path,
        # Made when a template asks for them: a fragment has no frame.
        "nav": partial(nav.links, "main", path),
        "near_nav": partial(_near, path) if has_session(request) else [],
        "account_nav": partial(_filled, OWN, path) if has_session(request) else [],
        "footer_nav": partial(_filled, FOOTER, path),
        "viewer_zone": timezone.get_current_timezone_name(),
        "viewer_zone_is_known": getattr(request, "viewer_zone_is_known", False),
        "zone_url": address("preferences"),
        "has_session": has_session(request),
        "theme": getattr(request, "theme", ""),
        "support_view": getattr(request, "support_view", None),
        "role_rests": getattr(request, "role_rests", False),
        "demo": settings.DEMO and settings.IS_LOOPBACK,
    }
