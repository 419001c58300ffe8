"""`cermin follow-up`: the plan that follows a period, what is overdue, and which elements are proposed."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out, print_table
from app.closing.addressing import asked
from app.closing.rules.follow_up import is_overdue, today
from app.closing.survey.plans import Planned, follow_ups_of
from app.closing.survey.schemas import FollowUpsOut
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.translations import translator


def follow_up(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026.")],
    office: Annotated[str | None, typer.Option(metavar="CODE", help="Of this office; left out, the agency's.")] = None,
    instrument: Annotated[
        str | None, typer.Option(metavar="ID", help="Questionnaire; left out, the only one closed.")
    ] = None,
) -> None:
    """Show the plan that follows a period: what is done, what is overdue, and what the two lowest elements ask for."""
    now = system_clock()
    try:
        with database() as opened, opened.snapshot() as session:
            if directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
            about = Planned(asked(period), office, instrument)
            plan = follow_ups_of(session, Reach(agency, None, actor()), about, now, drafts=True)
    except Problem as problem:
        raise fail(problem.document(translator("en"))["detail"]) from None
    on = today(now)
    table = Table(title=f"Follow-up of {plan.period} ({plan.instrument}), {plan.office or 'the agency'}")
    for heading in ("Element", "Action", "Responsible", "Due", "Status", "Done on"):
        table.add_column(heading)
    for each in plan.items:
        status = f"{each.status}, overdue" if is_overdue(each.status, each.due_on, on) else each.status
        done = each.done_on.isoformat() if each.done_on else "–"
        table.add_row(*map(Text, (each.element, each.action, each.owner, each.due_on.isoformat(), status, done)))
    print_table(table)
    out.print(_summary(plan), markup=False, highlight=False)


def _summary(plan: FollowUpsOut) -> str:
    found = plan.progress
    days = "" if found.median_days is None else f", {found.median_days:g} days (median) until done"
    lines = [f"{found.actions} actions, {found.done} done ({found.on_time} in time), {found.overdue} overdue{days}"]
    lines += [f"proposed: {each.element} ({each.title.en}, index {each.index})" for each in plan.proposed]
    return "\n".join(lines)
