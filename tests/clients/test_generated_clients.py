"""Clients that others' generators make of the OpenAPI document have every operation with what it answers, and work."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from app.foundation.clock import system_clock
from tests.clients.openapi_document import ROOT, document, node_program, operations, written
from tests.loopback import serving

pytestmark = [pytest.mark.campaign, pytest.mark.sqlite_daily]

CLIENTS = ROOT / ".tools/clients/bin"
# Of plain text a client makes a string.
WITHOUT_MODEL = {"metrics"}
# Files are bytes to a client; the generator knows no such types (docs/api.md says how it is told).
FILES = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip", "application/pdf")
USE = """
import sys
from cermin_client import AuthenticatedClient
from cermin_client.api.directory import offices
from cermin_client.api.inviting import get_poster
from cermin_client.api.ratings import post_rating
from cermin_client.models import RatingIn, RatingInScores

address, app, reader = sys.argv[1:]
scores = RatingInScores.from_dict({"speed": 4, "transparency": 3, "friendliness": None})
sheet = RatingIn(office="dukcapil", service="ktp-el", channel="mobile", scores=scores)
stored = post_rating.sync(client=AuthenticatedClient(base_url=address, token=app), body=sheet)
asking = AuthenticatedClient(base_url=address, token=reader)
page = offices.sync(client=asking, limit=2)
refused = offices.sync(client=asking, after="?")
poster = get_poster.sync("setda", client=asking)
print(stored.outcome, [office.code for office in page.items], refused.code, poster.address)
"""


def run(*command: str, **options: object) -> str:
    """What a program prints that ends well, on both channels."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told: str = ended.stdout + ended.stderr
    return told


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package that openapi-python-client makes, without a warning."""
    if not (CLIENTS / "openapi-python-client").exists():
        pytest.skip("openapi-python-client is missing; `make campaign` installs it")
    folder = tmp_path_factory.mktemp("client")
    environment = {**os.environ, "PATH": f"{CLIENTS}:{os.environ['PATH']}"}
    config = folder / "config.json"
    config.write_text(json.dumps({"content_type_overrides": dict.fromkeys(FILES, "application/octet-stream")}))
    given = ("--path", str(written(folder)), "--config", str(config))
    told = run(str(CLIENTS / "openapi-python-client"), "generate", *given, cwd=folder, env=environment)
    assert "WARNING" not in told, told
    return folder / "cermin-client"


@pytest.mark.once
def test_a_python_client_has_every_operation_with_its_models(python_client: Path) -> None:
    made = {file.stem: file.read_text("utf-8") for file in python_client.glob("cermin_client/api/*/*.py")}
    for name, operation in operations(document()).items():
        for status, answer in operation["responses"].items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema")
            if status >= "300" or schema is None:
                continue
            model = schema["$ref"].rpartition("/")[2]
            assert re.search(rf"response_{status} = {model}\.from_dict", made[name], re.IGNORECASE), (name, model)
    assert operations(document()).keys() <= made.keys()


def test_a_python_client_rates_and_reads(python_client: Path, furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with serving(url, system_clock, public_url="https://cermin.example") as address:
        told = run(str(CLIENTS / "python"), "-c", USE, address, keys["app"], keys["reader"], cwd=python_client)
    assert told == "stored ['dukcapil', 'setda'] invalid-request https://cermin.example/o/kota/setda\n"


@pytest.mark.once
def test_redocly_finds_no_error(tmp_path: Path) -> None:
    run(node_program("redocly"), "lint", str(written(tmp_path)))


@pytest.mark.once
def test_typescript_knows_the_answer_of_every_operation(tmp_path: Path) -> None:
    run(node_program("openapi-typescript"), str(written(tmp_path)), "-o", str(tmp_path / "api.ts"))
    lines = ['import type { operations } from "./api";']
    for name, operation in operations(document()).items():
        for status, answer in operation["responses"].items():
            for media_type in answer.get("content", {}):
                told = f'operations["{name}"]["responses"][{status}]["content"]["{media_type}"]'
                lines.append(f"export type {name}_{len(lines)} = {told};")
    (tmp_path / "use.ts").write_text("\n".join(lines), "utf-8")
    run(node_program("tsc"), "--noEmit", "--strict", str(tmp_path / "use.ts"))
