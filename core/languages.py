"""Languages people speak here: codes as stored, names as the reader's language says them."""

from django.utils.translation import get_language_info, gettext

CODES = "ar cs da de el en es fi fr he hi hu id it ja ko nb nl pl pt ro ru sv tr uk vi zh-hans".split()  # noqa: SIM905


def name(code: str) -> str:
    """ "German" for de; an unknown code speaks for itself."""
    if code == "nb":  # which Django spells without its ring
        return gettext("Norwegian Bokmål")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def choices() -> list[tuple[str, str]]:
    return sorted(((code, name(code)) for code in CODES), key=lambda pair: pair[1])
