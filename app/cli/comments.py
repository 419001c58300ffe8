"""`cermin comment list|mark`: what citizens wrote, as far as it is told, and what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out, print_table
from app.closing.comments import CommentQuery, MarkIn, mark_comment, read_comments
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.http.problem_responses import validation_problem
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.foundation.translations import translator

comment = typer.Typer(help="What citizens wrote, and what became of it.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
CommentId = Annotated[UUID, typer.Argument(metavar="COMMENT", help="Id, as `cermin comment list` shows it.")]
PAGE = 1_000


@comment.command("list")
def list_comments(
    agency: AgencyCode,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026.")],
    instrument: Annotated[str, typer.Option(metavar="ID", help="Questionnaire.")] = "ikl-1",
    office: Annotated[str | None, typer.Option(metavar="CODE", help="Of this office and those below it.")] = None,
    search: Annotated[str, typer.Option(help="Words that stand in it.")] = "",
    element: Annotated[str | None, typer.Option(help="Those marked as being about this element.")] = None,
    state: Annotated[Literal["open", "handled"] | None, typer.Option(help="open or handled.")] = None,
) -> None:
    """The comments of a period that are told, ten or more at a time, with what is said of them."""
    asked: dict[str, object] = {"period": period, "instrument": instrument, "office": office, "search": search}
    asked |= {"element": element, "state": state, "limit": PAGE}
    table = Table("id", "office", "comment", "element", "acted on", "note")
    with _told(), _agency(agency) as db, db.snapshot() as session:
        after, n, told = None, 0, 0
        while True:
            query = CommentQuery.model_validate({**asked, "after": after})
            page = read_comments(session, Reach(agency, None, actor()), query)
            n, told = page.n, page.told
            for each in page.items:
                mark = each.mark
                said = ("", "", "") if mark is None else (mark.element or "", str(mark.on or ""), mark.note or "")
                shown = said if mark is None or mark.handled else (said[0], "", said[2])
                # Text, because a citizen's words may hold what rich takes for markup.
                table.add_row(*map(Text, (str(each.id), each.office or "several", each.text, *shown)))
            after = page.next
            if after is None:
                break
    print_table(table)
    out.print(f"{n} of {told} told comments", highlight=False)


@comment.command("mark")
def mark(
    agency: AgencyCode,
    comment_id: CommentId,
    handled: Annotated[bool, typer.Option("--handled", help="It was acted on (ditindaklanjuti).")] = False,
    element: Annotated[str | None, typer.Option(help="Which element of its questionnaire it is about.")] = None,
    note: Annotated[str | None, typer.Option(help="What was done: one line, without names of citizens.")] = None,
) -> None:
    """Say of a comment that it was acted on, what it is about, and what was done; without options the mark goes."""
    with _told(), _agency(agency) as db:
        said = MarkIn.model_validate({"handled": handled, "element": element, "note": note})
        with db.writing() as session:
            kept = mark_comment(session, Reach(agency, None, actor()), comment_id, said, system_clock())
    out.print(f"{comment_id}: {'marked' if kept.mark else 'no mark'}", highlight=False)


@contextmanager
def _agency(agency: str) -> Iterator[Database]:
    with database() as db:
        with db.reading() as session:
            _check(session, agency)
        yield db


def _check(session: Session, agency: str) -> None:
    # Otherwise a misspelt agency would look like one of which nothing is told.
    if directory_version(session, agency) is None:
        raise fail(f"There is no agency {agency}.")


@contextmanager
def _told() -> Iterator[None]:
    """End the command with the sentence of what is refused."""
    try:
        yield
    except ValidationError as error:
        raise fail(_sentences(validation_problem(error))) from None
    except Problem as problem:
        raise fail(_sentences(problem)) from None


def _sentences(problem: Problem) -> str:
    document = problem.document(translator("en"))
    errors = [f"{each['field']}: {each['message']}" for each in document.get("errors", ())]
    return "\n".join(errors) or str(document["detail"])
