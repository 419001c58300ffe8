"""The set-up link's code and the fields of the first agency, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.rules.random_codes import ALPHABET
from app.directory.workbook.rows import AgencyRow, OfficeRow, checked
from app.people.first_agency import FirstAgency, asked_for, faults_of, name_faults
from app.people.rules.set_up_codes import code_of, draw_text, live_draw, new_draw, read_code

NOW = datetime(2026, 11, 18, 3, 0, 0, 500, tzinfo=UTC)
GOOD = {
    "name": "Kota Contoh",
    "agency": "kota-contoh",
    "period": "quarter",
    "office_name": "Dinas Dukcapil",
    "office": "disdukcapil",
    "zone": "WIB",
    "administrator": "Siti Rahma",
}


def test_a_draw_is_kept_and_read_again_until_it_ends() -> None:
    draw = new_draw(NOW)
    kept = draw_text(draw)
    assert len(kept) <= 64
    assert live_draw(kept, NOW) == draw
    assert live_draw(kept, NOW + timedelta(hours=71)) == draw
    assert live_draw(kept, NOW + timedelta(hours=72)) is None
    assert live_draw(None, NOW) is None
    assert new_draw(NOW).nonce != draw.nonce


def test_a_code_is_one_of_key_and_draw_and_says_nothing_of_either() -> None:
    draw = new_draw(NOW)
    code = code_of(b"a key", draw)
    assert (len(code), set(code) <= set(ALPHABET)) == (32, True)
    assert code == code_of(b"a key", draw)
    assert len({code, code_of(b"another", draw), code_of(b"a key", new_draw(NOW))}) == 3
    assert draw.nonce not in code


def test_a_code_is_read_as_people_paste_it() -> None:
    code = code_of(b"a key", new_draw(NOW))
    for typed in (code, f" {code.upper()}\n", f"http://localhost:8000/setup#{code}", f"{code[:16]}-{code[16:]}"):
        assert read_code(typed) == code
    for other in ("", "x", code[:-1], code + "0", f"kota.{code}", "u" * 32, "\0" * 32, "#"):
        assert read_code(other) is None


def test_what_is_right_has_no_faults_and_blanks_around_it_do_not_count() -> None:
    asked = asked_for({name: f" {value} " for name, value in GOOD.items()})
    assert asked == FirstAgency(**GOOD)
    assert list(faults_of(asked)) == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "1 to 200"),
        ("name", "K" * 201, "1 to 200"),
        ("name", "Kota\0", "1 to 200"),
        ("name", "\ufb2c" * 150, "1 to 200"),
        ("name", "198503122010012004", "must not hold a NIP"),
        ("agency", "", "small letters"),
        ("agency", "Kota Contoh", "small letters"),
        ("agency", "-kota", "small letters"),
        ("agency", "k" * 41, "small letters"),
        ("agency", "198503122010012004", "must not hold a NIP"),
        ("period", "year", "quarter or a month"),
        ("office_name", "", "1 to 200"),
        ("office", "Dukcapil!", "small letters"),
        ("zone", "Asia/Tokyo", "three time zones"),
        ("administrator", "", "1 to 200"),
    ],
)
def test_every_field_says_what_is_wrong_with_it(field: str, value: str, told: str) -> None:
    [(found, sentence)] = faults_of(FirstAgency(**GOOD | {field: value}))
    assert (found, told in sentence) == (field, True)


def test_all_faults_are_told_at_once_and_in_the_order_of_the_form() -> None:
    assert [field for field, _ in faults_of(asked_for({}))] == list(GOOD)


@given(st.text(max_size=210), st.text(max_size=45))
def test_what_has_no_fault_here_has_none_for_the_directory_either(name: str, code: str) -> None:
    asked = asked_for(GOOD | {"name": name, "office_name": name, "agency": code, "office": code})
    wrong = {field for field, _ in faults_of(asked)}
    assert ("name" in wrong, "agency" in wrong) == ("office_name" in wrong, "office" in wrong)
    if not wrong:
        checked(AgencyRow, NOW.date(), {"code": asked.agency, "name": asked.name})
        checked(OfficeRow, NOW.date(), {**dict.fromkeys(OfficeRow.model_fields, ""), "code": asked.office,
                                        "name": asked.office_name, "timezone": asked.zone})  # fmt: skip


@given(st.text(max_size=210))
def test_no_name_surprises_the_directory(name: str) -> None:
    if not list(name_faults("name", name.strip())):
        checked(AgencyRow, NOW.date(), {"code": "kota", "name": name.strip()})
