"""The lists of reports about persons and of a period, on both stores."""

from pathlib import Path

import pytest

from app.access.principals import Principal, Reach, Role
from app.closing.about_persons import person_reports
from app.closing.listing import closed_codes, reports_in
from app.closing.progress import closings, progress_of
from app.foundation.ids import new_id
from tests.closing.steps import close, finalise, rated, revise
from tests.house import House
from tests.ratings.visits import put


@pytest.mark.long
def test_of_each_period_the_newest_revision_counts_and_what_is_final(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    put(office.database, rated("E001", 15), start=5_000)
    revise(office)
    with office.database.reading() as session:
        found = person_reports(session, "kota", ["E001", "E004", "E999"])
        foreign = person_reports(session, "desa", ["E001"])
        viewer, boss = (Principal("kota", role, new_id()) for role in (Role.viewer, Role.supervisor))
        listed = {who.kind: reports_in(session, who, "2026-10", ("office",)) for who in (viewer, boss)}
        codes = [closed_codes(session, who) for who in (viewer, boss)]
        [period] = closings(session, Reach("kota", None, "test"))
        progress = progress_of(session, period)
        elsewhere = closings(session, Reach("desa", None, "test"))
    assert [(each.revision, each.state) for each in found["E001"].newest] == [(2, "draft")]
    assert [(each.revision, each.state) for each in found["E001"].final] == [(1, "final")]
    assert found["E999"] == foreign["E001"] == ((), ())
    assert {each.revision for each in listed[Role.viewer]} == {1}
    assert {each.revision for each in listed[Role.supervisor]} == {2}
    assert codes == [["2026-10"], ["2026-10"]]
    assert (period.revision, progress.persons, progress.replies, progress.notes) == (2, 3, 0, 0)
    assert not progress.may_finalise(office.clock.now)
    assert elsewhere == []
