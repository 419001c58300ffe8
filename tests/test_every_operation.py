"""The OpenAPI document names every address with its keys and its problems."""

import pytest

from app.foundation.problem_codes import KINDS
from app.foundation.problems import MEDIA_TYPE
from tests.house import House
from tests.route_access import BY_PERSONS, HELD, TAKES, Entry
from tests.route_problems import DOCUMENTED, documented

pytestmark = pytest.mark.quiet


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_document_lists_exactly_what_is_guarded_and_the_watchers_entries(house: House) -> None:
    watchers = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}
    assert documented(house).keys() == TAKES.keys() | HELD.keys() | watchers


@pytest.mark.sqlite_daily
def test_schemas_of_the_document_have_names_of_their_own(house: House) -> None:
    names = house.get("/openapi.json", None).json()["components"]["schemas"]
    # Where two models share a name, FastAPI puts the path of their modules before it, which is nobody's contract.
    assert [name for name in names if not name.isalnum()] == []


@pytest.mark.sqlite_daily
def test_the_document_says_that_guarded_entries_need_a_key_and_the_others_none(house: House) -> None:
    document = house.get("/openapi.json", None).json()
    schemes = document["components"]["securitySchemes"]
    for entry, operation in documented(house).items():
        if entry not in TAKES:
            assert not operation.get("security"), entry
            continue
        [name] = [name for requirement in operation["security"] for name in requirement]
        if entry in BY_PERSONS:
            assert (schemes[name]["type"], schemes[name]["in"]) == ("apiKey", "cookie"), entry
            continue
        assert (schemes[name]["type"], schemes[name]["scheme"]) == ("http", "bearer")


@pytest.mark.sqlite_daily
def test_the_document_names_every_problem_an_entry_may_answer_with(house: House) -> None:
    operations = documented(house)
    missing: dict[Entry, list[int]] = {}
    for entry, statuses in DOCUMENTED.items():
        responses = operations[entry]["responses"]
        absent = [
            status for status in sorted(statuses) if MEDIA_TYPE not in responses.get(str(status), {}).get("content", {})
        ]
        if absent:
            missing[entry] = absent
    assert missing == {}


@pytest.mark.sqlite_daily
def test_every_problem_in_the_document_is_described_as_one(house: House) -> None:
    wrong = [
        (entry, status)
        for entry, operation in documented(house).items()
        for status, response in operation["responses"].items()
        if entry in TAKES and status >= "400" and set(response["content"]) != {MEDIA_TYPE}
    ]
    assert wrong == []


@pytest.mark.sqlite_daily
def test_the_document_tells_what_a_replay_and_a_batch_are(house: House) -> None:
    document = house.get("/openapi.json", None).json()
    schemas = document["components"]["schemas"]
    replayed = documented(house)["POST", "/v1/ratings"]["responses"]["200"]["headers"]["Idempotent-Replayed"]
    assert replayed["schema"] == {"type": "string", "enum": ["true"]}
    assert schemas["ItemResult"]["properties"]["problem"]["allOf"] == [{"$ref": "#/components/schemas/Problem"}]
    assert schemas["BatchIn"]["properties"]["ratings"]["items"] == {"$ref": "#/components/schemas/BatchRatingIn"}
    alone, of_batch = schemas["RatingIn"], schemas["BatchRatingIn"]
    assert [alone["required"], of_batch["required"]] == [["scores"], ["id", "scores"]]
    assert of_batch["properties"]["id"]["format"] == "uuid7"
    assert alone["properties"].keys() == of_batch["properties"].keys()


@pytest.mark.sqlite_daily
def test_the_document_knows_every_code_of_a_problem(house: House) -> None:
    schema = house.get("/openapi.json", None).json()["components"]["schemas"]["Problem"]
    assert set(schema["properties"]["code"]["enum"]) == set(KINDS)
