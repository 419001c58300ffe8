"""The demo's integrity reports, one in each state, and the keys that they are sealed to.

The private halves lie in a folder beside the demo's other files, so that whoever tries the demo can open reports with
them. Of an agency they never lie on a server.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from app.access.principals import Reach
from app.demo.town import AGENCY_CODE
from app.directory.agency_marks import AgencyMarks
from app.foundation.private_files import PRIVATE_FILE, make_folder
from app.foundation.storage.database import Database, Session
from app.integrity import handing_over, keys
from app.integrity.door import IntegrityDoor
from app.integrity.rules.kinds import ReportKind, ReportRecipient, ReportState
from app.integrity.schemas import IntegrityKeyIn, IntegrityReportIn, IntegrityReportQuery, IntegritySettingsIn
from app.integrity.sealing import new_private_key, open_sealed
from app.integrity.settings import put_settings

INSPECTORATE = "Inspektorat Kabupaten Cermin"
RETENTION_DAYS = 30
HOLDERS = ("pertama", "kedua")


class DemoReport(NamedTuple):
    """A report of the demo: how many days ago it came, and how far it has gone since."""

    days_ago: int
    office: str
    kind: ReportKind
    text: str
    state: ReportState
    recipient: ReportRecipient = ReportRecipient.agency
    contact: str | None = None


REPORTS = (
    DemoReport(
        75,
        "dpmptsp",
        ReportKind.favours,
        "Saya diminta uang rokok agar berkas izin saya dinaikkan.",
        ReportState.erased,
    ),
    DemoReport(
        40,
        "disdukcapil",
        ReportKind.delay,
        "Tiga kali saya disuruh kembali minggu depan, tanpa alasan apa pun.",
        ReportState.confirmed,
    ),
    DemoReport(
        12,
        "disdukcapil",
        ReportKind.partiality,
        "Orang yang kenal petugas dilayani lebih dulu, padahal nomornya jauh di belakang.",
        ReportState.forwarded,
        ReportRecipient.inspectorate,
        "0800-000-0000",
    ),
    DemoReport(6, "dpmptsp", ReportKind.procedure, "Syarat yang diminta tidak ada dalam daftar.", ReportState.received),
    DemoReport(1, "disdukcapil", ReportKind.improper, "Saya dibentak di depan antrean.", ReportState.received),
)
# Days after it came on which a report was handed over, confirmed and erased.
STEPS = (
    (ReportState.forwarded, 2, handing_over.forward),
    (ReportState.confirmed, 9, handing_over.confirm),
    (ReportState.erased, 45, handing_over.erase),
)


def have_integrity_reports(db: Database, reach: Reach, pepper: bytes, folder: Path, now: datetime) -> None:
    """Open the demo agency for reports, and let some of each state be there."""
    began = now - timedelta(days=REPORTS[0].days_ago + 1)
    make_folder(folder)
    with db.writing() as session:
        for recipient in ReportRecipient:
            for holder in HOLDERS:
                _prove(session, reach, folder / f"{recipient}-{holder}.json", recipient, holder, began)
        asked = IntegritySettingsIn(open=True, retention_days=RETENTION_DAYS, inspectorate=INSPECTORATE)
        put_settings(session, reach, asked, began)
    for report in REPORTS:
        _live(db, reach, pepper, report, now)


def _prove(session: Session, reach: Reach, file: Path, recipient: ReportRecipient, holder: str, then: datetime) -> None:
    private = _private_key(file)
    public = {name: value for name, value in private.items() if name != "d"}
    asked = IntegrityKeyIn.model_validate({"recipient": recipient, "label": f"Demo, {holder}", "jwk": public})
    challenge = keys.add_key(session, reach, asked, then)
    word = open_sealed(challenge.sealed, private)
    assert word is not None, "it was sealed to this key"
    keys.prove_key(session, reach, challenge.id, word.decode(), then)


def _private_key(file: Path) -> dict[str, str]:
    """The key in the file; a new one where there is none."""
    if file.exists():
        found: dict[str, str] = json.loads(file.read_text("utf-8"))
        return found
    made = new_private_key()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as handle:
        json.dump(made, handle)
    return made


def _live(db: Database, reach: Reach, pepper: bytes, report: DemoReport, now: datetime) -> None:
    came = now - timedelta(days=report.days_ago)
    # A door of that day: what it stores has the day on which it came.
    IntegrityDoor(db, AgencyMarks(), pepper, lambda: came).take(
        IntegrityReportIn(
            agency=AGENCY_CODE,
            office=report.office,
            kind=report.kind,
            recipient=report.recipient,
            text=report.text,
            contact=report.contact,
        ),
        "demo",
    )
    with db.reading() as session:
        listed = handing_over.list_reports(session, reach, IntegrityReportQuery(limit=500), came).items
    # Each comes on a day of its own, the oldest first.
    newest = listed[-1].id
    order = list(ReportState)
    for state, after, step in STEPS:
        if order.index(state) > order.index(report.state):
            return
        with db.writing() as session:
            step(session, reach, newest, came + timedelta(days=after))
