"""Addresses as QR codes, for slips, posters and kiosks."""

from base64 import b64encode
from io import BytesIO


def qr_svg(address: str) -> str:
    """An SVG element without a size of its own."""
    # Here and below, because most processes draw none.
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, border=4
    )
    return drawn.getvalue().decode()


def qr_png(address: str) -> str:
    """A PNG in base64."""
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    return b64encode(drawn.getvalue()).decode()
