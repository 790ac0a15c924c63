"""Time zones as people look for them: by continent, then by city."""

import zoneinfo
from functools import cache

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Everything else in the database is an alias without a place ("EST", "GB", "Etc/GMT+3").
CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


@cache
def choices() -> list:
    """For a select: (continent, [(zone, "Buenos Aires, Argentina"), …]). Old names stay, because browsers send them."""
    groups: dict[str, list[tuple[str, str]]] = {continent: [] for continent in CONTINENTS}
    for zone in sorted(zoneinfo.available_timezones()):
        continent, _, place = zone.partition("/")
        if place and continent in groups:
            groups[continent].append((zone, ", ".join(reversed(place.replace("_", " ").split("/")))))
    listed = [(CONTINENTS[name], sorted(zones, key=lambda zone: zone[1])) for name, zones in groups.items() if zones]
    return [*listed, ("UTC", [("UTC", "UTC")])]


def clean(name: str) -> str:
    """`name` if it is a zone this machine knows, else nothing: the browser may say anything."""
    return name if name in zoneinfo.available_timezones() else ""


def of_link(request, person):
    """For as long as it is entered: whoever came by a link of `person`'s, not logged in, reads times on their clocks. A
    browser that runs scripts makes them its own."""
    is_known = getattr(request, "viewer_zone_is_known", False)
    return timezone.override(timezone.get_current_timezone() if is_known or not person.time_zone else person.time_zone)
