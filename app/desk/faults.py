"""What was wrong with what a page was sent, as sentences beside its fields; and what was right, as a model."""

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from app.foundation.http.problem_responses import validation_problem
from app.foundation.problems import Problem
from app.reports.sections.language import Language

Model = TypeVar("Model", bound=BaseModel)
Faults: TypeAlias = tuple[tuple[str | None, str], ...]

# Which field a problem is about that names none.
FIELDS = {
    "period-unknown": "period",
    "instrument-unknown": "instrument",
    "period-reversed": "from",
    "done-ahead": "done_on",
}


def read(model: type[Model], given: Mapping[str, object]) -> Model:
    """The fields as a model; empty ones are left out. Raises `invalid-request` with every wrong field."""
    try:
        return model.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        raise validation_problem(error) from None


def lines_of(given: Mapping[str, str], name: str) -> str:
    """What was written into a field of several lines: browsers send more than one mark for the end of each."""
    return given.get(name, "").replace("\r\n", "\n")


def faults_of(problem: Problem, tell: Language) -> Faults:
    """Each fault with the name of its field; one sentence of no field where it is about none."""
    document = problem.document(tell)
    errors = document.get("errors")
    if not errors:
        return ((FIELDS.get(problem.code), document["detail"]),)
    return tuple((error["field"], error["message"]) for error in errors)
