"""An office's line in the agency's report, and how the ratings of all offices came about. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypedDict

from app.closing.rules.report_documents.agency import Integrity, OfficeLine
from app.closing.rules.report_documents.parts import TicketCounts
from app.closing.rules.report_documents.reports import OfficeReport
from app.closing.rules.report_documents.standards import StandardShares
from app.closing.rules.report_documents.targets import Attainment
from app.closing.rules.standards import in_a_line
from app.disclosure.rules.without_answers import shown_count, shown_tickets
from app.foundation.rounding import rounded
from app.measures.rules.formulas.samples import coverage
from app.screening.rules.sheets import RaisedRow, Reason
from app.tickets.rules.lifecycle import NO_TICKETS, TicketSum

FINDING_STATUSES = ("held", "noted", "released", "confirmed")


class _Beside(TypedDict, total=False):
    """What only some lines have."""

    targets: tuple[Attainment, ...]
    standards: StandardShares


def office_line(report: OfficeReport) -> OfficeLine:
    """The office's line in the agency's table, taken from its own report so that both always agree."""
    figures = report.figures
    collection = figures.collection
    # Absent where none were set or nothing is told, as in the office's own report.
    beside = _Beside()
    if report.targets:
        beside["targets"] = report.targets
    if report.standards:
        beside["standards"] = in_a_line(report.standards)
    return OfficeLine(
        **beside,
        code=report.subject.code,
        name=report.subject.name,
        n=figures.n,
        held=figures.held,
        index=figures.index,
        comparison=figures.comparison,
        served=collection.served if collection else None,
        coverage=collection.coverage if collection else None,
        channels=collection.channels if collection else None,
        tickets=report.tickets,
        held_reasons=report.held_reasons,
        withheld=report.withheld,
        incomplete_percent=figures.incomplete_percent,
    )


def ticket_counts(tickets: TicketSum | None) -> TicketCounts | None:
    """Issued in the period, armed and spent of them, and coverage = spent / armed; None without any,
    and where one of them is one to nine.

    These are counts of slips: they say nothing of what anybody answered.
    """
    if tickets is None or not tickets.issued:
        return None
    issued, armed, spent, part = shown_tickets(tickets)
    if issued is None or armed is None or spent is None:
        return None
    return TicketCounts(issued=issued, armed=armed, spent=spent, coverage=part)


def integrity(lines: Sequence[OfficeLine], raised: Sequence[RaisedRow] = ()) -> Integrity:
    """Of the `offices` with figures: how many reported whom they `served`, and what part of these has rated.

    `tickets` are those of the same offices together, so that none without figures can be found by subtraction.
    Offices that reported nothing are in none of `rated`, `served` and `coverage`: nothing is estimated for them.
    Of the same offices: `held_reasons` (reason → sheets), `bursts` (findings of that reason), and `findings`
    (standing → findings): what waits for a decision (`held`, `noted`), what was `released` and what
    `confirmed`; one to nine are null.
    """
    shown = [line for line in lines if line.n is not None]
    reporting = [(line.n or 0, line.served) for line in shown if line.served is not None]
    rated, served = sum(n for n, _ in reporting), sum(served for _, served in reporting)
    part = coverage(rated, served) if reporting else None
    offices = {line.code for line in shown}
    found = [row for row in raised if row.office in offices]
    held: Counter[str] = Counter()
    for line in shown:
        held.update(line.held_reasons or {})
    return Integrity(
        offices=len(shown),
        offices_told=len(reporting),
        rated=rated if reporting else None,
        served=served if reporting else None,
        coverage=None if part is None else rounded(part, 2),
        tickets=_together([line.tickets for line in shown if line.tickets]),
        bursts=shown_count(sum(row.n for row in found if row.reason == Reason.burst)),
        # Of an office that does not tell how many it holds, the reasons are not told either.
        held_reasons=None if any(line.held is None for line in shown) else dict(sorted(held.items())),
        findings={
            status: shown_count(sum(row.n for row in found if row.standing == status)) for status in FINDING_STATUSES
        },
    )


def _together(counts: Iterable[TicketCounts]) -> TicketCounts | None:
    total = NO_TICKETS
    for each in counts:
        total = total.plus(TicketSum(each.issued, each.armed, each.spent))
    return ticket_counts(total)
