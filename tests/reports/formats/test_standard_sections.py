"""What a report says of promised and real time, and of procedure: by service, by office, beside the answers."""

from typing import Any

from app.reports.sections.blocks import Facts, Number, Range, Section, Table
from app.reports.sections.view import view
from tests.reports.formats.samples import draft

Drafts = dict[str, dict[str, Any]]


def section(document: dict[str, Any], language: str = "en") -> Section | None:
    found = [each for each in view(draft(document), language).sections if each.name == "standards"]
    return found[0] if found else None


def tables(document: dict[str, Any], language: str = "en") -> dict[str, list[list[Any]]]:
    told = section(document, language)
    assert told
    return {
        block.caption: [list(map(shown, row)) for row in block.rows]
        for block in told.blocks
        if isinstance(block, Table)
    }


def shown(cell: Any) -> Any:
    if isinstance(cell, Range):
        return shown(cell.lower), shown(cell.upper)
    return str(cell.shown) if isinstance(cell, Number) else cell


def test_an_office_has_its_services_with_their_promises_and_all_together(drafts: Drafts) -> None:
    told = tables(drafts["dukcapil"])
    times = told["Services within their promise"]
    assert told["What is promised"] == [
        ["KK", "3 working days", "Perwal 12/2025", "January 2026"],
        ["KTP-EL", "15 minutes", "SK Kepala Dinas 4/2026", "January 2026"],
        ["KTP-EL", "1 hour", "SK Kepala Dinas 9/2026", "September 2026"],
    ]
    assert [row[:4] for row in times] == [
        ["KK", "15", "13", "0.8667"],
        ["KTP-EL", "183", "169", "0.9235"],
        ["All services", "198", "182", "0.9192"],
    ]
    assert told["How long services took beside their promise"] == [
        ["KTP-EL", "58", "111", "11", "3"],
        ["All services", "62", "120", "13", "3"],
    ]
    assert [row[:5] for row in told["Steps of procedure (SOP) done"]] == [
        ["KTP-EL", "88", "440", "431", "0.9795"],
        ["All services", "88", "440", "431", "0.9795"],
    ]


def test_the_answers_about_speed_stand_beside_them(drafts: Drafts) -> None:
    told = section(drafts["dukcapil"])
    assert told
    [facts] = [block for block in told.blocks if isinstance(block, Facts)]
    document = drafts["dukcapil"]["figures"]["dimensions"][0]
    assert facts.items[0][0] == "What citizens answered: Speed"
    assert [shown(cell) for _, cell in facts.items] == [
        document["index"], tuple(document["interval"]), str(document["n"])
    ]  # fmt: skip
    # Where no question is about speed, or too little is told of the answers, the times stand alone.
    own = drafts["dukcapil"]
    silent = {**own, "standards": {**own["standards"], "speed": []}}
    few = {**own, "figures": drafts["E004"]["figures"], "withheld": "few"}
    for bare in map(section, (silent, few)):
        assert bare
        assert not [block for block in bare.blocks if isinstance(block, Facts)]


def test_the_agency_has_its_offices_and_what_several_tell_together(drafts: Drafts) -> None:
    told = tables(drafts["kota"], "id")
    assert [row[:4] for row in told["Layanan yang selesai dalam waktu janji, per kantor"]] == [
        ["Dukcapil", "dukcapil", "198", "182"],
        ["Upt-Jayapura", "upt-jayapura", "14", "10"],
    ]
    assert [row[:4] for row in told["Langkah prosedur (SOP) yang dilakukan, per kantor"]] == [
        ["Dukcapil", "dukcapil", "88", "440"],
        ["Upt-Jayapura", "upt-jayapura", "12", "84"],
    ]
    # Thirteen of three offices and two services, none of which could be told by themselves.
    assert told["Layanan yang selesai dalam waktu janji"][-1][:4] == ["Semua layanan", "225", "203", "0.9022"]


def test_nothing_is_said_of_persons_nor_where_nothing_is_told(drafts: Drafts) -> None:
    assert section(drafts["E001"]) is None
    assert "standards" not in drafts["E001"]
    assert section({name: part for name, part in drafts["dukcapil"].items() if name != "standards"}) is None
