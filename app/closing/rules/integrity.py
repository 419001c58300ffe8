"""What an agency's report says of each office, and how far the ratings stand for those who were served. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.closing.rules.documents import Document
from app.indices.rules.rounding import rounded
from app.measures.rules.formulas.samples import coverage
from app.screening.rules.sheets import HeldRow, RaisedRow, Reason
from app.tickets.rules.lifecycle import TicketSum

STANDINGS = ("held", "noted", "released", "confirmed")
Line = Mapping[str, Any]


def office_line(document: Document) -> dict[str, Any]:
    """An office as its own report tells of it, so that the agency's says nothing else."""
    content = document.content
    figures = content["figures"]
    collection = figures["collection"] or {}
    return {
        "code": document.unit,
        "name": content["subject"]["name"],
        **{name: figures[name] for name in ("n", "held", "index", "comparison")},
        **{name: collection.get(name) for name in ("served", "coverage", "channels")},
        "tickets": content.get("tickets"),
        "held_reasons": content.get("held_reasons"),
        "withheld": content.get("withheld"),
    }


def tickets_told(tickets: TicketSum | None) -> dict[str, Any] | None:
    """Issued in the period, armed and spent of them, and coverage = spent / armed; None where none was issued.

    These are counts of slips: they say nothing of what anybody answered.
    """
    if tickets is None or not tickets.issued:
        return None
    return {**tickets._asdict(), "coverage": tickets.coverage}


def reasons(rows: Iterable[HeldRow]) -> dict[str, int]:
    """How many sheets are held for which reason."""
    total: Counter[str] = Counter()
    for row in rows:
        total[row.reason] += row.n
    return dict(sorted(total.items()))


def integrity(lines: Sequence[Line], raised: Sequence[RaisedRow] = ()) -> dict[str, Any]:
    """Of the `offices` with figures: how many told whom they `served`, and what part of these has rated.

    `tickets` are those of the same offices together, so that none without figures can be told by subtraction.
    Offices that told nothing are in none of `rated`, `served` and `coverage`: nothing is made up for them.
    Of the same offices: `held_reasons` (reason → sheets), `bursts` (findings of that reason), and `findings`
    (standing → findings): what waits for a decision (`held`, `noted`), what was `released` and what `confirmed`.
    """
    shown = [line for line in lines if line["n"] is not None]
    told = [line for line in shown if line["served"] is not None]
    rated, served = sum(line["n"] for line in told), sum(line["served"] for line in told)
    part = coverage(rated, served) if told else None
    tickets = [line["tickets"] for line in shown if line.get("tickets")]
    together = TicketSum(*(sum(each[name] for each in tickets) for name in TicketSum._fields))
    offices = {line.get("code") for line in shown}
    found = [row for row in raised if row.office in offices]
    held: Counter[str] = Counter()
    for line in shown:
        held.update(line.get("held_reasons") or {})
    return {
        "offices": len(shown),
        "offices_told": len(told),
        "rated": rated if told else None,
        "served": served if told else None,
        "coverage": None if part is None else rounded(part),
        "tickets": tickets_told(together),
        "bursts": sum(row.n for row in found if row.reason == Reason.burst),
        "held_reasons": dict(sorted(held.items())),
        "findings": {standing: sum(row.n for row in found if row.standing == standing) for standing in STANDINGS},
    }
