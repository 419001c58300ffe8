"""One step of a command about integrity reports: its transaction, and what is wrong with it as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.cli.context import database, fail
from app.desk.faults import faults_of
from app.directory.store import find_agency
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.reports.sections.language import language


@contextmanager
def step(agency: str) -> Iterator[tuple[Session, datetime]]:
    """A transaction on behalf of an agency that exists, and the moment; a problem ends the command."""
    with problems_as_sentences(), database() as db, db.writing() as session:
        if find_agency(session, agency) is None:
            raise fail(f"There is no agency {agency}.")
        yield session, system_clock()


@contextmanager
def problems_as_sentences() -> Iterator[None]:
    """End the command with the sentence of a problem."""
    try:
        yield
    except Problem as problem:
        raise fail(" ".join(text for _, text in faults_of(problem, language("en")))) from None
