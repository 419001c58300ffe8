"""Every refusal has one shape, a stable code, and words that say what to change; none repeats the input."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import app
from app.foundation.http.problem_responses import validation_problem
from app.foundation.problem_codes import FIELD_MESSAGES, KINDS
from app.foundation.problems import FieldError, Problem
from app.foundation.translations import translator
from app.intake.with_key import Intake
from tests.house import House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

ENGLISH = translator("en")
ROOT = Path(app.__file__).parent
CANARY = "Siti-Kenari-3201"


def named(text: str) -> set[str]:
    """The `{named}` values of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def calls(function: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function with a fixed code, in the whole program."""
    position = 1 if function == "FieldError" else 0
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != function:
                continue
            code = node.args[position] if len(node.args) > position else None
            if isinstance(code, ast.Constant):
                yield str(code.value), node


def test_a_problem_is_told_in_the_form_of_rfc_9457() -> None:
    told = Problem("batch-too-long", limit=500, extra={"server_time": "2026-11-18T03:00:00.000+00:00"})
    assert told.document(ENGLISH) == {
        "type": "urn:cermin:problem:batch-too-long",
        "title": "Batch too long",
        "status": 422,
        "code": "batch-too-long",
        "detail": "A batch may hold at most 500 ratings; split it.",
        "server_time": "2026-11-18T03:00:00.000+00:00",
    }


def test_every_wrong_field_is_told_with_its_place_code_and_words() -> None:
    errors = [
        FieldError("scores.speed", "field-type", {"expected": "a whole number"}),
        FieldError("id", "id-not-uuid7"),
    ]
    document = Problem("invalid-request", errors=errors).document(ENGLISH)
    assert document["errors"] == [
        {
            "field": "scores.speed",
            "code": "field-type",
            "message": "The value has the wrong type; expected a whole number.",
        },
        {"field": "id", "code": "id-not-uuid7", "message": FIELD_MESSAGES["id-not-uuid7"]},
    ]


def test_codes_are_words_with_hyphens_and_statuses_are_refusals() -> None:
    for code, kind in KINDS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        assert 400 <= kind.status < 600
        assert kind.title
        assert kind.title[0].isupper()
        assert kind.detail.endswith(".")
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code) for code in FIELD_MESSAGES)
    # A workbook's faults are told in the importer's own sentences.
    assert all(message.endswith(".") or message == "{problem}" for message in FIELD_MESSAGES.values())


@pytest.mark.long
def test_every_code_that_is_raised_is_known_and_gets_the_values_its_words_name() -> None:
    for code, call in calls("Problem"):
        assert code in KINDS, code
        assert named(KINDS[code].detail) <= {keyword.arg for keyword in call.keywords}, code
    for code, call in calls("FieldError"):
        assert code in FIELD_MESSAGES, code
        given: set[str] = set()
        if len(call.args) > 2 and isinstance(call.args[2], ast.Dict):
            given = {str(key.value) for key in call.args[2].keys if isinstance(key, ast.Constant)}
        assert named(FIELD_MESSAGES[code]) <= given, code


def test_an_unknown_code_cannot_be_told() -> None:
    with pytest.raises(KeyError):
        _ = Problem("tiada").status


class Wire(BaseModel):
    """A body with one field of every kind."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=5)
    n: int = Field(ge=1, le=9)
    comment: str | None = Field(default=None, max_length=5)


def errors_of(**changed: object) -> list[FieldError]:
    """What is wrong with a body."""
    body = {"name": "ani", "n": 1} | changed
    with pytest.raises(ValidationError) as caught:
        Wire.model_validate_json(json.dumps({name: value for name, value in body.items() if value is not None}))
    return list(validation_problem(caught.value).errors)


@pytest.mark.parametrize(
    ("changed", "field", "code", "expected"),
    [
        ({"name": None}, "name", "field-missing", None),
        ({"x": 1}, "x", "field-unknown", None),
        ({"name": 7}, "name", "field-type", "text"),
        ({"n": "7"}, "n", "field-type", "a whole number"),
        ({"n": 1.5}, "n", "field-type", "a whole number"),
        ({"n": True}, "n", "field-type", "a whole number"),
        ({"n": 0}, "n", "field-invalid", "at least 1"),
        ({"n": 10}, "n", "field-invalid", "at most 9"),
        ({"name": ""}, "name", "field-invalid", "text that is not empty"),
        ({"name": "sepuluh"}, "name", "field-invalid", "at most 5 characters"),
    ],
    ids=str,
)
def test_what_pydantic_finds_is_told_in_our_words(
    changed: dict[str, object], field: str, code: str, expected: str | None
) -> None:
    [error] = errors_of(**changed)
    assert (error.field, error.code) == (field, code)
    [told] = Problem("invalid-request", errors=[error]).document(ENGLISH)["errors"]
    assert expected is None or told["message"].endswith(f"; expected {expected}.")


def test_a_long_comment_is_told_its_limit() -> None:
    assert errors_of(comment="x" * 6) == [FieldError("comment", "comment-too-long", {"limit": 5})]


def test_the_senders_own_names_of_fields_are_cut_short_and_few_are_told() -> None:
    errors = errors_of(**{"x" * 500 + str(n): 1 for n in range(300)})
    assert len(errors) == 100
    assert max(len(error.field) for error in errors) == 60


def poisoned(house: House) -> Iterator[Any]:
    """Sheets that carry something personal in one value each, where it is wrong."""
    for name in ("id", "office", "service", "employee", "channel", "instrument", "scores", "profile"):
        for value in (CANARY, [CANARY], {"x": CANARY}, f"{CANARY}\x00", CANARY * 200):
            yield house.sheet(**{name: value})
    yield house.sheet(scores={"speed": CANARY, "transparency": [CANARY], "friendliness": {"x": CANARY}})
    yield house.sheet(profile={"sex": CANARY, "age_band": CANARY})
    yield house.sheet(comment=CANARY * 100)
    yield CANARY
    yield [CANARY]


@pytest.mark.long
def test_no_refusal_repeats_a_value_of_the_input(house: House) -> None:
    for sheet in poisoned(house):
        for path, body in (("/v1/ratings", sheet), ("/v1/ratings/batch", {"ratings": [sheet]})):
            response = house.post(path, body)
            assert response.status_code in (200, 413, 422), response.text
            assert "urn:cermin:problem:" in response.text
            assert CANARY not in response.text
    for path in ("/v1/offices", "/v1/services", "/v1/counters", "/v1/employees", "/v1/indices"):
        names = {"after", "limit", "office", "service", "employee", "channel", "instrument", "from", "by", "weights"}
        for name in names:
            response = house.get(path, params={name: f"{CANARY}\u00e9"})
            assert response.status_code == 422, response.text
            assert CANARY not in response.text
    for path in (f"/v1/instruments/{CANARY}", f"/{CANARY}", f"/static/docs/{CANARY}"):
        assert CANARY not in problem(house.get(path), 404, house.get(path).json()["code"])["detail"]
    malformed = f'{{"comment": "{CANARY}'.encode()
    response = house.request(
        "POST", "/v1/ratings", "app", content=malformed, headers={"content-type": "application/json"}
    )
    assert CANARY not in str(problem(response, 400, "malformed-json"))


@pytest.mark.quiet
def test_a_problem_is_told_in_the_language_asked_for_and_caches_are_told_so(house: House) -> None:
    for wanted, language, title in (
        ("id-ID,en;q=0.5", "id", "Tidak ditemukan"),
        ("en", "en", "Not found"),
        ("fr, en;q=0.1", "en", "Not found"),
        ("fr", "id", "Tidak ditemukan"),
        (None, "id", "Tidak ditemukan"),
    ):
        response = house.get("/tiada", None, headers={} if wanted is None else {"accept-language": wanted})
        assert problem(response, 404, "not-found")["title"] == title
        assert response.headers["content-language"] == language
        assert response.headers["vary"] == "Accept-Language"


@pytest.mark.quiet
def test_bounds_and_choices_are_told_in_the_language_asked_for(house: House) -> None:
    for path in ("/v1/offices?limit=0", "/v1/offices?limit=9999", "/v1/indices?channel=x", "/v1/indices?by=x"):
        told = {
            language: problem(house.get(path, headers={"accept-language": language}), 422, "invalid-request")
            for language in ("id", "en")
        }
        indonesian, english = (told[language]["errors"][0]["message"] for language in ("id", "en"))
        expected = english.removeprefix("The value is not valid; expected ").removesuffix(".")
        assert expected != english
        assert expected not in indonesian


def test_what_breaks_unexpectedly_is_told_without_a_word_of_what_it_was(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.put_instead(Intake, CANARY)
    broken: Any = CANARY
    house.app.state.services = replace(house.services, database=broken)
    for response in (house.post("/v1/ratings", house.sheet()), house.get("/v1/offices")):
        document = problem(response, 500, "internal-error")
        assert set(document) == {"type", "title", "status", "code", "detail"}
        assert CANARY not in response.text
        assert "AttributeError" not in response.text
    logged = capsys.readouterr()
    assert "AttributeError" in logged.out + logged.err
    assert CANARY not in logged.out + logged.err
    assert 'route="/v1/ratings",status="500"' in house.get("/metrics", None).text
