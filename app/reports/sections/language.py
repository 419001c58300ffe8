"""Words, figures and days as a reader of one language writes them."""

from datetime import date
from decimal import Decimal
from functools import cache

from app.disclosure.rules.calendar import span_of
from app.foundation.translations import Translate, translator
from app.reports.sections.blocks import Cell, Number, Range

# British, because a day is written before its month there, too.
LOCALES = {"id": "id", "en": "en_GB"}
NOTHING = "–"
MINUS, PER_CENT = "−", "\u00a0%"
ROMAN = ("I", "II", "III", "IV")


class Language:
    """One language; a text is translated with `language("English text", name=value)`.

    A value that is text is translated, too: what a person wrote must never be one.
    """

    def __init__(self, code: str) -> None:
        self.code = code if code in LOCALES else "en"
        self._translate: Translate = translator(self.code)

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language."""
        return self._translate(text, **values)

    def cell(self, cell: Cell) -> str:
        """A cell as it is read."""
        match cell:
            case None:
                return NOTHING
            case str():
                return cell
            case Number():
                return self.number(cell)
            case Range(lower, upper):
                return f"{self.number(lower)} – {self.number(upper)}"

    def number(self, number: Number) -> str:
        """A figure with its decimals, its sign and its unit."""
        value = number.shown * (100 if number.percent else 1)
        text = _decimal(abs(value), number.places, LOCALES[self.code])
        # What is shown as zero has no sign.
        sign = "" if not value else MINUS if value < 0 else "+" if number.signed else ""
        return f"{sign}{text}{PER_CENT if number.percent else ''}"

    def day(self, iso: str) -> str:
        """`2026-10-01` as 1 Oktober 2026."""
        return self._date(iso, "d MMMM y")

    def short_day(self, iso: str) -> str:
        """`2026-10-01` as 1 Okt 2026."""
        return self._date(iso, "d MMM y")

    def month(self, code: str, form: str = "MMM y") -> str:
        """`2026-10` as Okt 2026."""
        return self._date(f"{code}-01", form)

    def _date(self, iso: str, form: str) -> str:
        # Here and below, because a start need not read the library.
        from babel.dates import format_date

        return format_date(date.fromisoformat(iso), form, LOCALES[self.code])

    def period(self, code: str) -> str:
        """`2026-Q3` as Triwulan III 2026."""
        span = span_of(code)
        if span is None:
            return code
        year, place = str(span.first.year), (span.first.month - 1) // span.months
        match span.months:
            case 1:
                return self.month(code, "MMMM y")
            case 3:
                return self("Quarter {number} of {year}", number=ROMAN[place], year=year)
            case 6:
                return self("Semester {number} of {year}", number=ROMAN[place], year=year)
            case _:
                return self("Year {year}", year=year)


@cache
def language(code: str) -> Language:
    """The language of a code; English if there is none."""
    return Language(code)


@cache
def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _decimal(value: Decimal, places: int, locale: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, _pattern(places), locale))
