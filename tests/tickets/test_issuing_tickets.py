"""A queue system issues tickets, with their slips, and arms them when the service is finished."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.tickets.rules.codes import printed
from tests.house import NOW, House, problem
from tests.tickets.ticketing import FORGED, arm, issue, redeem, rows, stored


def test_arming_says_what_became_of_each_and_refuses_what_cannot_have_happened(house: House) -> None:
    one, two = issue(house, count=2)
    told = {"ticket": one, "employee": "E003", "service": "tiada", "counter": "loket-9"}
    response = house.post("/v1/tickets/arm", {"tickets": [{"ticket": two, "employee": "E001"}, told]}, "queue")
    for field, code in (
        ("employee", "employee-not-posted"),
        ("service", "service-unknown"),
        ("counter", "counter-unknown"),
    ):
        problem(response, 422, code, f"tickets.1.{field}")
    assert one not in response.text
    assert rows(house, "SELECT count(*) FROM ticket WHERE served_on IS NOT NULL") == [(0,)]
    assert arm(house, [two, FORGED, two], employee="E001") == ["armed", "unknown", "armed"]
    assert arm(house, [two], employee="E004") == ["otherwise"]
    # Nobody named: whoever is on duty at the counter.
    assert arm(house, [one], counter="loket-1", service="kk") == ["armed"]
    assert redeem(house, one).json()["employee"] == "E001"
    assert stored(house) == [("kk", 1, 1, 1), ("ktp-el", 1, 1, 0)]
    assert arm(house, [one], employee="E001") == ["unknown"]


def test_a_service_told_late_is_that_of_whoever_was_on_duty_then(house: House) -> None:
    [late, now] = issue(house, count=2)
    served_at = NOW.isoformat()
    house.clock.now += timedelta(hours=26)
    assert arm(house, [late], counter="loket-1", served_at=served_at) == ["armed"]
    assert rows(house, "SELECT employee, CAST(served_on AS VARCHAR) FROM ticket WHERE served_on IS NOT NULL") == [
        ("E001", "2026-11-18")
    ]
    moments = (NOW - timedelta(days=1), house.clock.now + timedelta(minutes=6))
    wrong = [*(each.isoformat() for each in moments), "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
    for moment in wrong:
        wish = {"ticket": now, "served_at": moment}
        problem(
            house.post("/v1/tickets/arm", {"tickets": [wish]}, "queue"), 422, "served-at-refused", "tickets.0.served_at"
        )
    wish = {"ticket": now, "served_at": "2026-11-18T03:00:00"}
    problem(house.post("/v1/tickets/arm", {"tickets": [wish]}, "queue"), 422, "field-invalid", "tickets.0.served_at")
    # A repeat changes nothing, whatever it says meanwhile.
    assert arm(house, [late], employee="E777") == ["otherwise"]


@pytest.mark.quiet
@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"office": "tiada"}, "office", "office-unknown"),
        ({"service": "tiada"}, "service", "service-unknown"),
        ({"counter": "loket-2"}, "service", "service-elsewhere"),
        ({"employee": "E777"}, "employee", "employee-unknown"),
        ({"count": 201}, "count", "field-invalid"),
    ],
)
def test_a_ticket_for_what_is_not_there_is_refused(house: House, changed: Any, field: str, code: str) -> None:
    body = {"office": "dukcapil", "service": "ktp-el"} | changed
    problem(house.post("/v1/tickets", body, "queue"), 422, code, field)


@pytest.fixture
def reached(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The house under an address that people reach."""
    url, keys = furnished
    with House.open(url, keys, public_url="https://cermin.test/nilai") as opened:
        yield opened


def test_a_slip_has_the_address_with_the_code_in_its_fragment_and_a_picture_of_it(reached: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el"}
    told = reached.post("/v1/tickets", body | {"qr": "svg"}, "queue").json()
    [ticket] = told["tickets"]
    assert ticket["address"] == f"https://cermin.test/nilai/t#{ticket['code']}"
    assert printed(ticket["code"]) in ticket["text"]
    assert told["expires_on"] in ticket["text"]
    assert ticket["qr"].startswith("<svg")
    [png] = reached.post("/v1/tickets", body | {"qr": "png"}, "queue").json()["tickets"]
    assert png["qr"].startswith("iVBOR")
    english = reached.post("/v1/tickets", body, "queue", headers={"accept-language": "en"}).json()["tickets"][0]
    assert "Valid until" in english["text"]
    assert "Berlaku sampai" in ticket["text"]
    assert english["qr"] is None


def test_slips_come_as_pages_of_80_millimetres_where_a_printer_takes_pages(reached: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el", "count": 3}
    assert reached.post("/v1/tickets", body, "queue").json()["slips"] is None
    told = reached.post("/v1/tickets", body | {"slips": "pdf"}, "queue", headers={"accept-language": "en"}).json()
    pages = PdfReader(BytesIO(b64decode(told["slips"]))).pages
    assert [round(float(page.mediabox.width) / 72 * 25.4) for page in pages] == [80] * 3
    for page, ticket in zip(pages, told["tickets"], strict=True):
        words = " ".join(page.extract_text().split())
        assert f"Code: {printed(ticket['code'])}" in words
        assert "https://cermin.test/nilai/t" in words
        assert "Rate the service you receive today." in words
