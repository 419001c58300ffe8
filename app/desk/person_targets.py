"""A person's targets in the periods that run and what they come to so far: on My mirror, and for who appraises."""

from collections.abc import Sequence

from starlette.requests import Request

from app.access.readings import Readings
from app.closing.rules.follow_up import today
from app.closing.targets.of_person import PersonSoFar, told_so_far
from app.desk.blocks import Section
from app.desk.requests import principal_of
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.targets import MEANING, target_cells, target_columns
from app.targets.rules.target import INDEX


def read_targets(request: Request, found: SignedIn, employee: str) -> tuple[PersonSoFar, ...]:
    """What the targets of a person of the own agency come to so far; the caller has asked who may read it."""
    services = services_of(request)
    services.of(Readings).take(principal_of(found))
    with services.database.snapshot() as session:
        return told_so_far(session, found.agency_id, employee, today(services.now()))


def person_targets(found: Sequence[PersonSoFar], tell: Language) -> tuple[Section, ...]:
    """The section; none where no target is set."""
    rows = tuple(
        (
            f"{tell.period(each.period)}, {_title(each, reached.figure, tell)}",
            *target_cells(reached, tell),
            None if each.through is None else tell.day(each.through.isoformat()),
        )
        for each in found
        for reached in each.reached
    )
    if not rows:
        return ()
    columns = (Column(tell("Period and figure"), "text"), *target_columns(tell), Column(tell("Told through"), "text"))
    table = Table(tell("Targets so far"), columns, rows)
    so_far = tell("A period that runs is told month by month; what counts in an appraisal is its closed report.")
    who = tell("Only the person and who appraises this person see this; looking at somebody else's leaves a trace.")
    return (Section((table, Words(so_far), Words(who), Words(tell(MEANING))), tell("Targets (SKP)")),)


def _title(each: PersonSoFar, figure: str, tell: Language) -> str:
    titles = {item.code: item.title["id" if tell.code == "id" else "en"] for item in each.instrument.items}
    return {INDEX: each.instrument.index_name, **titles}[figure]
