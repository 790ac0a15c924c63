"""Settings of a site where one can log in by another site: allauth's own pretended one, which needs no internet."""

from core.settings import *  # noqa: F403
from core.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "allauth.socialaccount", "allauth.socialaccount.providers.dummy"]
SOCIALACCOUNT_ADAPTER = "features.accounts.social.SocialAdapter"
