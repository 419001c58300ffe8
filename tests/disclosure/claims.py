"""Answers over HTTP taken apart: which set of ratings each row is about, and what it says of them."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import Any, NamedTuple

import httpx

from app.disclosure.rules.calendar import span_of
from app.ratings.status import COUNTED, OPEN
from tests.disclosure.answers import Check, check_index_value, check_n, check_open, check_row
from tests.disclosure.askers import PARENTS, Asker, below

Only = Mapping[str, str | frozenset[str]]


class Claim(NamedTuple):
    """What an answer says of the ratings between two months that share something."""

    first: str
    last: str
    only: Only
    check: Check
    says: str
    standing: str = COUNTED

    @property
    def known_as(self) -> tuple[str, ...]:
        """The same for two answers that say the same of the same ratings."""
        about = (f"{name}={value if isinstance(value, str) else sorted(value)}" for name, value in self.only.items())
        return self.first, self.last, self.standing, self.says, *sorted(about)


def of_indices(asker: Asker, given: Mapping[str, str], table: Mapping[str, Any]) -> Iterator[Claim]:
    """The claims of `GET /v1/indices`."""
    only: dict[str, str | frozenset[str]] = {
        name: given[name] for name in ("service", "employee", "channel") if name in given
    }
    only |= _offices(asker.office, given.get("office"), children="include" in given)
    first, last = table["from"][:7], table["to"][:7]
    for row in table["rows"]:
        group = {name: value for name, value in (row["group"] or {}).items() if name != "name"}
        month = group.pop("month", None)
        ends = (month, month) if month else (first, last)
        if row["suppressed"]:
            assert not list(numbers(row)), row
            continue
        about = {**only, **group}
        personal = "employee" in given or "employee" in group
        yield Claim(*ends, about, partial(check_row, row, personal=personal), _said(row))
        opened = row["open"]
        yield Claim(*ends, about, partial(check_open, opened), _said(opened), OPEN)


def of_measures(asker: Asker, by: str, given: Mapping[str, str], table: Mapping[str, Any]) -> Iterator[Claim]:
    """The claims of `GET /v1/measures/…`."""
    offices = _offices(asker.office, given.get("office"), children=True)
    for row in table["rows"]:
        if row["suppressed"]:
            assert not list(numbers({name: each for name, each in row.items() if name not in ("code", "name")})), row
            continue
        about = {**offices, by: row["code"]}
        yield from _of_unit(table["from"][:7], table["to"][:7], about, row, personal=by == "employee")


def of_report(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The claims of a report of the whole agency's closing."""
    kind, unit = document["kind"], document["subject"]["code"]
    about: Only = {kind: unit} if kind in ("office", "employee") else {}
    if kind == "skm" and unit in PARENTS:
        about = {"office": unit}
    span = span_of(document["period"]["code"])
    assert span is not None
    first, last = f"{span.first:%Y-%m}", f"{span.last:%Y-%m}"
    figures = document["figures"]
    if not figures["suppressed"]:
        yield from _of_unit(first, last, about, figures, personal=kind == "employee")
    for month in document["trend"]:
        check = partial(check_index_value, month["n"], month["index"], personal=kind == "employee")
        yield Claim(month["month"], month["month"], about, check, _said(month))
    for line in document.get("offices", ()):
        if line["n"] is not None:
            value = line["index"] and line["index"]["value"]
            check = partial(check_index_value, line["n"], value, personal=False)
            yield Claim(first, last, {"office": line["code"]}, check, _said([line["n"], value]))


def from_csv(text: str, *, decimal_comma: bool) -> list[dict[str, Any]]:
    """The rows of an index as CSV, shaped as in JSON."""
    lines = csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=";" if decimal_comma else ",")
    return [_row_of(line, decimal_comma=decimal_comma) for line in lines]


def numbers(value: Any) -> Iterator[int | float]:
    """Every number that stands in an answer as a number."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def plain(response: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = response.json()
    return found


def _of_unit(first: str, last: str, about: Only, row: Mapping[str, Any], *, personal: bool) -> Iterator[Claim]:
    yield Claim(first, last, about, partial(check_row, row, personal=personal), _said(row))
    for name in ("channels", "services"):
        for value, n in (row["collection"][name] or {}).items():
            yield Claim(first, last, {**about, name[:-1]: value}, partial(check_n, n), _said(n))


def _offices(root: str | None, asked: str | None, *, children: bool) -> Only:
    """The offices that a question is about; nothing where they are all."""
    if asked is not None and not children:
        return {"office": frozenset({asked})}
    offices = below(asked or root)
    return {} if offices == PARENTS.keys() else {"office": offices}


def _row_of(line: Mapping[str, str], *, decimal_comma: bool) -> dict[str, Any]:
    cells = {name: value.replace(",", ".") if decimal_comma else value for name, value in line.items()}
    items = [name.removesuffix("_mean") for name in cells if name.endswith("_mean")]
    return {
        "group": cells["group"] or None,
        "n": _whole(cells["n"]),
        "waiting": cells["waiting"] or None,
        "held": _whole(cells["held"]),
        "dimensions": [
            {"n": _whole(cells[f"{item}_n"])} | {name: cells[f"{item}_{name}"] or None for name in ("mean", "index")}
            for item in items
        ],
        "index": cells["index"] or None,
        "complete": _whole(cells["complete_sheets"]),
        "incomplete_percent": _whole(cells["incomplete_percent"]),
        "open": _whole(cells["open"]),
        "tickets": [_whole(cells[f"tickets_{name}"]) for name in ("issued", "armed", "spent")],
    }


def as_in_csv(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of JSON as far as the CSV has it."""
    group, index, tickets = row["group"], row["index"], row["tickets"]
    return {
        "group": next((value for name, value in group.items() if name != "name"), None) if group else None,
        **{name: row[name] for name in ("n", "waiting", "held", "incomplete_percent")},
        "dimensions": [{name: each[name] for name in ("n", "mean", "index")} for each in row["dimensions"]],
        "index": index["value"] if index else None,
        "complete": index["interval"]["n"] if index and index["interval"] else None,
        "open": row["open"]["n"] if row["open"] else None,
        "tickets": [tickets[name] if tickets else None for name in ("issued", "armed", "spent")],
    }


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


def _said(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
