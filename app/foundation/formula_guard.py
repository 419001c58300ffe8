"""Keeps spreadsheets from running texts of a table as formulas (OWASP, CSV injection)."""

# A spreadsheet takes a text that begins with one of these for a formula; the wide forms count because Excel
# reads them like the narrow ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text as a formula."""
    return text.startswith(FORMULA_STARTS)


def guarded(cell: str | int | float | None) -> str | int | float | None:
    """The cell; a text that a spreadsheet would run gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell
