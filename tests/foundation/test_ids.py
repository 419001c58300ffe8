"""Identifiers as texts."""

from random import Random
from uuid import UUID

from app.foundation.ids import text_of

SEED = 16


def test_an_identifiers_text_is_that_of_str_for_every_number() -> None:
    draw = Random(SEED)
    numbers = [0, 1, 2**128 - 1, *(draw.getrandbits(draw.randint(1, 128)) for _ in range(1_000))]
    for identifier in (UUID(int=number) for number in numbers):
        assert text_of(identifier) == str(identifier)
