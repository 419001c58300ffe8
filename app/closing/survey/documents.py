"""The report of a satisfaction survey (PermenPANRB 14/2017) beside an office's and the agency's own report. Pure.

Whether figures are shown was decided when that report was made; here nothing is decided a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from app.closing.inputs import Premises
from app.closing.rules.documents import Document, standing_again
from app.disclosure.rules.comments import StoredComment, addable, pooled, released
from app.disclosure.rules.ledger import Release
from app.disclosure.rules.minimum import hides_an_item
from app.disclosure.rules.profiles import Profile, profile
from app.indices.rules.figures import Scoring
from app.indices.rules.official import ItemIndex, OfficialIndex, official_index
from app.indices.rules.rounding import half_up
from app.instruments.consistency import SKM_ELEMENTS
from app.instruments.loading import shipped
from app.instruments.model import Band, Instrument
from app.measures.rules.formulas.samples import krejcie_morgan_size
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts
from app.ratings.tallies.rules.sheet_rows import SheetRow, counts

SKM = "skm"
# The unit of the report about all offices: no office's code has capitals, while one may equal the agency's.
WHOLE_UNIT = "ALL"
# How many elements stand at either end, where there are enough of them.
ENDS = 3
OWN_OF_OFFICES = frozenset({"offices", "employees", "changes", "feedback", "notice", "supersedes"})


@dataclass(frozen=True)
class Former:
    """What a report of a period that overlaps this one has told; `is_same` if it is a revision of this period."""

    profile: Profile
    suggestions: Sequence[str]
    is_same: bool


@dataclass(frozen=True)
class Sources:
    """What is said beside the figures, within the period.

    `profiles`: office → attribute → value → n; `raters`: office → how many rated; `former` and `trend` by the
    unit of the report, oldest first; `quoted` is what all closings so far quoted, as counts of comments.
    """

    profiles: Mapping[str, Mapping[str, Mapping[str, int]]]
    raters: Mapping[str, int]
    comments: Sequence[StoredComment]
    former: Mapping[str, Sequence[Former]]
    trend: Mapping[str, Sequence[Mapping[str, Any]]]
    quoted: Sequence[Release]


class Surveys(NamedTuple):
    """The documents, and what they quote of comments, to be weighed by later ones."""

    documents: list[Document]
    comments: Release


def survey_documents(premises: Premises, made: Sequence[Document], sources: Sources) -> Surveys:
    """One for every office's report, and one for the whole.

    Where a unit's report stands as it was in the revision before, so does its survey; if there was none, there
    is none, since it would tell what the report does not.
    """
    surveys: list[Document] = []
    bases = {
        WHOLE_UNIT if base.kind == "agency" else base.unit: base
        for base in sorted(made, key=lambda document: document.kind == "agency")
        if base.kind != "employee"
    }
    quoting = {
        unit: premises.offices if unit == WHOLE_UNIT else frozenset({unit})
        for unit, base in bases.items()
        if _is_new(premises, base) and not base.content["figures"]["suppressed"]
    }
    may, comments = addable(sources.comments, quoting, premises.whole, sources.quoted)
    for unit, base in bases.items():
        standing = premises.standing.get((SKM, unit))
        if _is_new(premises, base):
            surveys.append(_document(premises, base, unit, sources, surveys, may_add=unit in may))
        elif standing is not None:
            content = standing_again(standing, base.content["period"])
            surveys.append(Document(SKM, unit, base.office, standing["n"], content))
    return Surveys(surveys, comments)


def _is_new(premises: Premises, base: Document) -> bool:
    return not premises.standing or base.content.get("supersedes") == premises.revision - 1


def missing_elements(instrument: Instrument) -> list[dict[str, Any]]:
    """The official elements that the questionnaire does not ask about, by code and title.

    An element is asked about by its code, or by an item of the same dimension (speed is WAKTU, friendliness PERILAKU).
    """
    codes, dimensions = set(instrument.codes), {item.dimension for item in instrument.items}
    return [
        {"code": item.code, "title": dict(item.title)}
        for item in shipped()["skm-2017"].items
        if item.code not in codes and item.dimension not in dimensions
    ]


def is_full(instrument: Instrument) -> bool:
    """Whether it is the whole official survey of today: all nine elements by code, and an index called IKM."""
    return (
        instrument.index_name == "IKM" and instrument.older_rule is None and set(SKM_ELEMENTS) <= set(instrument.codes)
    )


def _document(
    premises: Premises, base: Document, unit: str, sources: Sources, surveys: Sequence[Document], *, may_add: bool
) -> Document:
    whole = base.kind == "agency"
    offices, parts = (premises.offices, surveys) if whole else (frozenset({base.unit}), ())
    instrument, rows = premises.scoring.instrument, _rows(premises, offices)
    survey: dict[str, Any] = {
        "full": is_full(instrument),
        "missing": [] if is_full(instrument) else missing_elements(instrument),
        "scale": {"low": instrument.low, "high": instrument.high},
        "results": None,
        "sample": None,
        "profile": None,
        "suggestions": [],
        "former": list(sources.trend.get(unit, ())),
    }
    if not base.content["figures"]["suppressed"]:
        survey |= {
            "results": _results(premises.scoring, base.content["figures"], counts(rows)),
            "sample": _sample(premises, base, rows),
            "profile": _profile(sources, unit, offices, parts),
            "suggestions": _suggestions(sources, unit, offices, parts, may_add=may_add),
        }
    content = {name: value for name, value in base.content.items() if name not in OWN_OF_OFFICES}
    content |= {"kind": SKM, "trend": [], "survey": survey}
    if (SKM, unit) in premises.standing:
        content["supersedes"] = premises.revision - 1
    return Document(SKM, unit, base.office, base.n, content)


def _rows(premises: Premises, offices: frozenset[str]) -> list[SheetRow]:
    """The sheets of the period at these offices."""
    months = (premises.months.get(month, ()) for month in sorted(premises.whole))
    return [row for rows in months for row in rows if row.office in offices]


def _results(scoring: Scoring, figures: Mapping[str, Any], counted: SheetCounts) -> dict[str, Any]:
    official = official_index(scoring.instrument, counted, scoring.mode, scoring.bands)
    if hides_an_item(scoring.instrument, counted):
        official = replace(official, composite=None)
    table = scoring.instrument.bands(scoring.bands)
    elements = [
        _element(scoring.instrument, place, item, shown)
        for place, (item, shown) in enumerate(zip(official.items, figures["dimensions"], strict=True))
    ]
    known = [item for item, told in zip(official.items, elements, strict=True) if told["index"] is not None]
    best = sorted(known, key=_mean, reverse=True)
    ends = min(ENDS, len(known) // 2)
    return {
        "elements": elements,
        "highest": [item.code for item in best[:ends]],
        "lowest": [item.code for item in best[::-1][:ends]],
        **_whole(official, table, scoring.instrument.high),
    }


def _element(instrument: Instrument, place: int, item: ItemIndex, shown: Mapping[str, Any]) -> dict[str, Any]:
    told = {"code": item.code, "title": dict(instrument.items[place].title), "n": shown["n"]}
    # An element that too few answered has no figures in the unit's own report, so it has none here.
    if shown["index"] is None or item.index is None or item.weighted is None:
        return told | dict.fromkeys(("nrr", "weighted", "index", "grade", "words"))
    return told | {
        "nrr": str(half_up(_mean(item), 4)),
        "weighted": str(half_up(item.weighted, 4)),
        "index": str(item.index.rounded),
        "grade": item.index.band.grade,
        "words": dict(item.index.band.words),
    }


def _whole(official: OfficialIndex, table: Sequence[Band], high: int) -> dict[str, Any]:
    """The index on the scale of the answers (the sum of weighted NRR), and the range of its grade on both scales."""
    if official.composite is None:
        return {"value": None, "band": None}
    place = table.index(official.composite.band)
    lower = official.composite.band.lower
    upper = table[place - 1].lower - Decimal("0.01") if place else Decimal(100)
    return {
        "value": str(half_up(official.composite.exact * high / 100, 4)),
        "band": {
            "index": [str(lower), str(upper)],
            "value": [str(half_up(Fraction(end) * high / 100, 4)) for end in (lower, upper)],
        },
    }


def _mean(item: ItemIndex) -> Fraction:
    assert item.mean is not None, "only elements with answers are compared"
    return item.mean


def _sample(premises: Premises, base: Document, rows: Sequence[SheetRow]) -> dict[str, Any]:
    """The population where every rated office told it, the sample the official table asks for, and what was reached."""
    rated = {row.office for row in rows}
    served = premises.served[By.office]
    population = sum(served[office] for office in rated) if rated <= served.keys() else None
    required = krejcie_morgan_size(population) if population else None
    return {
        "population": population,
        "required": required,
        "reached": base.n,
        "sufficient": None if required is None else base.n >= required,
        "channels": dict(base.content["figures"]["collection"]["channels"]),
        "offices": len(rated),
    }


def _profile(sources: Sources, unit: str, offices: frozenset[str], parts: Sequence[Document]) -> Mapping[str, Any]:
    total: dict[str, dict[str, int]] = {}
    for office in offices:
        for attribute, values in sources.profiles.get(office, {}).items():
            of_attribute = total.setdefault(attribute, {})
            for value, n in values.items():
                of_attribute[value] = of_attribute.get(value, 0) + n
    raters = sum(sources.raters.get(office, 0) for office in offices)
    former = sources.former.get(unit, ())
    same = next((each.profile for each in reversed(former) if each.is_same), None)
    shown = [part.content["survey"]["profile"] for part in parts if part.content["survey"]["profile"]]
    return profile(total, raters, shown, [each.profile for each in former], same)


def _suggestions(
    sources: Sources, unit: str, offices: frozenset[str], parts: Sequence[Document], *, may_add: bool
) -> list[str]:
    shown = {part.unit: part.content["survey"]["suggestions"] for part in parts}
    # What may not be added is left out: of the whole all that its offices do not quote themselves.
    said = [each for each in sources.comments if each.office in offices and (may_add or shown.get(each.office))]
    texts = pooled(said, shown) if parts else [each.text for each in said]
    former = sources.former.get(unit, ())
    same = next((each.suggestions for each in reversed(former) if each.is_same), None)
    return list(released(texts, [each.suggestions for each in former], same))
