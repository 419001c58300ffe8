"""What a report says of targets: each beside its figure, with a word; nothing where none were set."""

from typing import Any

from app.reports.sections.blocks import Number, Range, Table
from app.reports.sections.evidence_sheet import evidence_view
from app.reports.sections.view import view
from app.seals.signing import SigningKey
from tests.reports.formats.samples import draft, sealed

Drafts = dict[str, dict[str, Any]]


def table(document: dict[str, Any]) -> Table | None:
    """The table of targets in Indonesian."""
    told = [
        block for section in view(draft(document)).sections if section.name == "targets" for block in section.blocks
    ]
    return next((block for block in told if isinstance(block, Table)), None)


def shown(cell: Any) -> Any:
    if isinstance(cell, Range):
        return str(cell.lower.shown), str(cell.upper.shown)
    return str(cell.shown) if isinstance(cell, Number) else cell


def test_an_employees_targets_stand_beside_those_of_the_office(drafts: Drafts) -> None:
    told = table(drafts["E001"])
    assert told
    rows = [tuple(map(shown, row)) for row in told.rows]
    index, speed, friendliness = rows
    assert (index[0], index[1], index[5], index[6]) == ("IKL", "85.00", "tercapai", "88.00")
    # A target of the office alone, and one of the person alone.
    assert speed[1:6] == (None,) * 5
    assert speed[6:] == ("70.00", "tercapai")
    assert (friendliness[1], friendliness[5], friendliness[6:]) == ("99.50", "belum tercapai", (None, None))


def test_where_nothing_is_told_the_target_stands_with_its_code(drafts: Drafts) -> None:
    told = table(drafts["E004"])
    assert told
    assert ["speed", "90.00", None, None, None, "belum dapat dipastikan"] in [
        list(map(shown, row[:6])) for row in told.rows
    ]


def test_an_office_has_its_own_and_the_agency_all_of_them_by_office(drafts: Drafts) -> None:
    own, every = table(drafts["dukcapil"]), table(drafts["kota"])
    assert own
    assert every
    assert [shown(row[1]) for row in own.rows] == ["88.00", "70.00"]
    assert next(row[0] for row in every.rows) == "Dukcapil, IKL"
    assert len(every.rows) == 3


def test_without_targets_there_is_no_such_section(drafts: Drafts) -> None:
    for unit in ("E001", "dukcapil"):
        bare = {name: part for name, part in drafts[unit].items() if name not in ("targets", "office_targets")}
        assert table(bare) is None
    lines = [{name: part for name, part in line.items() if name != "targets"} for line in drafts["kota"]["offices"]]
    assert table({**drafts["kota"], "offices": lines}) is None


def test_a_sheet_of_evidence_says_them_in_short(drafts: Drafts, key: SigningKey) -> None:
    said = {
        name: value
        for section in evidence_view(sealed(drafts["E001"], key)).sections
        for block in section.blocks
        for name, value in getattr(block, "items", ())
    }
    assert said["Target (SKP)"].startswith("IKL 85,00: tercapai; ")
    assert said["Target kantor (SKP)"].startswith("IKL 88,00: ")
