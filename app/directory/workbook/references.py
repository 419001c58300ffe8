"""Converts the references of a spreadsheet to places and back: `C5` is the third cell of the fifth row."""

import re

REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")


def place_of(reference: str) -> tuple[int, int]:
    """`C5` → (4, 2): row and column, counted from 0."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(f"{reference} names no cell")
    return int(found[2]) - 1, column_of(found[1])


def column_of(letters: str) -> int:
    """`C` → 2."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def letters_of(column: int) -> str:
    """2 → `C`."""
    before, last = divmod(column, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)
