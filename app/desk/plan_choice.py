"""Which plan a page is about: period, questionnaire and office, as somebody typed them, or the newest closed period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from app.access.principals import Principal
from app.closing import store
from app.closing.addressing import asked
from app.closing.survey.plans import Place, Planned
from app.closing.survey.store import planned_about
from app.desk.addresses import with_query
from app.desk.blocks import Field
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import at_and_above
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import span_between
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.instruments.registry import instruments_of

DEFAULT_INSTRUMENT = "ikl-1"
# Places in a plan have two digits; this one no plan has.
LONGEST_PLACE, NOWHERE = 4, 10_000


@dataclass(frozen=True)
class PlanChoice:
    """The period, the questionnaire and the office (None: all in reach) of a plan."""

    period: str
    instrument: str
    office: str | None

    def planned(self) -> Planned:
        """The same for the functions that read and write plans. Raises `period-unknown`."""
        return Planned(asked(self.period), self.office, self.instrument)

    def at(self, path: str, **more: object) -> str:
        """The address of a page about this plan."""
        return with_query(path, {"period": self.period, "instrument": self.instrument, "office": self.office, **more})

    def hidden(self, **more: str) -> tuple[Field, ...]:
        """The fields by which a form says which plan it is about."""
        given = {"period": self.period, "instrument": self.instrument, "office": self.office or "", **more}
        return tuple(Field(name, "", "hidden", value=value) for name, value in given.items())


def place_of(sent: Mapping[str, str]) -> Place:
    """Which entry of a plan a form is about, and what it was like then; one that no plan has where it says none."""
    number = sent.get("place", "")
    known = number.isascii() and number.isdecimal() and len(number) <= LONGEST_PLACE
    return Place(int(number) if known else NOWHERE, sent.get("seen", ""))


def typed(
    period: Annotated[str | None, Query(max_length=40)] = None,
    instrument: Annotated[str | None, Query(max_length=40)] = None,
    office: Annotated[str | None, Query(pattern="^[A-Za-z0-9-]{0,40}$")] = None,
) -> Mapping[str, str]:
    """What was asked for, as it was typed."""
    given = {"period": period, "instrument": instrument, "office": office}
    return {name: value for name, value in given.items() if value}


def chosen(session: Session, principal: Principal, given: Mapping[str, str]) -> PlanChoice:
    """The plan that was asked for; what was left out is that of the newest period closed about this reach."""
    closed = _closed(session, principal)
    period, instrument = given.get("period") or None, given.get("instrument") or None
    if period is None:
        newest = next((each for each in closed if instrument in (None, each[1])), None)
        period = newest[0] if newest else _newest_told(session, principal.agency_id)
        instrument = instrument or (newest[1] if newest else None)
    if instrument is None:
        instrument = next((by for code, by in closed if code == period), None) or _usual(session, principal.agency_id)
    return PlanChoice(period, instrument, given.get("office") or None)


def with_plan_first(
    session: Session, principal: Principal, given: Mapping[str, str]
) -> tuple[PlanChoice, tuple[PlanChoice, ...]]:
    """The newest plan there is, where no period was asked for, and the newer closed periods that have none.

    What was only drafted has no plan as a rule, and who looks at plans looks for those that are to be carried out.
    """
    usual = chosen(session, principal, given)
    office = given.get("office") or principal.reach.root_key
    planned = planned_about(session, principal.agency_id, office)
    closed = dict.fromkeys(_closed(session, principal))
    asked_by = [each for each in closed if given.get("instrument") in (None, each[1])]
    first = next((n for n, each in enumerate(asked_by) if each in planned), None)
    if given.get("period") or first is None:
        return usual, ()
    found, *newer = (PlanChoice(*each, usual.office) for each in (asked_by[first], *asked_by[:first]))
    return found, tuple(newer)


def _closed(session: Session, principal: Principal) -> list[tuple[str, str]]:
    """Period and questionnaire of every closing that reports about this reach, the newest period first."""
    agency_id, office = principal.agency_id, principal.office
    above = set() if office is None else set(at_and_above(office_parents(session, agency_id), office))
    return [(each.code, each.instrument) for each in store.periods_of(session, agency_id) if each.root in {"", *above}]


def _newest_told(session: Session, agency_id: str) -> str:
    """The newest period that is released; where there is none, nothing that is a period."""
    try:
        return span_between(*release_state(session, agency_id).newest_period).code
    except Problem as problem:
        if problem.code != "nothing-released":
            raise
        return ""


def _usual(session: Session, agency_id: str) -> str:
    known = told_instruments(session, agency_id) or sorted(instruments_of(session, agency_id))
    return DEFAULT_INSTRUMENT if DEFAULT_INSTRUMENT in known else known[0]
