"""The demo has an integrity report in each state, and keys beside it by which they are opened."""

import json
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.access.principals import Reach
from app.demo import integrity_reports as demo
from app.demo.loading import create_agency
from app.demo.town import AGENCY_CODE
from app.foundation.storage.database import Database
from app.integrity import handing_over
from app.integrity.rules.kinds import ReportState
from app.integrity.rules.plaintext import read_plaintext
from app.integrity.schemas import IntegrityReportQuery
from app.integrity.sealing import open_sealed

pytestmark = pytest.mark.sqlite_daily
NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
REACH = Reach(AGENCY_CODE, None, "demo")


def test_there_is_a_report_in_each_state_and_both_holders_open_what_is_not_erased(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        create_agency(session, NOW)
    demo.have_integrity_reports(database, REACH, b"pepper", tmp_path / "keys", NOW)
    files = sorted((tmp_path / "keys").iterdir())
    assert [stat.S_IMODE(each.stat().st_mode) for each in files] == [0o600] * 4
    holders = [json.loads(each.read_text()) for each in files]
    with database.writing() as session:
        found = handing_over.list_reports(session, REACH, IntegrityReportQuery(), NOW).items
        assert Counter(each.state for each in found) == Counter(each.state for each in demo.REPORTS)
        assert set(ReportState) == {each.state for each in found}
        # One waits longer than it should: the pages and the list say so.
        assert [each.due for each in found if each.state is ReportState.received] == [True, False]
        told = set()
        for each in found:
            if each.state is ReportState.erased:
                continue
            [request] = handing_over.hand_over(session, REACH, each.id, NOW).requests
            words = [open_sealed(request.cermin_sealed, private) for private in holders]
            opened = [read_plaintext(every) for every in words if every is not None]
            assert len(opened) == 2
            assert opened[0] == opened[1]
            told.add(opened[0]["text"])
    assert told == {each.text for each in demo.REPORTS if each.state is not ReportState.erased}


def test_keys_of_an_earlier_demo_are_used_again(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "agency-pertama.json"
    made = demo._private_key(file)
    assert demo._private_key(file) == made
