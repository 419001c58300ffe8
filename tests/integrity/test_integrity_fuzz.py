"""Whatever is sent to the open door, and to an administrator's, is taken or refused in words; nothing breaks."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrity.rules.kinds import ReportKind, ReportRecipient
from tests.house import House
from tests.integrity.reporting import KEYS, PUBLIC_KEY, RECEIPTS, REPORTS, opened, report, rows, settle

pytestmark = pytest.mark.sqlite_daily
texts = st.text(max_size=30) | st.text(st.characters(max_codepoint=0x2F), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=3)
right: dict[str, st.SearchStrategy[Any]] = {
    "agency": st.sampled_from(["kota", "desa"]),
    "office": st.sampled_from(["dukcapil", "setda"]),
    "kind": st.sampled_from(list(ReportKind)),
    "recipient": st.sampled_from(list(ReportRecipient)),
    "text": texts,
    "contact": st.none() | texts,
}


@given(
    changed=st.dictionaries(st.sampled_from([*right, "employee", ""]), values, max_size=2),
    well=st.fixed_dictionaries({}, optional=right),
)
def test_reports_of_anything(house: House, changed: dict[str, Any], well: dict[str, Any]) -> None:
    if not rows(house, "SELECT key_id FROM integrity_key"):
        opened(house)
    # So that nobody has to wait.
    house.clock.now += timedelta(minutes=1)
    before = rows(house, "SELECT count(*) FROM integrity_report")[0][0]
    answer = house.post(REPORTS, report() | well | changed, None)
    assert answer.status_code in (201, 404, 422), answer.text
    assert rows(house, "SELECT count(*) FROM integrity_report")[0][0] == before + (answer.status_code == 201)
    assert rows(house, "SELECT count(*) FROM integrity_sealed")[0][0] == before + (answer.status_code == 201)


@given(code=values)
def test_receipts_of_anything(house: House, code: Any) -> None:
    house.clock.now += timedelta(minutes=1)
    assert house.post(RECEIPTS, {"receipt": code}, None).status_code in (404, 422)


@given(changed=st.dictionaries(st.sampled_from([*PUBLIC_KEY, "d", "kid"]), values, min_size=1, max_size=2))
def test_keys_of_anything(house: House, changed: dict[str, Any]) -> None:
    body = {"recipient": "agency", "label": "x", "jwk": PUBLIC_KEY | changed}
    # A text or nothing as the key's name is the only thing that may stand there.
    expected = (201, 409, 422) if changed.keys() == {"kid"} else (422,)
    assert house.post(KEYS, body, "admin").status_code in expected


@given(changed=st.dictionaries(st.sampled_from(["open", "retention_days", "inspectorate", "x"]), values, min_size=1))
def test_settings_of_anything(house: House, changed: dict[str, Any]) -> None:
    assert settle(house, **({"open": False} | changed)).status_code in (200, 422)
