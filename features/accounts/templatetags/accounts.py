"""What templates need to know about accounts."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# First match wins: Edge and Opera also say Chrome, everything says Safari; Android also says Linux.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS", "Mac OS X": "macOS"}
SYSTEMS |= {"Windows": "Windows", "Linux": "Linux"}


@register.filter
def device(user_agent: str) -> str:
    """ "Firefox on Windows", as far as the browser tells; else what it said, shortened."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or user_agent[:60] or _("An unknown browser")
