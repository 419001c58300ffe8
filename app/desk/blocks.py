"""What a desk page consists of: the blocks of reports, and eight more.

Numbers, tasks, links, linked tables, forms, questions of a questionnaire, what is awaited, and what private keys do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.reports.sections import blocks as reports
from app.reports.sections.blocks import Cell
from app.web.form_preview import AskedForm


@dataclass(frozen=True)
class Figure:
    """A figure with the strip under it, which says what it means and leads to what it counts."""

    name: str
    value: Cell
    strip: str
    address: str | None = None


@dataclass(frozen=True)
class Numbers:
    """Figures beside each other."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Task:
    """Something that waits for the reader, and where it is done."""

    text: str
    address: str
    due: str | None = None


@dataclass(frozen=True)
class Tasks:
    """What waits for the reader; `none` is said where nothing does."""

    items: tuple[Task, ...]
    none: str


@dataclass(frozen=True)
class Links:
    """Where one can go from here. `goes_on`: one of them leads to more of a list that this page has a part of."""

    items: tuple[tuple[str, str], ...]
    goes_on: bool = False


@dataclass(frozen=True)
class Field:
    """One field of a form.

    `code` takes a one-time code, `words` lines, `file` a file (sent as multipart/form-data), `select` one of `choices`
    (value, text), `digest` the SHA-256 of a file, which a script can work out of a file that stays in the browser.
    """

    name: str
    label: str
    kind: Literal["text", "password", "code", "select", "hidden", "day", "words", "digest", "file"] = "text"
    hint: str | None = None
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    autocomplete: str = "off"
    required: bool = True


@dataclass(frozen=True)
class Form:
    """Fields that are sent to an address. `tone` `danger` is for what cannot be taken back; `get` is for filters."""

    action: str
    button: str
    fields: tuple[Field, ...] = ()
    tone: Literal["plain", "danger"] = "plain"
    method: Literal["post", "get"] = "post"


@dataclass(frozen=True)
class Questions:
    """The questions of a questionnaire as citizens see them; nothing can be answered."""

    form: AskedForm


@dataclass(frozen=True)
class LinkedTable:
    """A table whose rows each lead to a page of their own, by their first cell."""

    table: reports.Table
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Awaited:
    """A sentence about something that changes by itself; the page at the address says how it is now, in such a block.

    The script `awaited.js` looks there until the state is another one.
    """

    state: str
    text: str
    address: str


@dataclass(frozen=True)
class KeyTool:
    """What a browser does with a private key, which stays in it; `without` says how to do it where that is impossible.

    `make` makes a pair, `read` opens the sealed report at the address, `prove` the word that a form to the address
    with this id answers, and sends it. The script `integrity.js` does it.
    """

    does: Literal["make", "read", "prove"]
    without: str
    address: str = ""
    id: str = ""


DeskBlock: TypeAlias = reports.Block | LinkedTable | Numbers | Tasks | Links | Form | Questions | Awaited | KeyTool


@dataclass(frozen=True)
class Section:
    """Blocks under a heading; without a title they stand by themselves."""

    blocks: tuple[DeskBlock, ...]
    title: str | None = None


@dataclass(frozen=True)
class Page:
    """A whole page: its question as a heading, the answer in one sentence, sections.

    `faults` are what was wrong with a form that was sent: the name of the field (None: of none) and a sentence.
    `values` are what it was sent with, and `sent` its address. `script` is a small module that the page works without,
    too. `file`: whether the page is offered as a file; False where what it shows has files of its own.
    """

    title: str
    lead: str
    sections: tuple[Section, ...] = ()
    faults: tuple[tuple[str | None, str], ...] = ()
    script: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    sent: str | None = None
    file: bool = True
