"""Slips on paper: a PDF for a printer of 80 mm, with a slip on each page."""

from collections.abc import Sequence

from app.foundation.qr import qr_svg
from app.foundation.translations import translator
from app.foundation.typefaces import typeset
from app.tickets.rules.slips import INVITATION
from app.tickets.schemas import TicketOut


def slips_pdf(tickets: Sequence[TicketOut], language: str) -> bytes:
    """The slips of these tickets: their lines and, where there is an address, its QR code."""
    slips = [
        {"lines": ticket.text.split("\n"), "qr": qr_svg(ticket.address) if ticket.address else None}
        for ticket in tickets
    ]
    data = {"language": language, "title": translator(language)(INVITATION), "all": slips}
    return typeset("app.tickets", "slips.typ", "slips", data)
