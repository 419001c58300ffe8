"""How options of `cermin import` name a file's columns and answers: `COLUMN=MEANING` pairs, or a mapping file."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from app.cli.context import fail
from app.foundation.csv_records import CsvProblem, column_name, read_bytes, records
from app.instruments.model import SKIPPED, Instrument
from app.ratings.csv_import.cells import PROFILE_CODES, Labels

# A part of `a=x,"b, c"=y`: quoted as CSV quotes it, or without quotes up to the next comma.
PART = re.compile(r'(?:\s*"(?P<quoted>(?:[^"]|"")*)"(?P<after>[^,]*)|(?P<plain>[^,]*))(?:,|$)')


def questions_of(columns: Sequence[str], instrument: Instrument) -> Mapping[str, str]:
    """The item by column; every question needs one."""
    pairs = _pairs("--columns", columns, ("column", "item"), instrument.codes)
    # A question left out would silently count as skipped.
    missing = [code for code in instrument.codes if code not in pairs.values()]
    if missing:
        raise fail(f"--columns: name a column for {', '.join(missing)}, too.")
    return pairs


def attributes_of(profile: Sequence[str]) -> Mapping[str, str]:
    """The attribute of the respondent by column."""
    return _pairs("--profile", profile, ("column", "attribute"), PROFILE_CODES)


def labels_of(texts: Sequence[str], instrument: Instrument) -> Labels:
    """The score by what stands in the file for it; a mapping file may name the question, too, in a column `item`."""
    scores = {str(score): score for score in range(instrument.low, instrument.high + 1)} | {SKIPPED: None}
    labels: dict[tuple[str | None, str], int | None] = {}
    for part, (label, score, item) in _pairs_with_source("--labels", texts, ("label", "score", "item")):
        if score not in scores or item not in ("", *instrument.codes):
            raise fail(f"--labels: “{part}” does not say LABEL=one of {', '.join(scores)}.")
        key = (item or None, column_name(label))
        if labels.setdefault(key, scores[score]) != scores[score]:
            raise fail(f"--labels: “{part}” gives a label another meaning; with a mapping file it can differ by item.")
    return labels


def _pairs(option: str, texts: Sequence[str], names: tuple[str, str], targets: Collection[str]) -> Mapping[str, str]:
    """`u1=PROSEDUR,u2=WAKTU` as column → target, each of them once."""
    pairs: dict[str, str] = {}
    for part, (column, target, *_) in _pairs_with_source(option, texts, names):
        if target not in targets:
            raise fail(f"{option}: “{part}” does not say COLUMN=one of {', '.join(targets)}.")
        if column_name(column) in pairs or target in pairs.values():
            raise fail(f"{option}: “{part}” names a column or {target} for the second time.")
        pairs[column_name(column)] = target
    return pairs


def _pairs_with_source(
    option: str, texts: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every pair of an option as it was written, with its parts; `@FILE.csv` stands for the rows of a mapping file."""
    for text in texts:
        if text.startswith("@"):
            yield from _rows_of(option, Path(text[1:]), names)
        else:
            for part in split(text):
                left, _, right = part.rpartition("=")
                yield part, (left.strip(), right.strip(), *[""] * (len(names) - 2))


def _rows_of(option: str, file: Path, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of a mapping file; its third column may be missing."""
    try:
        rows = records(read_bytes(file), names)
        header = [column_name(cell) for cell in next(rows, [])]
        if missing := [name for name in names[:2] if name not in header]:
            raise fail(f"{option}: {file} has no column {', '.join(missing)}; it needs {' and '.join(names[:2])}.")
        for row in rows:
            cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
            if any(cells.values()):
                parts = tuple(cells.get(name, "") for name in names)
                yield "=".join(parts[:2]), parts
    except OSError as error:
        raise fail(f"{option}: {file} cannot be read: {error.strerror}.") from None
    except CsvProblem as problem:
        raise fail(f"{option}: {file}, row {problem.row}: {problem}.") from None


def split(text: str) -> list[str]:
    """The pairs of `a=x,b=y`; a comma belongs to the heading where no `=` stands before it, or within CSV quotes."""
    parts: list[str] = []
    begun = ""
    place = 0
    while place < len(text):
        found = PART.match(text, place)
        assert found is not None, "any text matches the plain part"
        place = found.end()
        quoted = found["quoted"]
        part = found["plain"] if quoted is None else quoted.replace('""', '"') + found["after"]
        if quoted is None and "=" not in part:
            begun += f"{part},"
            continue
        parts.append((begun + part).strip())
        begun = ""
    if begun:
        parts.append(begun.removesuffix(",").strip())
    return parts
