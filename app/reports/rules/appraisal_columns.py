"""One employee's report as one row for an appraisal system (PermenPANRB 6/2022: evidence, never a predikat). Pure.

The names never change; `docs/appraisal-columns.md` says what each of them holds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

Plain: TypeAlias = Mapping[str, Any]
# An official figure is text, as in every answer: exact, not a float.
Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Cell, ...]
Kind: TypeAlias = Literal["text", "count", "official", "estimate", "flag"]


class Column(NamedTuple):
    """A column and what its cells hold; an `official` figure has a fixed number of decimals."""

    name: str
    kind: Kind
    places: int = 0


class Line(NamedTuple):
    """A report as it is stored, and what stands beside it: its id, its seal, the NIP as its reader may see it."""

    document: Plain
    report_id: str
    digest: str | None
    address: str | None
    nip: str | None


IDENTITY = (
    Column("nip", "text"),
    Column("code", "text"),
    Column("name", "text"),
    Column("position", "text"),
    Column("grade", "text"),
    Column("office_code", "text"),
    Column("office_name", "text"),
    Column("appraiser_code", "text"),
    Column("appraiser_name", "text"),
    Column("agency", "text"),
    Column("period", "text"),
    Column("revision", "count"),
    Column("state", "text"),
    Column("instrument", "text"),
)
# Of each dimension of the instrument, its code in front; and of the composite.
FIGURES = (
    Column("n", "count"),
    Column("mean", "official", 4),
    Column("index", "official", 2),
    Column("lower", "official", 2),
    Column("upper", "official", 2),
    Column("grade", "text"),
)
COMPOSITE = "composite"
COLLECTION = (
    Column("held", "count"),
    Column("served", "count"),
    Column("coverage", "estimate", 4),
    Column("channels", "text"),
)
COMPARISON = (
    Column("reliability", "estimate", 4),
    Column("use", "text"),
    Column("shrunken", "estimate", 4),
    Column("shrunken_lower", "estimate", 4),
    Column("shrunken_upper", "estimate", 4),
    Column("adjusted", "estimate", 4),
    Column("change", "estimate", 4),
    Column("change_lower", "estimate", 4),
    Column("change_upper", "estimate", 4),
    Column("flagged", "flag"),
)
EVIDENCE = (
    Column("report_id", "text"),
    Column("digest", "text"),
    Column("verification_address", "text"),
    Column("withheld_reason", "text"),
)


def columns(dimensions: Sequence[str]) -> tuple[Column, ...]:
    """The header for an instrument with these dimensions."""
    figures = [column._replace(name=f"{code}_{column.name}") for code in (*dimensions, COMPOSITE) for column in FIGURES]
    return (*IDENTITY, *figures, *COLLECTION, *COMPARISON, *EVIDENCE)


def row(line: Line, dimensions: Sequence[str]) -> Row:
    """The cells under that header; a suppressed employee has empty figures and the reason why."""
    figures = line.document["figures"]
    by_code = {each["code"]: each for each in figures["dimensions"] or ()}
    return (
        *_identity(line),
        *(cell for code in dimensions for cell in _dimension(by_code.get(code))),
        *_composite(figures),
        *_collection(figures),
        *_comparison(figures),
        line.report_id,
        line.digest,
        line.address,
        # Reports of an older make do not say why.
        line.document.get("withheld", "difference") if figures["suppressed"] else None,
    )


def _identity(line: Line) -> Row:
    document = line.document
    subject, period = document["subject"], document["period"]
    # Reports of an older make do not say who appraises.
    appraiser = document.get("appraiser") or {}
    return (
        line.nip,
        subject["code"],
        subject["name"],
        subject["position"],
        subject["grade"],
        subject["office"]["code"],
        subject["office"]["name"],
        appraiser.get("code"),
        appraiser.get("name"),
        document["agency"]["code"],
        period["code"],
        period["revision"],
        document["state"],
        document["method"]["instrument"],
    )


def _dimension(dimension: Plain | None) -> Row:
    if dimension is None:
        return (None,) * len(FIGURES)
    lower, upper = dimension["interval"] or (None, None)
    return dimension["n"], dimension["mean"], dimension["index"], lower, upper, dimension["grade"]


def _composite(figures: Plain) -> Row:
    index = figures["index"]
    if index is None:
        return figures["n"], *(None,) * (len(FIGURES) - 1)
    interval = index["interval"] or {}
    return figures["n"], index.get("mean"), index["value"], interval.get("lower"), interval.get("upper"), index["grade"]


def _collection(figures: Plain) -> Row:
    collection = figures["collection"] or {"served": None, "coverage": None, "channels": {}}
    channels = " ".join(f"{channel}={n}" for channel, n in sorted(collection["channels"].items()))
    return figures["held"], collection["served"], collection["coverage"], channels or None


def _comparison(figures: Plain) -> Row:
    comparison = figures["comparison"] or {}
    shrunken, mix = comparison.get("estimate") or {}, comparison.get("case_mix") or {}
    change, funnel = figures["change"] or {}, comparison.get("funnel") or {}
    return (
        comparison.get("reliability"),
        comparison.get("use"),
        shrunken.get("value"),
        shrunken.get("lower"),
        shrunken.get("upper"),
        mix.get("adjusted"),
        change.get("difference"),
        change.get("lower"),
        change.get("upper"),
        funnel.get("flagged"),
    )
