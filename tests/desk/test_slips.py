"""Personal links on paper: for whom, by whom, after a fresh proof; the links before end, and the sheets are whole."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from re import findall

import pytest
from pypdf import PdfReader

from app.access.principals import Reach, Role
from app.closing.replies import invite
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, close, rated
from tests.conftest import Lend
from tests.desk.browsing import desk, text_of, title_of
from tests.desk.closed import Seat
from tests.house import House, problem
from tests.ratings.visits import put

PAGE, MAKE = "/desk/period/slips?code=2026-10&instrument=ikl-1", "/desk/period/slips/make"
BASE = "http://localhost"


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft about two persons; the service has a public address."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=key_file, public_url=BASE) as opened:
        put(opened.database, [*rated("E001", 12), *rated("E002", 40, "433")])
        close(opened)
        yield opened


def tokens_in(pdf: bytes) -> list[str]:
    """The links that stand on the sheets."""
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return findall(r"crm_reply_[0-9a-z-]+_[0-9a-z]{12}_[0-9a-z]{32}", text.replace("\n", "").replace("\u200b", ""))


def opens(house: House, token: str) -> bool:
    """Whether a link opens a draft."""
    return house.post("/v1/replies/read", {"token": token}, None).status_code == 200


@pytest.mark.long
def test_slips_open_the_draft_of_the_one_they_name_and_end_the_links_before(house: House, seat: Seat) -> None:
    with house.database.writing() as session:
        before = invite(session, Reach("kota", None, "test"), "2026-10", "ikl-1", house.clock.now)
    seat("Siti", Role.employee, employee="E002")
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go(PAGE)
    assert "1 pegawai dalam Oktober 2026 belum punya akun" in text_of(page)
    assert "E001" in text_of(page)
    assert "E002" not in text_of(page)
    made = boss.send("POST", MAKE, data={"code": "2026-10", "instrument": "ikl-1"})
    assert made.status_code == 200
    assert made.headers["content-type"] == "application/pdf"
    assert "no-store" in made.headers["cache-control"]
    assert made.headers["content-disposition"] == 'attachment; filename="cermin-kota-2026-10-slips.pdf"'
    [token] = tokens_in(made.content)
    opened = house.post("/v1/replies/read", {"token": token}, None).json()
    assert opened["document"]["subject"]["code"] == "E001"
    assert not opens(house, before["E001"])
    # Who has an account got no slip, and keeps the link there is.
    assert opens(house, before["E002"])
    [again] = tokens_in(boss.send("POST", MAKE, data={"code": "2026-10", "instrument": "ikl-1"}).content)
    assert not opens(house, token)
    assert opens(house, again)
    rows = house.get("/v1/audit", "auditor", params={"action": "period.invited"}).json()["items"]
    assert [each["detail"]["invitations"] for each in rows] == [1, 1, 2]
    assert rows[0]["actor"].startswith("supervisor:")
    assert token not in str(rows)


@pytest.mark.long
def test_slips_are_made_over_the_api_by_a_person_with_a_fresh_proof_and_by_no_key(house: House, seat: Seat) -> None:
    boss, path = seat("Bu Kepala", Role.supervisor), "/v1/periods/2026-10/slips"
    for language, said in (("id", "sampai 25 November 2026"), ("en", "until 25 November 2026")):
        made = boss.send("POST", path, json={"office": "dukcapil"}, params={"instrument": "ikl-1", "lang": language})
        assert made.status_code == 200, made.text
        assert made.headers["content-disposition"] == 'attachment; filename="cermin-kota-2026-10-slips.pdf"'
        assert said in " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages).split())
    tokens = tokens_in(made.content)
    assert [opens(house, token) for token in tokens] == [True, True]
    # Each making ends the links before.
    boss.send("POST", path, json={})
    assert [opens(house, token) for token in tokens] == [False, False]
    problem(house.post(path, {}, "supervisor"), 403, "persons-only")
    problem(seat("Cabang", Role.supervisor, "dukcapil").send("POST", path, json={}), 403, "out-of-scope")
    foreign = seat("Asing", Role.supervisor, agency="desa")
    problem(foreign.send("POST", path, json={}), 404, "period-open")
    house.clock.now += timedelta(minutes=11)
    problem(boss.send("POST", path, json={}), 403, "proof-needed")


@pytest.mark.long
def test_the_sheet_says_for_whom_and_until_when(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    for language, said in (("id", "sampai 25 November 2026"), ("en", "until 25 November 2026")):
        made = boss.send("POST", MAKE, data={"code": "2026-10", "instrument": "ikl-1"},
                         headers={"accept-language": language})  # fmt: skip
        text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages).split())
        assert said in text, text
        assert "E001" in text
        assert "E002" in text


@pytest.mark.long
def test_sheets_are_made_office_by_office_where_there_are_many(
    house: House, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    given = {"code": "2026-10", "instrument": "ikl-1"}
    assert tokens_in(boss.send("POST", MAKE, data=given | {"office": "upt-jayapura"}).content) == []
    whole = tokens_in(boss.send("POST", MAKE, data=given | {"office": "dukcapil"}).content)
    assert len(whole) == 2
    monkeypatch.setattr("app.desk.slips.MOST_SLIPS", 1)
    monkeypatch.setattr("app.desk.slips.MOST_LISTED", 1)
    refused = boss.send("POST", MAKE, data=given)
    assert refused.status_code == 409
    assert "paling banyak 1 pegawai" in text_of(refused)
    assert "dan 1 lagi" in text_of(refused)
    # What was not made ends nothing.
    assert all(opens(house, token) for token in whole)


@pytest.mark.long
def test_a_part_of_the_agency_a_stranger_and_somebody_long_gone_make_none(house: House, seat: Seat) -> None:
    given = {"code": "2026-10", "instrument": "ikl-1"}
    part = seat("Kepala Dukcapil", Role.supervisor, "dukcapil")
    assert part.go(PAGE).status_code == 403
    assert part.send("POST", MAKE, data=given).status_code == 403
    foreign = seat("Asing", Role.administrator, agency="desa")
    assert foreign.go(PAGE).status_code == 404
    assert foreign.send("POST", MAKE, data=given).status_code == 404
    boss = seat("Bu Kepala", Role.administrator)
    page = boss.go(PAGE)
    assert MAKE in page.text
    house.clock.now += timedelta(minutes=11)
    assert MAKE not in boss.go(PAGE).text
    assert title_of(boss.submit(page, MAKE)) == "Pastikan bahwa ini Anda"
    assert house.get("/v1/audit", "auditor", params={"action": "period.invited"}).json()["items"] == []


@pytest.mark.long
def test_what_stands_in_the_way_is_said(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    given = {"code": "2026-10", "instrument": "ikl-1"}
    with_address = house.services.settings
    object.__setattr__(house.services, "settings", with_address.model_copy(update={"public_url": None}))
    assert "CERMIN_PUBLIC_URL" in text_of(boss.go(PAGE))
    assert boss.send("POST", MAKE, data=given).status_code == 409
    object.__setattr__(house.services, "settings", with_address)
    key_file = with_address.signing_key_file
    assert key_file is not None
    make_key(key_file)
    house.clock.now += AFTER_THE_WINDOW
    assert house.post("/v1/periods/2026-10/finalise", {}, "supervisor").status_code == 200
    boss = seat("Bu Kepala Dua", Role.supervisor)
    assert "hanya dibuat untuk draf" in text_of(boss.go(PAGE))
    assert boss.send("POST", MAKE, data=given).status_code == 409
    assert boss.send("POST", MAKE, data={"code": "x", "instrument": "y"}).status_code == 404
    assert house.get("/v1/audit", "auditor", params={"action": "period.invited"}).json()["items"] == []
