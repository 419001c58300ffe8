"""The whole NIP beside a report: for keys that see it only, and never in what is sealed."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.cli.verify import attached_to
from app.directory.tables import Employee
from app.seals.keyring import trusted_keys
from app.seals.rules.verification import Outcome, verify
from tests.closing.steps import close, finalise, rated, report
from tests.conftest import STORES, Lend
from tests.house import CANARY_NIP, House
from tests.ratings.visits import put
from tests.reports.formats.test_tables import lines
from tests.reports.test_appraisals_http import MASKED, key_with_nip

FORMATS = ("json", "csv", "csv-semicolon", "xlsx", "pdf", "html")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity") / "signing-key.pem"


@pytest.fixture(scope="module", params=STORES)
def final(request: pytest.FixtureRequest, lend: Lend, key_file: Path) -> Iterator[House]:
    """October closed and final; E001 is appraised by E003, who works in another office. All these tests read it."""
    with lend(request.param) as (url, keys), House.open(url, keys, signing_key_file=key_file) as office:
        put(office.database, [*rated("E001", 12), *rated("E002", 40, "433"), *rated(None, 11)])
        with office.database.writing() as session:
            session.get_one(Employee, ("kota", "E001")).appraiser = "E003"
        close(office)
        finalise(office, key_file)
        yield office


def pulled(house: House, key: str, form: str = "json", unit: str = "E001") -> Any:
    listed = house.get("/v1/reports", key, params={"period": "2026-10", "unit": unit}).json()
    return house.get(f"/v1/reports/{listed['items'][0]['id']}", key, params={"format": form, "lang": "id"})


def text_of(content: bytes, form: str) -> str:
    if form == "pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if form == "xlsx":
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    return content.decode("utf-8-sig")


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_the_nip_to_keys_that_see_it_and_to_no_other(final: House, form: str) -> None:
    whole = pulled(final, key_with_nip(final), form)
    assert CANARY_NIP in text_of(whole.content, form)
    assert (whole.headers["cache-control"], "etag" in whole.headers) == ("private, no-store", False)
    for key in ("reader", "supervisor", "admin"):
        masked = pulled(final, key, form)
        assert CANARY_NIP not in text_of(masked.content, form)
        assert "etag" in masked.headers
    assert CANARY_NIP not in str(whole.headers)


def test_the_seal_stays_as_it_was_signed(final: House, key_file: Path) -> None:
    plain, whole = report(final, "E001", "reader"), pulled(final, key_with_nip(final)).json()
    assert whole.pop("identity") == {"nip": CANARY_NIP}
    plain.pop("id")
    assert whole == plain
    assert whole["document"]["subject"]["nip_masked"] == MASKED
    assert verify(whole, trusted_keys(key_file)).outcome is Outcome.valid


def test_the_pdf_attaches_what_was_signed_whoever_reads_it(final: House) -> None:
    attached = [attached_to(pulled(final, key, "pdf").content) for key in ("reader", key_with_nip(final))]
    assert attached[0] == attached[1]
    assert CANARY_NIP.encode() not in attached[1]


def test_other_reports_have_no_identity_and_keep_their_etag(final: House) -> None:
    told = pulled(final, key_with_nip(final), unit="dukcapil")
    assert "identity" not in told.json()
    assert "etag" in told.headers


def test_the_report_names_the_appraiser_with_a_masked_nip(final: House) -> None:
    document = report(final, "E001", "reader")["document"]
    assert document["appraiser"] == {
        "code": "E003",
        "name": "Siti Kenari E003",
        "nip_masked": MASKED,
        "position": "Analis",
        "grade": "III/b",
        "office": {"code": "upt-jayapura", "name": "Upt-Jayapura"},
    }
    told = {line["Baris"]: line["Nilai"] for line in lines(pulled(final, "reader", "csv").content, ";")}
    assert (told["Pejabat penilai"], told["Unit kerja pejabat penilai"]) == ("Siti Kenari E003", "Upt-Jayapura")
    assert report(final, "E002", "reader")["document"]["appraiser"] is None
    nobody = {line["Baris"]: line["Nilai"] for line in lines(pulled(final, "reader", "csv", "E002").content, ";")}
    assert nobody["Pejabat penilai"] == "tidak disebut dalam direktori"


def test_an_altered_identity_is_not_taken_for_part_of_the_report(final: House, key_file: Path) -> None:
    """Nothing vouches for it: left in, it is told as added."""
    whole = pulled(final, key_with_nip(final)).json()
    verdict = verify(json.loads(json.dumps(whole)), trusted_keys(key_file))
    assert [place.pointer for place in verdict.places] == ["/identity"]
