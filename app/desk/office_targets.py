"""My office's targets: what they come to so far, for the office first and then for those below it."""

from collections.abc import Mapping, Sequence

from app.closing.targets.running import OfficeSoFar
from app.desk.blocks import Section
from app.instruments.model import Instrument
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.targets import MEANING, target_cells, target_columns
from app.targets.rules.target import INDEX

# More rows than anybody looks through; the page of targets and the reports have the others.
MOST_ROWS = 30


def targets_so_far(
    found: Sequence[OfficeSoFar],
    names: Mapping[str, str],
    instrument: Instrument,
    own: str | None,
    tell: Language,
) -> tuple[Section, ...]:
    """The section; none where no target is set."""
    titles = {item.code: item.title["id" if tell.code == "id" else "en"] for item in instrument.items}
    titles[INDEX] = instrument.index_name
    ordered = sorted(found, key=lambda each: each.office != own)
    rows = tuple(
        (
            f"{tell.period(each.period)}, {names.get(each.office, each.office)}, {titles[reached.figure]}",
            *target_cells(reached, tell),
            None if each.through is None else tell.day(each.through.isoformat()),
        )
        for each in ordered
        for reached in each.reached
    )
    if not rows:
        return ()
    columns = (
        Column(tell("Period, office and figure"), "text"),
        *target_columns(tell),
        Column(tell("Told through"), "text"),
    )
    table = Table(tell("Targets so far"), columns, rows[:MOST_ROWS])
    so_far = tell("A period that runs is told month by month; what counts in an appraisal is its closed report.")
    return (Section((table, Words(so_far), Words(tell(MEANING))), tell("Targets (SKP)")),)
