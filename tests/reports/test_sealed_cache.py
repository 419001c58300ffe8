"""Final reports that were asked for lately: only for keys that may have them, and never more than a few hundred."""

from pathlib import Path

import pytest

from app.access.principals import KeyKind, Principal, Role
from app.foundation.ids import new_id
from app.reports.sealed_cache import SealedReport, SealedReportCache
from tests.closing.steps import close, finalise, refused, report
from tests.house import House

READER = Principal("kota", KeyKind.reader, new_id())
REPORT = SealedReport("2026-10", "ikl-1", 1, "employee", "E001", '{"digest":"ab"}')


def test_what_was_kept_is_found_by_keys_that_reach_all_of_the_agency() -> None:
    cache, report_id = SealedReportCache(), new_id()
    cache.keep("kota", report_id, REPORT)
    assert cache.find(READER, report_id) == REPORT
    others = [
        Principal("desa", KeyKind.reader, new_id()),
        Principal("kota", KeyKind.reader, new_id(), office="dukcapil"),
        Principal("kota", KeyKind.reader, new_id(), sees_nip=True),
        *(Principal("kota", role, new_id()) for role in Role),
    ]
    assert [cache.find(other, report_id) for other in others] == [None] * len(others)
    assert cache.find(READER, new_id()) is None


def test_the_one_asked_for_longest_ago_makes_room() -> None:
    cache, (first, second, third) = SealedReportCache(most=2), (new_id(), new_id(), new_id())
    cache.keep("kota", first, REPORT)
    cache.keep("kota", second, REPORT)
    assert cache.find(READER, first)
    cache.keep("kota", third, REPORT)
    assert [cache.find(READER, each) is not None for each in (first, second, third)] == [True, False, True]


@pytest.mark.long
def test_a_final_report_is_the_same_from_the_cache_and_only_a_final_one_is_kept(office: House, key_file: Path) -> None:
    close(office)
    path = f"/v1/reports/{report(office, 'E001')['id']}"
    draft = office.get(path, "supervisor").json()
    assert (draft["document"]["state"], refused(office.get(path))) == ("draft", (409, "report-draft"))
    finalise(office, key_file)
    first, again = office.get(path), office.get(path)
    assert first.json()["document"]["state"] == "final"
    assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
    known = office.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    # Whoever may not have it does not get it, though it is at hand.
    assert refused(office.get(path, "reader makassar")) == (403, "out-of-scope")
    assert refused(office.get(path, "desa reader")) == (404, "report-unknown")
    assert office.get(path, headers={"Accept": "text/csv"}).headers["content-type"].startswith("text/csv")
