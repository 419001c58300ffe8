"""A PIN's digest: what the page computes again, and nothing of the PIN."""

from hashlib import pbkdf2_hmac

from app.devices.rules.pins import ITERATIONS, is_pin, pin_digest


def test_a_pin_is_four_to_eight_digits() -> None:
    assert all(is_pin(text) for text in ("0000", "12345678"))
    assert not any(is_pin(text) for text in ("", "123", "123456789", "12a4", "12 4", "١٢٣٤", "²²²²"))


def test_the_digest_is_pbkdf2_under_its_salt() -> None:
    made = pin_digest("1234", bytes(range(16)))
    assert made["salt"] == bytes(range(16)).hex()
    assert made["digest"] == pbkdf2_hmac("sha256", b"1234", bytes(range(16)), ITERATIONS).hex()
    assert made["iterations"] == ITERATIONS


def test_two_kiosks_with_the_same_pin_show_it_to_nobody() -> None:
    one, other = pin_digest("1234"), pin_digest("1234")
    assert len(one["salt"]) == 32
    assert one["salt"] != other["salt"]
    assert one["digest"] != other["digest"]
