"""The receipt of an integrity report: shown once, and told by its code what became of the report."""

from datetime import timedelta
from re import findall

import pytest

from tests.desk.browsing import fields_of, text_of, title_of
from tests.house import House
from tests.integrity.reporting import WORDS, Holder, listed, receipt, sealed, step
from tests.web.integrity_forms import FORM, GOOD, asked, code_on, holders, see, send

__all__ = ["holders"]
pytestmark = pytest.mark.sqlite_daily


def test_a_report_is_sent_its_receipt_shown_once_and_its_state_told(house: House, holders: tuple[Holder, ...]) -> None:
    page = see(house, FORM)
    assert title_of(page) == "Laporkan hal yang tidak semestinya"
    # As long as it is kept then, whatever is set later.
    assert "dan 30 hari sesudahnya" in text_of(page)
    sent = send(house, **(fields_of(page, f'{FORM}[^"]*') | GOOD), headers={})
    assert sent.status_code == 200, text_of(sent)
    assert title_of(sent) == "Laporan Anda sudah diterima"
    assert "Diteruskan paling lambat 23 November 2026." in text_of(sent)
    assert WORDS not in sent.text
    [known] = listed(house)
    told = holders[0].reads(sealed(house, known["id"]))
    assert told is not None
    assert (told["text"], told["contact"]) == (WORDS, None)
    code = code_on(sent)
    for state, days in (
        ("belum diteruskan", {"Diterima": "18 November 2026", "Diteruskan paling lambat": "23 November 2026"}),
        ("sudah diteruskan", {"Diterima": "18 November 2026", "Diteruskan": "20 November 2026"}),
        ("sudah sampai", {"Dinyatakan sampai": "20 November 2026"}),
    ):
        found = asked(house, f" {code.lower()} ")
        assert state in text_of(found)
        facts = dict(findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found.text))
        assert days.items() <= facts.items()
        # Nor what was written, nor about whom.
        assert "dukcapil" not in found.text.lower()
        house.clock.now += timedelta(days=2) if state == "belum diteruskan" else timedelta()
        step(house, known["id"], "forward" if state == "belum diteruskan" else "confirm")


def test_a_report_that_is_late_is_said_to_be_late(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    house.clock.now += timedelta(days=5, hours=10)
    assert "belum diteruskan." in text_of(asked(house, code))
    house.clock.now += timedelta(days=1)
    assert "tenggatnya sudah lewat" in text_of(asked(house, code))


def test_an_erased_report_still_has_a_receipt(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    [known] = listed(house)
    for what in ("forward", "confirm"):
        step(house, known["id"], what)
    house.clock.now += timedelta(days=40)
    assert step(house, known["id"], "erase").status_code == 200
    assert "isinya sudah dihapus" in text_of(asked(house, code))


def test_the_api_and_the_page_give_the_same_receipt(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    assert receipt(house, code).json()["state"] == "received"
