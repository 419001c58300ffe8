"""Nothing that is stored for one agency changes or stands in what another, or anybody, reads."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.directory.tables import Employee, Office, Service
from app.foundation.storage.database import metadata
from app.seals.signing import make_key
from tests.house import House
from tests.ratings.visits import Visit, put
from tests.two_agencies import AGENCIES, KEY_OF, NOWHERE, OWN, everything, fill, other, same, town

__all__ = ["town"]
# What everybody reads of an agency; its own codes are put in.
PUBLIC = (
    "/p/{agency}",
    "/p/{agency}?period=2026-10&instrument=ikl-1",
    "/p/{agency}/data.csv",
    "/p/{agency}/data.json",
    "/p/{agency}/data.jsonld",
    "/p/{agency}/{office}",
    "/p/{agency}/{office}/screen",
    "/p/{agency}/{office}/badge.svg",
)


@pytest.mark.campaign
@pytest.mark.sqlite_daily
@pytest.mark.sized
def test_nothing_an_agency_reads_changes_when_the_other_gets_data(town: House) -> None:
    for agency_id in AGENCIES:
        fill(town, agency_id, 40)
        kept = everything(town, agency_id)
        assert b'"state":"exact"' in b"".join(kept)
        fill(town, other(agency_id), 80)
        code = f"baru-{agency_id}"
        with town.database.writing() as session:
            session.add(Office(agency_id=other(agency_id), code=code, name="Baru", timezone="Asia/Jakarta"))
            session.add(Service(agency_id=other(agency_id), code=code, name="Baru", family="baru"))
            session.add(Employee(agency_id=other(agency_id), code=code, name="Baru"))
        assert everything(town, agency_id) == kept


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.sized
def test_no_answer_of_an_agency_holds_a_word_of_the_other(town: House) -> None:
    for agency_id in AGENCIES:
        fill(town, agency_id, 40)
    for agency_id in AGENCIES:
        told = b"".join(everything(town, agency_id)).decode()
        assert OWN[agency_id]["office"] in told
        foreign = [*OWN[other(agency_id)].values(), f'"{other(agency_id)}"']
        assert [word for word in foreign if word in told] == []


def everybody(house: House, agency_id: str, office: str) -> list[httpx.Response]:
    """What everybody reads of an agency and an office."""
    addresses = [each.format(agency=agency_id, office=office) for each in PUBLIC]
    return [house.get(each, None, headers={"accept": "text/html"}) for each in addresses]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_public_page_of_an_agency_knows_nothing_of_the_other(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    make_key(tmp_path / "key.pem")
    url, keys = furnished
    with House.open(url, keys, signing_key_file=tmp_path / "key.pem", reply_working_days=0) as house:
        found = {}
        for agency_id in AGENCIES:
            own = OWN[agency_id]["office"]
            with house.database.writing() as session:
                session.add(Office(agency_id=agency_id, code=own, name=own, parent="setda", timezone="Asia/Jakarta"))
            rated: dict[str, Any] = {"rated_on": date(2026, 10, 12), "agency_id": agency_id}
            put(house.database, [Visit(office=office, **rated) for office in (own, "dukcapil") * 12])
            house.release(agency_id)
            nobody = everybody(house, agency_id, NOWHERE["office"])
            for step in ("close", "finalise", "publish"):
                response = house.post(f"/v1/periods/2026-10/{step}", {}, f"{KEY_OF[agency_id]}supervisor")
                assert response.status_code in (200, 201), response.text
            assert {each.status_code for each in nobody} == {404}
            found[agency_id] = [each.text for each in everybody(house, agency_id, own)]
        for agency_id in AGENCIES:
            own, foreign = OWN[agency_id]["office"], OWN[other(agency_id)]["office"]
            # Neither what the other decided nor what was kept for it changes anything.
            assert [each.text for each in everybody(house, agency_id, own)] == found[agency_id]
            told = "".join(found[agency_id])
            assert own in told
            assert [word for word in (foreign, f'"{other(agency_id)}"', f"/p/{other(agency_id)}") if word in told] == []
            for ours, nobodys in zip(
                *(everybody(house, agency_id, o) for o in (foreign, NOWHERE["office"])), strict=True
            ):
                same(ours, nobodys)
        house.post("/v1/periods/2026-10/withdraw", {}, "desa supervisor")
        assert {each.status_code for each in everybody(house, "desa", OWN["desa"]["office"])} == {404}
        assert [each.text for each in everybody(house, "kota", OWN["kota"]["office"])] == found["kota"]


def test_every_row_belongs_to_the_agency_whose_key_wrote_it(town: House) -> None:
    fill(town, "kota", 5)
    with town.database.reading() as session:
        for table in ("rating", "comment", "profile_tally", "volume"):
            owners = session.execute(text(f"SELECT DISTINCT agency_id FROM {table}")).scalars().all()
            assert owners == ["kota"], table
    assert all(
        "agency_id" in table.columns for table in metadata.sorted_tables if table.name not in ("installation", "lease")
    )
