"""The one guard against formulas in texts that go into a table (OWASP, CSV injection)."""

# A spreadsheet takes a text that begins with one of these for a formula; the wide forms count because Excel
# reads them like the narrow ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text."""
    return text.startswith(FORMULA_STARTS)


def guarded(cell: str | int | float | None) -> str | int | float | None:
    """The cell; a text that a spreadsheet would run gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell
