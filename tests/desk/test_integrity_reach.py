"""Integrity reports and their keys are seen by nobody of another agency, and by nobody who answers for a part."""

import pytest

from app.access.principals import Role
from tests.desk.browsing import text_of
from tests.desk.integrity_seats import KEYS, LIST, Open, at
from tests.house import House
from tests.integrity import reporting
from tests.integrity.reporting import listed, opened, send
from tests.people.persons import Door


@pytest.mark.long
def test_another_agencys_reports_and_keys_are_none(house: House, door: Door, browser: Open) -> None:
    holders = opened(house)
    send(house)
    known, key = listed(house)[0]["id"], holders[0].key_id
    theirs, boss = browser(), browser()
    theirs.join(door, "Tetangga", Role.auditor, agency="desa")
    boss.join(door, "Ketua", Role.administrator, agency="desa")
    assert "Tidak ada laporan integritas" in text_of(theirs.go(LIST))
    assert holders[0].key_id not in boss.go(KEYS).text
    for path in (f"{LIST}/report?id={known}", f"{LIST}/file?id={known}", f"{LIST}/erase?id={known}"):
        assert theirs.send("GET", path).status_code == 404, path
    for step in ("forward", "confirm", "erase"):
        assert theirs.send("POST", f"{LIST}/{step}", data={"id": known}).status_code == 404, step
    for path in (f"/desk/integrity/key?id={key}", f"/desk/integrity/key/retire?id={key}"):
        assert boss.send("GET", path).status_code == 404, path
    for path in ("word", "prove", "retire"):
        sent = {"id": key, "word": "x"}
        assert boss.send("POST", f"/desk/integrity/key/{path}", data=sent).status_code == 404, path
    assert listed(house)[0]["state"] == "received"
    assert len(house.get(reporting.KEYS, "admin").json()["open"]) == 1


@pytest.mark.long
def test_whoever_answers_for_a_part_sees_no_link_and_no_page(house: House, door: Door, browser: Open) -> None:
    opened(house)
    send(house, office="dukcapil")
    for role in (Role.auditor, Role.administrator):
        part = browser()
        part.join(door, f"Bagian {role}", role, "dukcapil")
        assert "/desk/integrity" not in part.go("/desk").text
        assert part.send("GET", KEYS).status_code == 403
        assert "laporan integritas" not in text_of(part.go("/desk"))
        if role is Role.auditor:
            for path in (LIST, at(house), at(house).replace("report?", "file?")):
                assert part.send("GET", path).status_code == 403
    for role, office in ((Role.supervisor, None), (Role.supervisor, "dukcapil"), (Role.viewer, None)):
        other = browser()
        other.join(door, f"Lain {role} {office}", role, office)
        assert "/desk/integrity" not in other.go("/desk").text
        for path in (LIST, KEYS, at(house)):
            assert other.send("GET", path).status_code == 403
