"""Whatever a validator of a wire model refuses is answered with what was expected, in both languages."""

import ast
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

import app.main  # noqa: F401 - imports every room, and with it every wire model
from app.closing.comments import MarkIn
from app.closing.schemas import WordsIn
from app.closing.survey.schemas import FollowUpPart
from app.closing.targets.schemas import TargetIn
from app.devices.schemas import DeviceIn
from app.directory.schemas import AgencyIn, VolumeQuery
from app.directory.standards.schemas import MonthCountsIn, PromiseIn
from app.foundation.http.expected import ANOTHER, EXPECTED, PATTERNS
from app.foundation.http.problem_responses import validation_problem
from app.foundation.translations import translator
from app.foundation.wire import WireModel
from app.integrity.schemas import IntegrityReportIn, IntegrityReportQuery
from app.screening.schemas import OpeningIn, OpenOn
from app.tickets.schemas import ArmIn

ROOMS = "app."
PLAN = {"element": "speed", "problem": "x", "action": "x", "due_on": "2026-12-31", "owner": "x"}
PLACE = {"office": "dukcapil", "service": "ktp-el"}
MONDAY = {"weekday": 0, "opens": "08:00", "closes": "16:00"}
# Every kind that a validator of ours raises, and a body that raises it: the model, the body, the field it is told of.
A_REPORT = {"agency": "kota", "office": "dukcapil", "kind": "discrimination"}
RAISED: Mapping[str, tuple[type[WireModel], dict[str, Any], str]] = {
    "one_line": (MarkIn, {"note": "a\nb"}, "note"),
    "without_nul": (WordsIn, {"text": "a\x00b"}, "text"),
    "without_nip": (AgencyIn, {"name": "Kota 199001012015031001", "period": "quarter"}, "name"),
    "sha256": (FollowUpPart, PLAN | {"proof_sha256": "abc"}, "proof_sha256"),
    "pin": (DeviceIn, {"office": "dukcapil", "counter": "l-1", "label": "x", "pin": "12"}, "pin"),
    "date_parsing": (VolumeQuery, {"from": "24-11-2026"}, "from"),
    "one_subject": (TargetIn, {"period": "2026-11", "value": "80.00"}, "body"),
    "closes_later": (OpenOn, MONDAY | {"closes": "08:00"}, "body"),
    "weekday_once": (OpeningIn, {"hours": [MONDAY, MONDAY]}, "body"),
    "day_of_done": (FollowUpPart, PLAN | {"status": "done"}, "body"),
    "promise_parts": (
        PromiseIn,
        {"service": "ktp-el", "valid_from": "2026-10", "amount": 1, "unit": None, "source": None},
        "body",
    ),
    "month_counts": (MonthCountsIn, PLACE | {"month": "2026-10"}, "body"),
    "both_steps": (ArmIn, {"ticket": "x", "steps_due": 2}, "body"),
    "done_of_due": (ArmIn, {"ticket": "x", "steps_due": 2, "steps_done": 3}, "body"),
    "string_too_short": (IntegrityReportIn, A_REPORT | {"text": " "}, "text"),
    "next_place": (IntegrityReportQuery, {"after": "tomorrow"}, "after"),
}
# Patterns of codes, for which the words about codes are right.
CODES = {
    "^[A-Za-z0-9-]{1,40}$",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
    r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$",
    r"^[a-z0-9][a-z0-9-]{0,39}$",
    r"^[a-z0-9-]{1,40}$",
    r"^[a-z0-9][a-z0-9.]{0,14}$",
}
# What is sent where something else belongs.
AWKWARD: tuple[Any, ...] = (
    None,
    7,
    -1,
    10**30,
    1.5,
    True,
    "",
    "ü",
    "x" * 5_000,
    [],
    {},
    [[]],
    [{}],
    {"x": 1},
    {"": ""},
)


def wire_models(model: type[WireModel] = WireModel) -> Iterator[type[WireModel]]:
    """Every wire model of the program."""
    for each in model.__subclasses__():
        if each.__module__.startswith(ROOMS):
            # Its schema is made when somebody needs it.
            each.model_rebuild()
            yield each
        yield from wire_models(each)


def sent_models() -> list[type[WireModel]]:
    """Those that clients send; the others are made by us."""
    return [each for each in wire_models() if not each.__name__.endswith(("Out", "Page", "Group"))]


def validators(schema: object) -> Iterator[Callable[..., object]]:
    """Every function of ours in a schema of pydantic's."""
    if isinstance(schema, dict):
        if str(schema.get("type")).startswith("function-"):
            found = schema["function"]["function"]
            yield getattr(found, "__func__", found)
        schema = schema.values()
    elif not isinstance(schema, list | tuple):
        return
    for each in schema:
        yield from validators(each)


def all_validators() -> set[Callable[..., object]]:
    """The validators of all wire models, without pydantic's own."""
    found = {each for model in wire_models() for each in validators(model.__pydantic_core_schema__)}
    return {each for each in found if each.__module__.startswith(ROOMS)}


def raised(function: Callable[..., object]) -> Iterator[tuple[str, str | None]]:
    """What a function raises: the class, and of one of pydantic's the kind."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            assert isinstance(node.exc.func, ast.Name)
            kind = node.exc.args[0] if node.exc.args else None
            yield node.exc.func.id, str(kind.value) if isinstance(kind, ast.Constant) else None


def called(function: Callable[..., object]) -> set[Callable[..., object]]:
    """The functions of wire models' rooms that a validator calls outside of a `try`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tried = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in ast.walk(node)}
    names = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and id(node) not in tried
    }
    found = (inspect.unwrap(function).__globals__.get(name) for name in names)
    return {each for each in found if inspect.isfunction(each) and each.__module__.startswith(ROOMS)}


def test_no_validator_of_a_wire_model_raises_what_has_no_words() -> None:
    checked, left = set[Callable[..., object]](), all_validators()
    kinds = set()
    while left:
        function = left.pop()
        checked.add(function)
        for name, kind in raised(function):
            assert name == "PydanticCustomError", f"{function.__module__}.{function.__qualname__} raises {name}"
            assert kind in EXPECTED, f"{function.__module__}.{function.__qualname__} raises {kind}"
            kinds.add(kind)
        left |= called(function) - checked
    assert len(checked) >= 10
    assert kinds == RAISED.keys()


def messages(model: type[WireModel], body: object) -> Iterator[tuple[str, str, str, str]]:
    """Field, code, and the words in English and Indonesian, of everything that is wrong with a body."""
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        found = [validation_problem(error).document(translator(language))["errors"] for language in ("en", "id")]
        for english, indonesian in zip(*found, strict=True):
            yield english["field"], english["code"], english["message"], indonesian["message"]


@pytest.mark.parametrize("kind", RAISED)
def test_what_a_validator_refuses_is_told_with_what_was_expected(kind: str) -> None:
    model, body, field = RAISED[kind]
    [(told_of, code, english, indonesian)] = messages(model, body)
    assert (told_of, code) == (field, EXPECTED[kind][0])
    assert english == f"The value is not valid; expected {EXPECTED[kind][1]}."
    assert indonesian != english
    assert EXPECTED[kind][1] not in indonesian


def patterns(schema: object) -> Iterator[str]:
    """Every pattern of a text in a schema of pydantic's."""
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        schema = schema.values()
    elif not isinstance(schema, list | tuple):
        return
    for each in schema:
        yield from patterns(each)


def test_every_form_in_which_something_is_written_has_words() -> None:
    found = {each for model in sent_models() for each in patterns(model.__pydantic_core_schema__)}
    assert found == PATTERNS.keys() | CODES


def test_a_wrong_period_and_a_wrong_time_are_not_called_codes() -> None:
    [(_, _, english, indonesian)] = messages(OpenOn, MONDAY | {"opens": "8.00"})
    assert english.endswith("expected a time such as 08:00.")
    assert "jam seperti 08:00" in indonesian
    [(_, _, english, _)] = messages(TargetIn, {"period": "ü", "office": "a", "value": None})
    assert "2026-Q3" in english


@pytest.mark.parametrize("model", sent_models(), ids=lambda model: model.__name__)
def test_nothing_awkward_in_any_field_is_answered_with_mere_disagreement(model: type[WireModel]) -> None:
    for name, field in model.model_fields.items():
        for value in AWKWARD:
            for _, _, english, indonesian in messages(model, {field.alias or name: value}):
                assert ANOTHER not in english, (name, value, english)
                assert "nilai lain" not in indonesian, (name, value)
