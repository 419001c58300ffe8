"""What a page shows in figures: every number of its sentences, tables and drawings, whatever the page is about."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from re import VERBOSE, compile
from typing import Any

import httpx
from python_calamine import CalamineWorkbook

from app.foundation.translations import catalogues

# Of forms, menus and choices nothing is a figure: they hold what somebody may ask for.
UNSEEN = frozenset({"head", "header", "nav", "form", "script", "style"})
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# Days, periods, codes, fingerprints and names: they have digits, and count nothing.
NO_FIGURE = compile(
    rf"""\d{{4}}-\d{{2}}-\d{{2}}(T[\d:.+Z-]+)? | \d{{4}}-(\d{{2}}|[QSW]\d+) | \d{{2}}:\d{{2}}
    | (\b\d{{1,2}}\ )? \b({MONTHS})[a-z]*\ \d{{4}} | \bPermenPANRB\ \d+/\d+
    | \b202\d\b | [A-Za-z]\w*-\d[\w-]* | \bE\d{{3}} | \bOrang\ \d | \b[0-9a-f]{{8}}[0-9a-f-]{{8,}}
    """,
    VERBOSE,
)
FIGURE = compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
# Sentences that always say the same say nothing about anybody.
ALWAYS = frozenset(text for text in catalogues()["id"] if "{" not in text)
# The official scale as charts have it, intervals of 95 % and 99.8 %, and ten ratings as in "<10".
ANSWERS = frozenset(map(Decimal, range(1, 5)))
SAID_ANYHOW = frozenset(map(Decimal, ("25", "50", "75", "100", "95", "99.8", "10")))


@dataclass
class Page(HTMLParser):
    """The visible text of a page, cell by cell where it is a table, and where its links lead."""

    texts: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read nothing so far."""
        super().__init__()
        self._unseen = 0
        self._cell: list[str] | None = None
        self._in_head = False

    @classmethod
    def read(cls, html: str) -> "Page":
        """A page that was answered."""
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A link, a row or a cell begins; a drawing says in words what it shows."""
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in UNSEEN:
            self._unseen += 1
        if label := given.get("aria-label"):
            self.handle_data(label)
        if tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """A cell is whole."""
        if tag in UNSEEN:
            self._unseen -= 1
        elif tag in ("td", "th") and self._cell is not None:
            (self.heads if self._in_head else self.rows[-1]).append("".join(self._cell).strip())
            self._cell = None
        elif tag == "thead":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        """Text that people read."""
        if self._cell is not None:
            self._cell.append(data)
        elif not self._unseen and data.strip():
            self.texts.append(data.strip())


def page_of(response: httpx.Response) -> Page:
    """What an answer to a browser shows: a page, or the file of a page, cell by cell."""
    kind, page = response.headers.get("content-type", ""), Page()
    if kind.startswith("text/html"):
        return Page.read(response.text)
    if kind.startswith("text/csv"):
        page.texts += [cell for line in csv.reader(StringIO(response.text.removeprefix("\ufeff"))) for cell in line]
    return page


def figures_in(text: str) -> Iterator[Decimal]:
    """Every number of a text that may count something; a text that always says the same has none."""
    if text.strip() in ALWAYS:
        return
    for found in FIGURE.findall(NO_FIGURE.sub(" ", text)):
        yield Decimal(found.replace(",", ""))


@dataclass
class Said:
    """The numbers that answers hold: all, and by what they are about."""

    everything: set[Decimal] = field(default_factory=set)
    about: dict[str, set[Decimal]] = field(default_factory=dict)

    def add(self, value: Any) -> None:
        """Everything that a JSON answer says; `value` is its content."""
        if isinstance(value, Mapping):
            found = set(_numbers(value))
            self.everything |= found
            for label in _labels(value):
                self.about.setdefault(label, set()).update(found)
            for name, inner in value.items():
                # A mapping by code is about each of them.
                self.about.setdefault(name, set()).update(_numbers(inner))
                self.add(inner)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            # How many rows there are is seen by everybody who has them.
            self.everything.add(Decimal(len(value)))
            for inner in value:
                self.add(inner)

    def add_csv(self, text: str) -> None:
        """Everything that a report says as CSV: section, table, row, column, value."""
        for line in csv.reader(StringIO(text.removeprefix("\ufeff"))):
            found = set(_numbers(line[4])) | set(figures_in(line[4]))
            self.everything |= found
            self.about.setdefault(line[2], set()).update(found)

    def has(self, figure: Decimal, label: str | None = None) -> bool:
        """Whether an answer said this number, about whatever has this name."""
        said = self.everything if label is None else self.about.get(label, set())
        return figure in said or figure in SAID_ANYHOW

    def unsaid(self, page: Page) -> list[str]:
        """What a page shows in figures beyond that."""
        found = [text for text in page.texts if not all(map(self.has, figures_in(text)))]
        # A column may be about one of the answers that there are.
        found += [
            head for head in page.heads if not all(self.has(each) or each in ANSWERS for each in figures_in(head))
        ]
        for label, *cells in filter(None, page.rows):
            found += [
                f"{label}: {cell}" for cell in cells if not all(self.has(each, label) for each in figures_in(cell))
            ]
        return found


def cells_of(workbook: bytes) -> Iterator[str]:
    """Every cell of a workbook, as text."""
    for sheet in CalamineWorkbook.from_filelike(BytesIO(workbook)).sheet_names:
        for row in CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_name(sheet).to_python():
            yield from map(str, row)


def _numbers(value: Any) -> Iterator[Decimal]:
    """The numbers of a value, also those that are text; a share also as per cent."""
    for text in _plain(value):
        try:
            number = Decimal(text)
        except ArithmeticError:
            # `<10` and `20+` are shown as they are.
            yield from figures_in(text)
            continue
        if number.is_finite():
            yield from (abs(number), abs(number) * 100)


def _plain(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _plain(inner)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for inner in value:
            yield from _plain(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _labels(value: Mapping[str, Any]) -> Iterator[str]:
    """By which names a page may call what an object is about."""
    for name in ("code", "name", "text", "month", "channel", "service", "office", "employee"):
        if isinstance(value.get(name), str):
            yield value[name]
    title = value.get("title")
    if isinstance(title, Mapping):
        yield from title.values()
    if isinstance(value.get("group"), Mapping):
        yield from _labels(value["group"])
