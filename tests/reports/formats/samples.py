"""Reports of every kind, made by closing a period of ratings in a running service."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from sqlmodel import select

from app.closing.rules.report_documents.reports import parse_report
from app.closing.tables import Report
from app.foundation.storage.database import Database
from app.reports.formats.printable import Printable
from app.seals.rules.envelopes import sign
from app.seals.signing import SigningKey
from tests.house import House
from tests.ratings.visits import Visit, put
from tests.standards.told import month as counted
from tests.standards.told import promise, tell
from tests.standards.told import put as put_promises

ADDRESS = "https://cermin.kota.example/v1/reports/019a7c3e-0000-7000-8000-000000000001/verification"
REPLY = "Dua loket tutup pada bulan Agustus.\nAntrean menjadi dua kali lipat."
NOTE = "Benar; jadwal loket sudah diperbaiki."
HOSTILE = ('=HYPERLINK("http://jahat.example";"klik")', "<script>alert(1)</script>", "#panic() *tebal* _x_ $1$ `kode`")

# How likely a 2, a 3 and a 4 are, by employee.
LEANINGS = {"E001": (4, 30, 66), "E002": (10, 55, 35), "E003": (2, 25, 73)}
NEED = {"figure": "code", "title": "title", "n": "n", "index": "index", "interval": "interval"}
LIMITS = {"warning": [3.2, 3.9], "alarm": [3.1, 4]}
PLACES = (("ktp-el", "kiosk"), ("kk", "kiosk"), ("ktp-el", "mobile"))
OFFICES = {"E001": "dukcapil", "E002": "dukcapil", "E003": "upt-jayapura", "E004": "dukcapil"}

# Attained, not attained, and both still open; of E004 nothing is told, and E003 has the office's target alone.
TARGETS = [
    {"period": "2026-Q3", "figure": figure, "value": value, subject: code}
    for subject, code, figure, value in (
        ("employee", "E001", "index", "85"),
        ("employee", "E001", "friendliness", "99.5"),
        ("employee", "E002", "index", "81.25"),
        ("employee", "E004", "speed", "90"),
        ("office", "dukcapil", "index", "88"),
        ("office", "dukcapil", "speed", "70"),
        ("office", "upt-jayapura", "index", "100"),
    )
]


PROMISES = (
    promise("ktp-el", valid_from="2026-01", source="SK Kepala Dinas 4/2026"),
    promise("ktp-el", valid_from="2026-09", amount=1, unit="hours", source="SK Kepala Dinas 9/2026"),
    promise("kk", valid_from="2026-01", amount=3, unit="working-days", source="Perwal 12/2025"),
)
# Some by themselves, some too few for their buckets, some told together, and of one office steps alone.
COUNTS = (
    counted((30, 51, 8, 2), month="2026-07", steps={"services": 88, "due": 5, "done": 431}),
    counted((28, 60, 3, 1), month="2026-09"),
    counted((4, 9, 2, 0), month="2026-08", service="kk"),
    counted((3, 0, 0, 0), month="2026-07", service="kk"),
    counted((5, 5, 4, 0), month="2026-08", office="upt-jayapura"),
    counted(None, month="2026-08", office="upt-jayapura", service="kk", steps={"services": 12, "due": 7, "done": 84}),
    counted((5, 0, 1, 0), month="2026-08", office="setda"),
    counted((2, 1, 1, 0), month="2026-08", office="upt-makassar", service="kk"),
)


def rated_town(database: Database) -> None:
    """A year of ratings of three employees, and too few of a fourth; no lot decides what is told together."""
    draw, visits = Random(7), []
    for month in range(1, 10):
        for employee, leaning in LEANINGS.items():
            number = 15 + 3 * month
            for place in range(number):
                sheet = "".join(draw.choices("234", leaning, k=3))
                service, channel = PLACES[place // 12 if place < number // 12 * 12 else 0]
                visits.append(_visit(draw, employee, month, sheet, service, channel))
    visits += [_visit(draw, "E004", 9, "434") for _ in range(4)]
    # About nobody: the last of them are told together with these four.
    visits += [replace(_visit(draw, "E004", month, "343"), employee=None) for month in range(1, 7) for _ in range(12)]
    visits += [replace(_visit(draw, "E004", 9, "343"), employee=None) for _ in range(6)]
    put(database, visits)


def _visit(
    draw: Random, employee: str, month: int, sheet: str, service: str = "ktp-el", channel: str = "kiosk"
) -> Visit:
    return Visit(
        office=OFFICES[employee],
        employee=employee,
        rated_on=date(2026, month, draw.randrange(1, 28)),
        sheet=sheet,
        service=service,
        channel=channel,
        held=draw.random() < 0.02,
    )


def drafts_of(house: House) -> dict[str, dict[str, Any]]:
    """Close the third quarter, and give the drafts' documents by unit."""
    rated_town(house.database)
    tell_standards(house)
    house.release()
    assert house.put("/v1/targets", {"targets": TARGETS}).json()["changed"] == len(TARGETS)
    closed = house.post("/v1/periods/2026-Q3/close", {}, "supervisor")
    assert closed.status_code == 201, closed.text
    with house.database.reading() as session:
        stored = session.scalars(select(Report.document).where(Report.agency_id == "kota")).all()
    read: list[dict[str, Any]] = list(map(json.loads, stored))
    return {_name(document): _in_a_larger_town(document) for document in read}


def tell_standards(house: House) -> None:
    """Promises of two services, of which one changes within the quarter, and what queue systems tell beside them."""
    assert put_promises(house, *PROMISES).json()["changed"] == len(PROMISES)
    assert tell(house, *COUNTS).json()["changed"] == len(COUNTS)


def _name(document: Mapping[str, Any]) -> str:
    code: str = document["subject"]["code"]
    return f"skm {code}" if document["kind"] == "skm" else code


def _in_a_larger_town(document: dict[str, Any]) -> dict[str, Any]:
    """The document as if units had more peers, and a queue system had told how many people E001 served.

    Three persons and two offices are too few for an estimate and for a funnel.
    """
    if document["subject"]["code"] == "E001":
        told = {"served": 310, "coverage": 0.3742, "bounds": [1.9, 3.78], "sample": 172, "sample_reached": False}
        document["figures"]["collection"] |= told
        document["figures"]["comparison"]["estimate"] = {"value": 3.6401, "lower": 3.5512, "upper": 3.729}
        _place(document["figures"])
    if document["kind"] == "office":
        _place(document["figures"])
        document["training"] = _needs(document)
    if document["kind"] == "agency":
        dukcapil = {"office": "dukcapil", "name": "Dukcapil"}
        document |= {"recognised": 2, "training": [dukcapil | each for each in _needs(document)]}
        sizes = [_place(line) for line in document["offices"]]
        limits = [{"n": n, **LIMITS} for n in (min(sizes), max(sizes))]
        document["funnel"] = {"centre": 3.6, "between": 0.01, "limits": limits}
    return document


def _needs(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As if two questions were weak spots."""
    return [
        {name: each[part] for name, part in NEED.items()} | {"reasons": reasons}
        for each, reasons in zip(document["figures"]["dimensions"], (["grade", "peers"], ["peers"]), strict=False)
    ]


def _place(figures: dict[str, Any]) -> int:
    n: int = figures["index"]["interval"]["n"]
    mean = figures["comparison"]["case_mix"]["raw"]
    distance = {"z": 0.9, "adjusted_z": 0.6, "q": 0.8, "flagged": False, "beyond": "nothing"}
    figures["comparison"]["funnel"] = {**distance, "n": n, "mean": mean, **LIMITS}
    return n


def named(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The document about somebody of another name, who also writes the reply."""
    return {**document, "subject": {**document["subject"], "name": name}, "reply": name}


def draft(document: Mapping[str, Any]) -> Printable:
    """A draft to print."""
    return Printable(parse_report(document))


def sealed(document: Mapping[str, Any], key: SigningKey) -> Printable:
    """The final report to print, with reply and note."""
    final_on = datetime(2026, 10, 12, 3, tzinfo=UTC).date().isoformat()
    final = {**document, "state": "final", "final_on": final_on}
    if document["kind"] == "employee":
        final = {**final, "reply": document["reply"] or REPLY, "note": document["note"] or NOTE}
    return Printable(parse_report(final), sign(final, key), ADDRESS)
