"""What templates need to know about accounts."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from features.accounts import access, services

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_pages(context):
    """Links to the pages of those who run the site, as far as the reader may open them."""
    request = context["request"]
    found = [(reverse(page.url_name), page) for page in access.staff_pages_of(request.user)]
    longest = max((url for url, _page in found if request.path.startswith(url)), key=len, default="")
    return [
        {"url": url, "label": page.label, "section": page.section, "current": url == longest} for url, page in found
    ]


@register.simple_tag(takes_context=True)
def staff_places(context):
    """The same in sections, as `_places.html` shows them."""
    pages = staff_pages(context)
    found = [
        {"key": key, "title": title, "links": [page for page in pages if page["section"] == key]}
        for key, title in access.STAFF_SECTIONS
    ]
    return [section for section in found if section["links"]]


@register.simple_tag
def terms_in_force():
    """What whoever joins now agrees to."""
    return services.terms_in_force()


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
