"""Reads CSV as spreadsheets and survey tools write it, record by record: any of their encodings and delimiters.

One reader for answers, counts, volumes and the directory: what one of them takes, all of them take.
"""

import codecs
import csv
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from re import IGNORECASE, fullmatch
from typing import BinaryIO, TypeAlias

LARGEST_FILE = 64 * 1024 * 1024
# As many columns as a spreadsheet has. A file of delimiters alone would be millions of cells otherwise.
MOST_CELLS = 16_384
# Spreadsheets with Indonesian settings write semicolons, because their decimal mark is the comma; "Unicode text" has
# tabs, and some survey tools offer bars.
DELIMITERS = ",;\t|"
# Excel's own way to name the delimiter: a line before the header, which no spreadsheet shows.
SEP_LINE = r'"?sep=([^"\r\n])"?[\r\n]*'
# What takes no room in a heading, and what a byte order mark becomes where a tool wrote it twice.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# A file's content, or the file itself, of which no more is kept in memory than what is being read.
Source: TypeAlias = bytes | Path
# What stands for bytes that are no text: half of a pair, which no text has by itself.
NO_TEXT = "\ud800"
codecs.register_error("no_text", lambda error: (NO_TEXT, error.end))  # type: ignore[attr-defined]  # only decoders meet it


class CsvProblem(ValueError):
    """A file of which no more can be read: what its owner must change, and the record where (None: the whole file)."""

    def __init__(self, problem: str, row: int | None = None) -> None:
        super().__init__(problem)
        self.row = row


def column_name(text: str) -> str:
    """The column's name for comparison: spreadsheets and people differ in capitals, blanks, line breaks and NFC."""
    return " ".join(unicodedata.normalize("NFC", text.translate(UNSEEN)).split()).casefold()


def read_bytes(path: Path) -> bytes:
    """The content of a file that is not too large; raises CsvProblem."""
    if path.stat().st_size > LARGEST_FILE:
        raise CsvProblem(f"a file may have at most {LARGEST_FILE // 2**20} MiB; split it by month")
    return path.read_bytes()


def records(source: Source, wanted: Collection[str] = ()) -> Iterator[list[str]]:
    """Each record's cells as written, the header first. Raises CsvProblem where the file cannot be read on.

    The delimiter is the one that finds most of the `wanted` columns (by `column_name`), unless a line `sep=;` names it.
    """
    encoding, row = _encoding(source), 1
    try:
        text, named = _after_sep(source, encoding)
        with text:
            delimiter = named or _delimiter(source, encoding, wanted)
            for cells in csv.reader(text, delimiter=delimiter, strict=True):
                if len(cells) > MOST_CELLS:
                    raise CsvProblem("a row has more cells than a spreadsheet has columns; this is no table", row)
                yield cells
                row += 1
    except UnicodeDecodeError:
        problem = "the text is not UTF-8, nor UTF-16; save it as “CSV UTF-8”"
        raise CsvProblem(problem, _undecodable_row(source, encoding)) from None
    except csv.Error as error:
        raise CsvProblem(f"this is not well-formed CSV: {_in_words(str(error))}", row) from None


def _opened(source: Source) -> BinaryIO:
    return source.open("rb") if isinstance(source, Path) else BytesIO(source)


def _encoding(source: Source) -> str:
    """By the byte order mark, or by the noughts that UTF-16 has beside every Latin letter."""
    with _opened(source) as stream:
        data = stream.read(2)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if data[:1] != b"\0" and data[1:2] == b"\0":
        return "utf-16-le"
    if data[:1] == b"\0" and data[1:2] not in (b"", b"\0"):
        return "utf-16-be"
    return "utf-8-sig"


def _after_sep(source: Source, encoding: str, errors: str = "strict") -> tuple[TextIOWrapper, str | None]:
    """The text from its header on, and the delimiter that a line before it names."""
    # `newline=""` leaves line breaks, of whatever kind, to the csv module: a cell may hold some.
    text = TextIOWrapper(_opened(source), encoding, errors, newline="")
    try:
        found = fullmatch(SEP_LINE, text.readline(), flags=IGNORECASE)
    except UnicodeDecodeError:
        text.close()
        raise
    if found is None:
        text.close()
        text = TextIOWrapper(_opened(source), encoding, errors, newline="")
    return text, found and found[1]


def _delimiter(source: Source, encoding: str, wanted: Collection[str]) -> str:
    """The delimiter that finds more of the wanted columns in the header, or else parts it into more cells."""

    def found(delimiter: str) -> tuple[int, int]:
        text, _ = _after_sep(source, encoding)
        try:
            header = next(csv.reader(text, delimiter=delimiter, strict=True), [])
        except csv.Error:
            return 0, 0
        finally:
            text.close()
        return len({column_name(cell) for cell in header}.intersection(wanted)), len(header)

    return max(DELIMITERS, key=found)


def _undecodable_row(source: Source, encoding: str) -> int:
    """The record in which the text stops being text."""
    # The reader decodes some pages ahead, so its own count is too low.
    text, _ = _after_sep(source, encoding, "no_text")
    row = 0
    with text, suppress(csv.Error):
        for cells in csv.reader(text):
            row += 1
            if any(NO_TEXT in cell for cell in cells):
                return row
    # A record that is none, because a quote or a line break is among what is no text.
    return row + 1


def _in_words(error: str) -> str:
    """What the csv module found, for whoever mends the file."""
    if "end of data" in error:
        return "a quote is opened and never closed"
    if "field larger" in error:
        return f"a cell has more than {csv.field_size_limit()} characters; a quote is missing"
    return "after a closing quote comes neither a delimiter nor the end of the row"
