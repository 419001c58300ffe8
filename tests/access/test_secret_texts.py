"""The one form of keys and links."""

import pytest

from app.access.keys import KeyText, read_key
from app.access.principals import KeyKind
from app.access.rules.secret_texts import SecretText, new_secret, read_secret

LOOKUP, SECRET = "0123456789ab", "cdefghjkmnpqrstvwxyz0123456789ab"
GOOD, OLD = f"crm_reply_kota_{LOOKUP}_{SECRET}", f"crm_reply_{LOOKUP}_{SECRET}"


def test_a_secret_is_read_as_it_was_made() -> None:
    for agency in ("kota", "KAB-01", "a", "a" * 40, LOOKUP):
        made = new_secret(agency)
        assert read_secret("crm_reply", made.text("crm_reply")) == made
    assert read_secret("crm_reply", GOOD) == SecretText("kota", LOOKUP, SECRET)


def test_a_secret_from_before_secrets_named_their_agency_is_read_too() -> None:
    assert read_secret("crm_reply", OLD) == SecretText(None, LOOKUP, SECRET)
    assert SecretText(None, LOOKUP, SECRET).text("crm_reply") == OLD
    assert read_key(OLD.replace("reply", "reader")) == KeyText(KeyKind.reader, None, LOOKUP, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "crm_reply_",
        "crm_reply_x_y",
        GOOD.removeprefix("crm_"),
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        GOOD[:-1] + "\0",
        GOOD[:-1] + "u",
        GOOD.replace("0", "\u0660"),
        GOOD.replace("_", "-"),
        GOOD.replace("kota", ""),
        GOOD.replace("kota", "a" * 41),
        GOOD.replace("kota", "ko ta"),
        GOOD.replace("kota", "k\u00f6ta"),
        GOOD.replace("kota", "kota%"),
        GOOD + "_0",
        " " + GOOD,
    ],
)
def test_what_has_not_the_form_is_none(text: str) -> None:
    assert read_secret("crm_reply", text) is None
    assert read_key(text.replace("reply", "admin")) is None


def test_a_key_is_no_link_and_a_link_no_key() -> None:
    assert read_key(GOOD) is None
    key = GOOD.replace("reply", "reader")
    assert read_secret("crm_reply", key) is None
    assert read_key(key) == KeyText(KeyKind.reader, "kota", LOOKUP, SECRET)
