"""Counts without answers (held sheets, tickets): none, or ten and more. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import rounded
from app.tickets.rules.lifecycle import TicketSum


class ShownTickets(NamedTuple):
    """Tickets issued, armed and spent, None for one to nine; coverage = spent / armed to whole per cent."""

    issued: int | None
    armed: int | None
    spent: int | None
    coverage: float | None


def shown_count(n: int) -> int | None:
    """The count, but for one to nine."""
    return None if 0 < n < SMALLEST_N else n


def shown_reasons(reasons: Mapping[str, int]) -> dict[str, int] | None:
    """How many for each reason; None if one of the counts is one to nine, for it could be had from the sum."""
    return None if any(shown_count(n) is None for n in reasons.values()) else dict(sorted(reasons.items()))


def shown_tickets(tickets: TicketSum) -> ShownTickets:
    """The counts of tickets as they may be told; coverage only beside both counts that it is of."""
    issued, armed, spent = map(shown_count, tickets)
    coverage = rounded(Fraction(tickets.spent, tickets.armed), 2) if armed and spent is not None else None
    return ShownTickets(issued, armed, spent, coverage)


def fresh_tickets(tickets: TicketSum) -> ShownTickets:
    """The counts for who runs queues and kiosks: what they did themselves, and how much of it was rated in tens."""
    spent = tickets.spent - tickets.spent % SMALLEST_N
    coverage = rounded(Fraction(spent, tickets.armed), 2) if tickets.armed else None
    return ShownTickets(tickets.issued, tickets.armed, spent, coverage)
