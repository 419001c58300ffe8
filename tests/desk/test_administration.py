"""People and roles, and keys, as an administrator does it in a browser."""

from collections.abc import Callable
from datetime import timedelta
from re import findall, search

import httpx
import pytest
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import ApiKey, AuditEvent
from app.directory.tables import Office
from app.foundation.ids import new_id
from app.people import store
from app.people.tables import Person
from tests.desk.browsing import Browser, facts_of, fields_of, text_of, title_of
from tests.house import NOW, House
from tests.people.persons import PASSPHRASE, Door

Open = Callable[[], Browser]


def grants(door: Door, login: str) -> list[tuple[str, str | None]]:
    """The roles that a person has."""
    with door.database.reading() as session:
        person = store.person_called(session, "kota", login)
        assert person is not None
        return [(row.role, row.office) for row in store.grants_of(session, "kota", [person.person_id])]


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def invite(admin: Browser, page: httpx.Response, **filled: str) -> httpx.Response:
    """Send the form of an invitation."""
    given = {"name": "Budi Besar", "role": "supervisor", "office": "dukcapil"} | filled
    return admin.submit(page, "/desk/people/invite", **given)


@pytest.mark.long
def test_somebody_is_invited_and_comes_in(admin: Browser, browser: Open, door: Door) -> None:
    page = invite(admin, admin.go("/desk/people"))
    assert title_of(page) == "Undangan sudah siap"
    facts = facts_of(page)
    assert facts["Nama masuk"] == "budi.besar@kota"
    assert facts["Tautan"] == f"http://localhost/sign-in/link#{facts['Kode undangan']}"
    listed = text_of(admin.go("/desk/people"))
    assert "diundang" in listed
    # It is shown once.
    assert facts["Kode undangan"].partition(".")[2] not in listed
    budi = browser()
    page = budi.submit(
        budi.go("/sign-in/link"), "/sign-in/link", code=facts["Tautan"], passphrase=PASSPHRASE, repeated=PASSPHRASE
    )
    assert title_of(page) == "Dukcapil"


@pytest.mark.long
def test_faults_are_told_beside_their_fields_and_what_was_typed_stays(admin: Browser) -> None:
    page = invite(admin, admin.go("/desk/people"), name="Budi", login="Budi Besar", employee="E999")
    assert page.status_code == 422
    assert "huruf kecil, angka" in text_of(page)
    assert 'href="#invite-login"' in page.text
    assert 'value="Budi Besar"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    # Only in the form that was sent.
    assert 'id="grant-office-fault"' not in page.text
    for filled, told in (
        ({"name": ""}, "1 sampai 200"),
        ({"employee": "E999"}, "tidak memiliki pegawai"),
        ({"role": "raja"}, "Pilih salah satu peran"),
        ({"office": "tiada"}, "tidak memiliki kantor"),
        ({"role": "employee"}, "memerlukan kode pegawai"),
    ):
        assert told in text_of(invite(admin, admin.go("/desk/people"), **filled)), filled


def person_page(admin: Browser, name: str) -> httpx.Response:
    """The page of one person, by the link in the list."""
    listed = admin.go("/desk/people")
    found = search(rf'href="(/desk/person\?id=[^"]+)">{name}<', listed.text)
    assert found is not None
    return admin.go(found[1])


@pytest.mark.long
def test_a_link_that_was_lost_is_made_anew_for_who_never_came_in_alone(admin: Browser) -> None:
    first = facts_of(invite(admin, admin.go("/desk/people")))["Kode undangan"]
    again = admin.submit(person_page(admin, "Budi Besar"), "/desk/person/link")
    assert title_of(again) == "Undangan sudah siap"
    assert facts_of(again)["Kode undangan"] != first
    page = person_page(admin, "Ani")
    assert 'action="/desk/person/link"' not in page.text
    page = admin.send("POST", "/desk/person/link", data={"person": fields_of(page, "/desk/person/grant")["person"]})
    assert "sudah memiliki frasa sandi" in text_of(page)


@pytest.mark.long
def test_somebody_is_signed_out_everywhere(admin: Browser, browser: Open, door: Door) -> None:
    cici = browser()
    cici.join(door, "Cici", Role.viewer)
    page = person_page(admin, "Cici")
    assert "Tempat orang ini sedang masuk" in text_of(page)
    page = admin.submit(page, "/desk/person/sign-out")
    assert "Saat ini tidak di mana pun." in text_of(page)
    assert title_of(cici.go("/desk/account")) == "Masuk"
    # The roles stay, and the page of who is not proven shows no button.
    assert grants(door, "cici") == [("viewer", None)]
    cici.submit(cici.go("/sign-in"), "/sign-in", name="cici@kota", passphrase=PASSPHRASE)
    admin.house.clock.now += timedelta(minutes=11)
    page = person_page(admin, "Cici")
    assert "Tempat orang ini sedang masuk" in text_of(page)
    assert 'action="/desk/person/sign-out"' not in page.text


@pytest.mark.long
def test_roles_are_given_and_taken_away_after_a_question(admin: Browser, door: Door) -> None:
    invite(admin, admin.go("/desk/people"))
    page = person_page(admin, "Budi Besar")
    page = admin.submit(page, "/desk/person/grant", role="viewer", office="")
    assert grants(door, "budi.besar") == [("supervisor", "dukcapil"), ("viewer", None)]
    page = admin.submit(page, "/desk/person/grant", role="auditor", office="")
    assert "tidak boleh memegang peran lain" in text_of(page)
    assert 'href="#grant-role"' in page.text
    revoking = findall(r'href="(/desk/person/revoke\?grant=[^"]+)">pembaca', page.text)
    page = admin.go(revoking[0])
    assert title_of(page) == "Cabut peran ini?"
    assert "Budi Besar" in text_of(page)
    admin.submit(page, "/desk/person/revoke")
    assert grants(door, "budi.besar") == [("supervisor", "dukcapil")]
    assert "sudah dicabut" in text_of(admin.go(revoking[0]))
    assert "sudah dicabut" in text_of(admin.submit(page, "/desk/person/revoke"))


@pytest.mark.long
def test_nobody_decides_about_oneself_on_the_page_either(admin: Browser, door: Door) -> None:
    page = person_page(admin, "Ani")
    told = text_of(admin.submit(page, "/desk/person/grant", role="supervisor", office=""))
    assert "tentang dirinya sendiri" in told
    revoking = findall(r'href="(/desk/person/revoke\?grant=[^"]+)"', page.text)
    page = admin.submit(admin.go(revoking[0]), "/desk/person/revoke")
    assert "tentang dirinya sendiri" in text_of(page)
    assert grants(door, "ani") == [("administrator", None)]


@pytest.mark.long
def test_a_long_list_comes_in_pages_that_stay_small(admin: Browser, door: Door, house: House) -> None:
    with door.database.writing() as session:
        for n in range(205):
            session.add(
                Person(agency_id="kota", person_id=new_id(), login=f"p{n:03}", name=f"Orang {n:03}", invited_at=NOW)
            )
            session.add(Office(agency_id="kota", code=f"upt-{n:03}", name=f"UPT {n:03}", timezone="Asia/Jakarta"))
    shown: list[str] = []
    path = "/desk/people"
    while path:
        page = admin.go(path)
        assert len(page.content) < 40_000
        shown += findall(r"Orang \d{3}", page.text)
        following = findall(r'href="(/desk/people\?page=\d+)">Halaman berikutnya', page.text)
        path = following[0] if following else ""
    assert shown == [f"Orang {n:03}" for n in range(205)]
    assert "Halaman sebelumnya" in page.text
    # Of so many offices the code is typed.
    page = invite(admin, page, office="upt-204")
    assert title_of(page) == "Undangan sudah siap"
    assert admin.send("GET", "/desk/people?page=0").status_code == 422
    assert admin.send("GET", "/desk/people?page=99").status_code == 200


@pytest.mark.long
def test_what_concerns_others_asks_for_a_fresh_proof(admin: Browser, house: House, door: Door) -> None:
    house.clock.now += timedelta(minutes=11)
    for path in ("/desk/people", "/desk/keys"):
        page = admin.go(path)
        assert 'action="/desk/people/invite"' not in page.text
        assert 'action="/desk/keys/issue"' not in page.text
    for path in (
        "/desk/people/invite",
        "/desk/person/link",
        "/desk/person/grant",
        "/desk/person/revoke",
        "/desk/keys/issue",
        "/desk/keys/revoke",
    ):
        response = admin.send("POST", path, data={"name": "x"})
        assert response.headers["location"].startswith("/desk/confirm?to="), path
    page = admin.submit(admin.go("/desk/confirm?to=keys"), "/desk/confirm", passphrase=PASSPHRASE, code=admin.code())
    assert title_of(page) == "Kunci"
    assert 'action="/desk/keys/issue"' in page.text


@pytest.mark.long
def test_a_key_is_made_used_and_ended(admin: Browser, house: House) -> None:
    page = admin.submit(
        admin.go("/desk/keys"), "/desk/keys/issue", label="Antrean lantai 1", kind="reader", office="dukcapil"
    )
    assert title_of(page) == "Kunci sudah siap"
    text = facts_of(page)["Kunci"]
    offices = house.get("/v1/offices", text).json()["items"]
    assert [each["code"] for each in offices] == ["dukcapil"]
    listed = admin.go("/desk/keys")
    assert "Antrean lantai 1" in listed.text
    assert text not in listed.text
    with house.database.reading() as session:
        row = session.exec(select(ApiKey).where(ApiKey.label == "Antrean lantai 1")).one()
        event = session.exec(select(AuditEvent).where(AuditEvent.subject == str(row.key_id))).one()
    assert event.actor.startswith("administrator:")
    assert row.expires_at == house.clock.now + timedelta(days=30)
    page = admin.go(f"/desk/keys/revoke?key={row.key_id}")
    assert title_of(page) == "Hentikan kunci ini?"
    admin.submit(page, "/desk/keys/revoke")
    assert house.get("/v1/offices", text).status_code == 401
    assert "sudah dihentikan" in text_of(admin.go(f"/desk/keys/revoke?key={row.key_id}"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"kind": "auditor"}, "Pilih salah satu jenis"),
        ({"kind": "admin"}, "Pilih salah satu jenis"),
        ({"kind": "device"}, "Pilih salah satu jenis"),
        ({"label": ""}, "1 sampai 100"),
        ({"label": "x\0"}, "1 sampai 100"),
        ({"lifetime": "9999"}, "berapa lama"),
        ({"office": "tiada"}, "salah satu kantor"),
    ],
)
def test_no_key_gives_a_role_that_others_have_to_give(admin: Browser, filled: dict[str, str], told: str) -> None:
    given = {"label": "Sistem", "kind": "reader", "office": "", "lifetime": "30"} | filled
    response = admin.send("POST", "/desk/keys/issue", data=given)
    assert response.status_code == 422
    assert told in text_of(response)


@pytest.mark.long
def test_an_administrator_of_some_offices_reaches_these_keys_alone(browser: Open, door: Door, house: House) -> None:
    one = browser()
    one.join(door, "Cici", Role.administrator, "upt-makassar")
    page = one.go("/desk/keys")
    assert "app makassar" in page.text
    assert "queue dukcapil" not in page.text
    with house.database.reading() as session:
        row = session.exec(select(ApiKey).where(ApiKey.label == "queue dukcapil", ApiKey.agency_id == "kota")).one()
        foreign = session.exec(select(ApiKey).where(ApiKey.label == "reader", ApiKey.agency_id == "desa")).one()
    for each in (row, foreign):
        assert "sudah dihentikan" in text_of(one.go(f"/desk/keys/revoke?key={each.key_id}"))
        response = one.send("POST", "/desk/keys/revoke", data={"key": str(each.key_id)})
        assert response.status_code == 422
    for office in ("", "dukcapil"):
        given = {"label": "Sistem", "kind": "reader", "office": office, "lifetime": "30"}
        assert "salah satu kantor" in text_of(one.send("POST", "/desk/keys/issue", data=given))


@pytest.mark.long
def test_ids_of_the_other_agency_are_nobodys(admin: Browser, door: Door) -> None:
    door.invite("Tetangga", Role.viewer, agency="desa")
    with door.database.reading() as session:
        [person], [row] = store.persons_of(session, "desa"), store.grants_of(session, "desa")
    for path, given in (
        ("/desk/person/grant", {"person": str(person.person_id), "role": "viewer", "office": ""}),
        ("/desk/person/link", {"person": str(person.person_id)}),
        ("/desk/person/revoke", {"grant": str(row.grant_id), "person": str(person.person_id)}),
    ):
        assert admin.send("POST", path, data=given).status_code == 404, path
    for path in (f"/desk/person/revoke?grant={row.grant_id}", f"/desk/person?id={person.person_id}"):
        page = admin.go(path)
        assert (page.status_code, "Tetangga" in page.text) == (404, False)
    with door.database.reading() as session:
        assert [each.revoked_at for each in store.grants_of(session, "desa")] == [None]
