"""Codes of kiosks and posters lead to the address that the operator has set."""

from collections.abc import Iterator

import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, facts_of, fields_of, text_of
from tests.desk.kiosk_pages import ADD, admin
from tests.house import House
from tests.people.persons import Door

__all__ = ["admin"]


@pytest.fixture
def public(lend: Lend) -> Iterator[House]:
    """A service of which citizens know the address."""
    with lend("sqlite") as lent, desk(*lent, public_url="https://cermin.test") as opened:
        yield opened


@pytest.mark.long
def test_where_the_operator_has_said_the_address_codes_and_posters_lead_there(public: House) -> None:
    with Door.open(str(public.database.url.render_as_string(hide_password=False))) as door:
        admin = Browser(public)
        admin.join(door, "Ani", Role.administrator)
        foreign = Browser(public)
        foreign.join(door, "Tetangga", Role.supervisor, "upt-makassar")
    page = admin.submit(admin.go("/desk/kiosks"), ADD, counter="dukcapil/loket-1", label="x")
    assert facts_of(page)["Di tablet, buka"] == "https://cermin.test/kiosk"
    assert "hanya sampai" not in text_of(page)
    assert 'data-awaited="/desk/kiosk?id=' in page.text
    form = admin.go("/desk/kiosks")
    assert fields_of(form, "/desk/poster") == {"office": "dukcapil", "instrument": "ikl-1", "kind": "pdf"}
    paper = admin.send("GET", "/desk/poster?office=dukcapil&kind=pdf")
    assert (paper.content[:5], paper.headers["content-type"]) == (b"%PDF-", "application/pdf")
    assert paper.headers["content-disposition"] == 'attachment; filename="poster-dukcapil.pdf"'
    drawn = admin.send("GET", "/desk/poster?office=dukcapil&kind=svg")
    assert drawn.text == public.get("/v1/offices/dukcapil/poster", headers={"accept": "image/svg+xml"}).text
    # Of several questionnaires each has its own, and only those that anybody may answer are offered.
    assert 'value="kepercayaan-2025"' in form.text.partition('action="/desk/poster"')[2]
    assert 'value="maladministrasi-2025"' not in form.text.partition('action="/desk/poster"')[2]
    trust = admin.send("GET", "/desk/poster?office=dukcapil&instrument=kepercayaan-2025")
    assert 'filename="poster-dukcapil-kepercayaan-2025.pdf"' in trust.headers["content-disposition"]
    assert admin.send("GET", "/desk/poster?office=dukcapil&instrument=maladministrasi-2025").status_code == 422
    assert foreign.send("GET", "/desk/poster?office=dukcapil").status_code == 403
    assert foreign.send("GET", "/desk/poster?office=upt-makassar").status_code == 200
    for query, status in (("office=tiada", 404), ("office=dukcapil&kind=x", 422), ("office=%00", 422), ("", 422)):
        assert admin.send("GET", f"/desk/poster?{query}").status_code == status, query
