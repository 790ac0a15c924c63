"""An address as a QR code: an SVG of our own making, so that nothing is asked of anybody else."""

from itertools import groupby

import qrcode
from django.utils.html import format_html
from django.utils.translation import gettext as _

QUIET = 4  # modules of white around it, as readers need


def qr_svg(text: str, label: str = "") -> str:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(rows) for x, n in _runs(row))
    side = len(rows) + 2 * QUIET
    box = f"{-QUIET} {-QUIET} {side} {side}"
    return format_html(
        '<svg class="qr" viewBox="{}" width="180" height="180" role="img" aria-label="{}">'
        '<path d="{}" shape-rendering="crispEdges"/></svg>',
        box, label or _("QR code with the address of this page"), path,
    )  # fmt: skip


def _runs(row) -> list[tuple[int, int]]:
    """(where it begins, how long it is) of each run of dark modules: a third of the letters of single ones."""
    found, x = [], 0
    for is_dark, run in groupby(row):
        n = len(list(run))
        if is_dark:
            found.append((x, n))
        x += n
    return found
