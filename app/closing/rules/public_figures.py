"""What everybody may read of a final period: figures of the agency and its offices, as they were signed. Pure.

Each part is taken as it stands in the signed documents. What is not named here is never public: persons, replies,
notes, suggestions, findings, training, recognition, and the free words of plans.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

OFFICE, AGENCY, SURVEY = "office", "agency", "skm"
INDEX = ("name", "mean", "mean_interval", "value", "grade", "words", "interval")
METHOD = ("instrument", "version", "digest", "index_name", "index_title", "weights", "bands", "measures")
PERIOD = ("code", "from", "to", "revision")
REALISED = ("period", "done", "share", "on_time", "median_days")


class Signed(NamedTuple):
    """A sealed report: its id, its kind, the digest of its seal and the document that was signed."""

    report_id: UUID
    kind: str
    digest: str
    document: Mapping[str, Any]


def public_figures(whole: Signed, others: Iterable[Signed]) -> dict[str, Any]:
    """The public figures of one revision: `whole` is the report of all its offices, `others` are the rest of them.

    Offices come in the order of the report of the whole, with its words why one has no figures.
    """
    document = whole.document
    rest = list(others)
    offices = {each.document["subject"]["code"]: each for each in rest if each.kind == OFFICE}
    lines = [(line["code"], line["name"]) for line in document["offices"]]
    return {
        "agency": _only(document["agency"], ("code", "name")),
        "period": _only(document["period"], PERIOD),
        "method": _only(document["method"], METHOD),
        "final_on": document["final_on"],
        "whole": _unit(document["subject"]["code"], document["subject"]["name"], whole),
        "offices": [_unit(code, name, offices.get(code)) for code, name in lines],
        "follow_up": _follow_up(document["subject"]["code"], rest),
    }


def _unit(code: str, name: str, signed: Signed | None) -> dict[str, Any]:
    """One unit's line; an office without a report of its own has no figures, and so no number of ratings."""
    about = {"code": code, "name": name}
    if signed is None:
        return about | {"report": None, "digest": None, "n": None, "index": None}
    figures = signed.document["figures"]
    index = figures["index"]
    return about | {
        "report": str(signed.report_id),
        "digest": signed.digest,
        "n": figures["n"],
        "index": None if index is None else _only(index, INDEX),
    }


def _follow_up(unit: str, reports: Iterable[Signed]) -> dict[str, Any] | None:
    """How far the plan of the period before was carried out, in numbers; None where there was none."""
    for each in reports:
        if each.kind == SURVEY and each.document["subject"]["code"] == unit:
            realised = each.document["realisation"]
            actions = len(realised["items"])
            return _only(realised, REALISED) | {"actions": actions} if actions else None
    return None


def _only(part: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: part[name] for name in names if name in part}
