"""A questionnaire beside another: which question maps to which; figures of one are never those of the other."""

from collections.abc import Iterable, Mapping

from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Links, Section
from app.instruments.model import Instrument, Item
from app.instruments.rules.crosswalk import Pairing, crosswalk
from app.reports.sections.blocks import Cell, Column, Table, Words
from app.reports.sections.language import Language


def beside(one: Instrument, other: Instrument | None, known: Mapping[str, Instrument], tell: Language) -> Section:
    """The table of both where another is chosen, and the links that choose one."""
    shown: tuple[DeskBlock, ...] = () if other is None else (_warning(one, other, tell), _table(one, other, tell))
    others = (each for each in sorted(known) if each not in (one.id, other.id if other else None))
    links = tuple(
        (tell("Beside {name}", name=each), with_query("/desk/instrument", {"id": one.id, "beside": each}))
        for each in others
    )
    return Section((*shown, Links(links)), tell("Beside another questionnaire"))


def _warning(one: Instrument, other: Instrument, tell: Language) -> Words:
    return Words(
        tell(
            "Questions in one row ask about the same thing. Their figures are not the same: {name} is made of answers "
            "from {low} to {high}, {other} of answers from {other_low} to {other_high}, each by its own rule. Nothing "
            "is converted from one to the other.",
            name=one.index_name,
            low=one.low,
            high=one.high,
            other=other.index_name,
            other_low=other.low,
            other_high=other.high,
        ),
        "notice",
    )


def _table(one: Instrument, other: Instrument, tell: Language) -> Table:
    return Table(
        tell("Which question of {name} maps to which of {other}", name=one.id, other=other.id),
        (Column(one.id, "text"), Column(other.id, "text"), Column(tell("Words and answers"), "text")),
        tuple(_row(each, tell) for each in crosswalk(one, other)),
    )


def _row(pairing: Pairing, tell: Language) -> tuple[Cell, ...]:
    sides = _titles(pairing.left, tell), _titles(pairing.right, tell)
    if None in sides:
        return *sides, tell("asked by one alone")
    return *sides, tell("the same") if pairing.is_same else tell("others")


def _titles(items: Iterable[Item], tell: Language) -> str | None:
    return "; ".join(f"{item.title[tell.code]} ({item.code})" for item in items) or None
