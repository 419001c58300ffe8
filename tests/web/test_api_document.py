"""The OpenAPI document says what a stranger's program needs, and what it shows as an example works."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.access.keys import issue
from app.access.principals import KeyKind
from app.demo.loading import create_agency
from app.demo.town import AGENCY_CODE
from app.foundation.storage.database import Database
from app.web.api_document import BATCH, BODIES
from tests.house import NOW, House

pytestmark = pytest.mark.sqlite_daily

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = house.get("/openapi.json", None).json()
    return found


WORKBOOK = ("post", "/v1/directory")


def operations(document: dict[str, Any]) -> list[Operation]:
    """Method, path and operation of each."""
    return [(method, path, each) for path, ops in document["paths"].items() for method, each in ops.items()]


@pytest.mark.long
@pytest.mark.quiet
def test_every_operation_has_a_name_of_its_own_that_is_a_word_in_any_language(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


@pytest.mark.quiet
def test_every_operation_says_what_it_answers_and_which_key_it_takes(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert "security" in operation, path
        successes = {status: answer for status, answer in operation["responses"].items() if status < "300"}
        assert successes, path
        for status, answer in successes.items():
            if status == "204":
                continue
            # The first is what a client gets that asks for nothing.
            media_type, content = next(iter(answer["content"].items()))
            modelled = media_type == "application/json" and content["schema"].keys() == {"$ref"}
            is_file = content.get("schema", {}).get("format") == "binary"
            assert modelled or is_file or (method, path) == ("get", "/metrics"), path


@pytest.mark.quiet
def test_every_parameter_has_words(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert len(parameter["description"]) > 10, (path, parameter["name"])


@pytest.mark.quiet
def test_bounds_of_days_are_written_as_json_schema_knows_them(house: House) -> None:
    # `ge` and `le` are pydantic's own words, and no judge of the document takes them.
    assert not re.search(r'"[gl][et]":', house.get("/openapi.json", None).text)


@pytest.mark.long
def test_the_servers_are_this_one_and_the_public_address(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    for public, expected in ((None, ["/"]), ("https://cermin.example", ["/", "https://cermin.example"])):
        with House.open(url, keys, public_url=public) as house:
            servers = house.get("/openapi.json", None).json()["servers"]
        assert [server["url"] for server in servers] == expected


@pytest.mark.quiet
def test_everything_that_takes_a_body_shows_one(document: dict[str, Any]) -> None:
    found = operations(document)
    bodies = {(method, path): each["requestBody"] for method, path, each in found if "requestBody" in each}
    # A workbook is no text that could be shown; the template is one.
    assert "application/json" not in bodies.pop(WORKBOOK)["content"]
    assert bodies.keys() == BODIES.keys() | {BATCH}
    assert all("example" in body["content"]["application/json"] for body in bodies.values())


@pytest.mark.long
def test_the_ids_of_the_batch_are_made_anew_every_day(house: House) -> None:
    def ids() -> set[str]:
        method, path = BATCH
        body = house.get("/openapi.json", None).json()["paths"][path][method]["requestBody"]
        return {sheet["id"] for sheet in body["content"]["application/json"]["example"]["ratings"]}

    first = ids()
    assert ids() == first
    house.clock.now += timedelta(days=1)
    assert len(first | ids()) == 4
    assert {UUID(each).version for each in first} == {7}


# What the demo agency answers; secrets in examples are refused, and so is what needs a period or a finding.
ANSWERS = {
    ("post", "/v1/ratings"): ("app", 201),
    ("post", "/v1/ratings/batch"): ("app", 200),
    ("post", "/v1/volumes"): ("queue", 200),
    ("put", "/v1/agency"): ("admin", 200),
    ("post", "/v1/instruments"): ("admin", 200),
    ("post", "/v1/devices"): ("admin", 201),
    ("post", "/v1/devices/pair"): (None, 410),
    ("post", "/v1/devices/me/heartbeat"): ("device", 200),
    ("post", "/v1/tickets"): ("queue", 201),
    ("post", "/v1/tickets/arm"): ("queue", 200),
    ("post", "/v1/tickets/look"): (None, 410),
    ("post", "/v1/findings/{finding_id}/release"): ("auditor", 404),
    ("post", "/v1/findings/{finding_id}/confirm"): ("auditor", 404),
    ("put", "/v1/offices/{office}/opening"): ("admin", 200),
    ("post", "/v1/periods/{code}/close"): ("supervisor", 404),
    ("post", "/v1/periods/{code}/notes"): ("supervisor", 404),
    ("post", "/v1/reports/{report_id}/note"): ("supervisor", 404),
    ("put", "/v1/periods/{code}/follow-ups"): ("supervisor", 409),
    ("put", "/v1/periods/{code}/publications"): ("supervisor", 409),
    ("put", "/v1/promises"): ("admin", 200),
    ("post", "/v1/promises/counts"): ("queue", 200),
    ("put", "/v1/targets"): ("supervisor", 200),
    # For persons alone: tests/people/.
    ("post", "/v1/reports/{report_id}/reply"): ("admin", 403),
    ("post", "/v1/periods/{code}/slips"): ("admin", 403),
    ("put", "/v1/mailbox"): ("admin", 403),
    ("put", "/v1/subscriptions"): ("admin", 403),
    ("post", "/v1/persons"): ("admin", 403),
    ("post", "/v1/persons/{person_id}/roles"): ("admin", 403),
    ("post", "/v1/keys"): ("admin", 403),
    ("post", "/v1/webhooks"): ("admin", 201),
    ("post", "/v1/webhooks/{webhook_id}/replay"): ("admin", 404),
    ("put", "/v1/comments/{comment_id}/mark"): ("supervisor", 404),
    ("post", "/v1/integrity-reports"): (None, 404),
    ("post", "/v1/integrity-receipts"): (None, 404),
    ("put", "/v1/integrity-settings"): ("admin", 200),
    ("post", "/v1/integrity-keys"): ("admin", 201),
    ("post", "/v1/integrity-keys/{thumbprint}/prove"): ("admin", 404),
    ("post", "/v1/replies/read"): (None, 404),
    ("post", "/v1/replies"): (None, 404),
}


@pytest.fixture
def town(database: Database, database_url: str) -> Iterator[House]:
    """The demo agency without its ratings, served, with a key of each kind."""
    with database.writing() as session:
        create_agency(session, NOW)
        keys = {
            kind.value: issue(
                session,
                agency_id=AGENCY_CODE,
                kind=kind,
                label="test",
                actor="test",
                now=NOW,
                office="disdukcapil" if kind is KeyKind.device else None,
                counter="loket-1" if kind is KeyKind.device else None,
            )[0]
            for kind in KeyKind
        }
    with House.open(database_url, keys, public_url="https://cermin.example") as house:
        # Ids of examples tell the true time.
        house.clock.now = datetime.now(UTC)
        yield house


@pytest.mark.long
def test_what_stands_as_an_example_is_taken_as_it_stands(town: House) -> None:
    found = {
        (method, path): operation["requestBody"]["content"]["application/json"]["example"]
        for method, path, operation in operations(town.get("/openapi.json", None).json())
        if "requestBody" in operation and (method, path) != WORKBOOK
    }
    assert found.keys() == ANSWERS.keys()
    things = ("finding_id", "comment_id", "report_id", "webhook_id", "person_id", "integrity_report_id")
    named = {"office": "disdukcapil", "code": "2026-Q3", "thumbprint": "k" * 43} | dict.fromkeys(things, UUID(int=7))
    answered = {}
    for (method, path), body in found.items():
        key, _ = ANSWERS[method, path]
        answer = town.request(method.upper(), path.format(**named), key, json=body)
        answered[method, path] = (key, answer.status_code)
        if path == BATCH[1]:
            assert [each["status"] for each in answer.json()["results"]] == [201, 201]
    assert answered == ANSWERS
