"""An address as a QR code: an SVG of our own making, so that nothing is asked of anybody else."""

import qrcode
from django.utils.html import format_html
from django.utils.translation import gettext as _

QUIET = 4  # modules of white around it, as readers need


def qr_svg(text: str) -> str:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    side = len(rows) + 2 * QUIET
    box = f"{-QUIET} {-QUIET} {side} {side}"
    return format_html(
        '<svg class="qr" viewBox="{}" width="180" height="180" role="img" aria-label="{}">'
        '<path d="{}" shape-rendering="crispEdges"/></svg>',
        box, _("QR code with the address of this page"), path,
    )  # fmt: skip
