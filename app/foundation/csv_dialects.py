"""How CSV is written for spreadsheets: with a byte order mark, `;` and decimal comma where the language has that."""

from typing import NamedTuple

from app.foundation.translations import negotiate

# Without it Excel takes the text for another encoding.
BOM = "\ufeff"


class CsvDialect(NamedTuple):
    """What parts cells and what parts decimals. A spreadsheet whose decimal mark is the comma wants semicolons."""

    delimiter: str
    decimal: str

    def figure(self, text: str) -> str:
        """A number, written with a point, as this dialect writes it."""
        return text.replace(".", self.decimal)


# RFC 4180, for machines and for English.
POINT = CsvDialect(",", ".")
COMMA = CsvDialect(";", ",")
LANGUAGES_WITH_COMMA = frozenset({"id"})


def dialect_of(language: str | None) -> CsvDialect:
    """The dialect of a language; None: nobody has asked for one, which is a machine's way."""
    return COMMA if language in LANGUAGES_WITH_COMMA else POINT


def asked_language(accept_language: str | None) -> str | None:
    """The language of ours that an Accept-Language header asks for; None where it asks for none."""
    return negotiate(accept_language, "") or None
