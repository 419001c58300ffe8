"""The script beside a queue system, and the simulation of one, against a real server."""

import importlib.util
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.foundation.clock import system_clock
from app.foundation.ids import new_id
from tests.loopback import serving

pytestmark = pytest.mark.sqlite_daily

SCRIPT = Path(__file__).parents[2] / "examples" / "queue_adapter.py"
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
# Nothing listens at the discard port of this machine.
NOBODY = "http://127.0.0.1:9"

Ended = subprocess.CompletedProcess[str]
Adapt = Callable[..., Ended]


@pytest.fixture
def keys(furnished: tuple[str, dict[str, str]]) -> dict[str, str]:
    """Real keys."""
    return furnished[1]


@pytest.fixture
def address(furnished: tuple[str, dict[str, str]]) -> Iterator[str]:
    """The service at an address of its own, with the time of now."""
    with serving(furnished[0], system_clock) as url:
        yield url


@pytest.fixture
def adapt(address: str, keys: dict[str, str], tmp_path: Path) -> Adapt:
    """Runs the script as the queue system does: events go in, slips come out."""

    def run(
        *events: dict[str, Any] | str, status: int = 0, at: str = address, key: str = "queue", patience: str = "20"
    ) -> Ended:
        lines = [each if isinstance(each, str) else json.dumps(each) for each in events]
        ended = subprocess.run(
            [
                *(sys.executable, str(SCRIPT), "--office", "dukcapil", "--state", str(tmp_path / "queue.json")),
                *("--pause", "0.05", "--patience", "0.3" if at == NOBODY else patience),
            ],
            input="".join(f"{line}\n" for line in lines),
            env=os.environ | {"CERMIN_URL": at, "CERMIN_QUEUE_KEY": keys[key]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == status, (ended.stdout, ended.stderr)
        assert keys[key] not in ended.stdout + ended.stderr
        return ended

    return run


def codes(slips: str) -> list[str]:
    """The codes printed."""
    return [line.partition(": ")[2] for line in slips.splitlines() if line.startswith("Kode: ")]


def counts(address: str, keys: dict[str, str]) -> tuple[int, int, int]:
    """Issued, armed and spent (in tens) in all."""
    headers = {"Authorization": f"Bearer {keys['queue']}"}
    [row] = httpx.get(f"{address}/v1/tickets/counts", headers=headers).json()["items"]
    return row["issued"], row["armed"], row["spent"]


def spend(address: str, code: str) -> int:
    """The status of rating with this code."""
    sheet = {"ticket": code, "id": str(new_id()), "scores": SCORES}
    return httpx.post(f"{address}/v1/ratings", json=sheet).status_code


def arrived(number: str) -> dict[str, str]:
    return {"event": "arrived", "number": number, "service": "ktp-el"}


def served(number: str, employee: str = "E001") -> dict[str, str]:
    return {"event": "served", "number": number, "employee": employee, "counter": "loket-1"}


@pytest.mark.long
def test_a_slip_is_printed_at_arrival_and_good_after_the_service(
    adapt: Adapt, address: str, keys: dict[str, str]
) -> None:
    left = {"event": "left", "number": "A-2"}
    ended = adapt(arrived("A-1"), arrived("A-2"), "no event", '{"event": "served"}', left, served("A-1"), served("B-9"))
    one, two = codes(ended.stdout)
    assert ended.stdout.startswith("A-1\n")
    assert "A-1: armed" in ended.stderr
    assert "B-9: served, but no ticket is known" in ended.stderr
    assert ended.stderr.count("a line is no event") == 2
    assert all(code.replace("-", "") not in ended.stderr.replace("-", "") for code in (one, two))
    assert [spend(address, one), spend(address, two)] == [201, 410]
    assert counts(address, keys) == (2, 1, 0)


@pytest.mark.campaign
def test_a_service_told_while_the_network_is_away_is_armed_when_it_is_back(
    adapt: Adapt, address: str, tmp_path: Path
) -> None:
    [code] = codes(adapt(arrived("A-1")).stdout)
    without = adapt(served("A-1"), arrived("A-2"), status=1, at=NOBODY)
    assert "A-1: not armed yet (no answer)" in without.stderr
    assert "A-2: no ticket (no answer)" in without.stderr
    assert spend(address, code) == 410
    state = tmp_path / "queue.json"
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert "A-1: armed" in adapt().stderr
    assert spend(address, code) == 201
    assert json.loads(state.read_text("utf-8")) == {"waiting": {}, "served": [], "parked": []}


@pytest.mark.long
def test_what_no_repeating_helps_is_kept_for_a_person(adapt: Adapt, tmp_path: Path) -> None:
    ended = adapt(arrived("A-1"), arrived("A-2"), served("A-1", "E777"), served("A-2"), status=1)
    assert "A-1: refused (employee-unknown); a person must look" in ended.stderr
    assert "A-2: armed" in ended.stderr, "one that is refused holds up no other"
    [parked] = json.loads((tmp_path / "queue.json").read_text("utf-8"))["parked"]
    assert parked["number"] == "A-1"
    # A wrong key is put right by a person, and costs no service; what was parked is tried again at the next start.
    wrong = adapt(arrived("A-3"), status=1, key="reader", patience="0.3")
    assert "A-3: no ticket (key-kind-refused)" in wrong.stderr
    assert "A-1: not armed yet (key-kind-refused)" in wrong.stderr
    kept = json.loads((tmp_path / "queue.json").read_text("utf-8"))
    assert [each["number"] for each in kept["served"] + kept["parked"]] == ["A-1"]


Adapter = Callable[[Callable[[httpx.Request], httpx.Response]], Any]


@pytest.fixture
def script(tmp_path: Path) -> Adapter:
    """The script's adapter, answered by a function in place of a service."""
    spec = importlib.util.spec_from_file_location("queue_adapter", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def make(answered: Callable[[httpx.Request], httpx.Response]) -> Any:
        client = httpx.Client(base_url="http://cermin.test", transport=httpx.MockTransport(answered))
        return module.Adapter(client, "dukcapil", module.State(tmp_path / "made.json"), 0.001)

    return make


def test_a_number_that_comes_again_never_arms_the_slip_of_who_had_it_before(script: Adapter) -> None:
    answers = [httpx.Response(201, json={"tickets": [{"code": "OLD", "text": "slip"}]})]
    adapter = script(lambda _: answers.pop() if answers else httpx.Response(503))
    for event in (arrived("A-1"), arrived("A-1"), served("A-1")):
        adapter._take(json.dumps(event))
    assert adapter._state.served == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>log in</html>"),
        httpx.Response(200, json=["armed"]),
        httpx.Response(200, json={"results": []}),
        httpx.Response(422, text="<html>no</html>"),
        httpx.Response(503, headers={"retry-after": "Wed, 18 Nov 2026 03:00:00 GMT"}),
        *(httpx.Response(status, text="no") for status in (302, 400, 401, 403, 404, 407, 408, 429)),
    ],
)
def test_what_cermin_did_not_say_costs_no_service(
    answer: httpx.Response, script: Adapter, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = script(lambda _: answer)
    adapter._state.served.append({"number": "A-1", "at": 0.0, "wish": {"ticket": "CODE"}})
    adapter._arm_due()
    assert [each["number"] for each in adapter._state.served] == ["A-1"]
    assert adapter._state.parked == []
    assert "A-1: not armed yet" in capsys.readouterr().err
    assert adapter._issue("A-2", "kk") is None


def test_a_service_told_late_says_when_it_happened(script: Adapter) -> None:
    sent: list[Any] = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content)["tickets"][0])
        return httpx.Response(200, json={"results": ["armed"]})

    adapter = script(answered)
    moments = (1_795_000_000.0, time.time())
    adapter._state.served += [{"number": "A-1", "at": at, "wish": {"ticket": "CODE"}} for at in moments]
    adapter._arm_due()
    assert sent == [{"ticket": "CODE", "served_at": "2026-11-18T11:06:40+00:00"}, {"ticket": "CODE"}]


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ({"steps_due": 6, "steps_done": 5}, {"steps_due": 6, "steps_done": 5}),
        ({"steps_due": "6", "steps_done": 0}, {"steps_due": 6, "steps_done": 0}),
        ({"steps_due": 6}, {}),
    ],
)
def test_steps_of_procedure_are_told_as_done_of_due_or_not_at_all(
    script: Adapter, told: dict[str, Any], steps: dict[str, int]
) -> None:
    adapter = script(lambda _: httpx.Response(503))
    adapter._state.waiting["A-1"] = {"ticket": "CODE", "at": time.time()}
    adapter._take(json.dumps({"event": "served", "number": "A-1", "steps_due": "enam", "steps_done": 5}))
    assert "A-1" in adapter._state.waiting, "a line that cannot be read loses no ticket"
    adapter._take(json.dumps({"event": "served", "number": "A-1", **told}))
    assert [each["wish"] for each in adapter._state.served] == [{"ticket": "CODE", **steps}]


def simulated(*options: str, status: int) -> Result:
    """`cermin simulate queue`."""
    result = CliRunner().invoke(program, ("simulate", "queue", "--office", "dukcapil", "--service", "kk", *options))
    assert result.exit_code == status, (result.output, result.exception)
    return result


@pytest.mark.campaign
def test_the_simulation_ends_by_itself_and_its_counts_agree(
    address: str, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_QUEUE_KEY", keys["queue"])
    result = simulated("--url", address, "--rate", "600", "--minutes", "0.05", "--employee", "E001", status=0)
    assert "issued 30, armed 30, attempted 33, stored 30, refused 3" in result.stdout
    assert "counted by the service: issued 30, armed 30, spent 30" in result.stdout
    assert counts(address, keys) == (30, 30, 30)
    # Of the ratings of twelve more the service tells ten.
    result = simulated("--url", address, "--rate", "600", "--minutes", "0.02", "--employee", "E001", status=0)
    assert "counted by the service: issued 12, armed 12, spent 10" in result.stdout


@pytest.mark.long
def test_the_simulation_says_what_is_wrong_and_writes_nowhere_else_unasked(
    address: str, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CERMIN_QUEUE_KEY", raising=False)
    assert "CERMIN_QUEUE_KEY" in simulated("--url", address, status=1).stderr
    monkeypatch.setenv("CERMIN_QUEUE_KEY", keys["queue"])
    for url in ("https://cermin.example.go.id", "http://192.0.2.1:8000", "http://127.0.0.1.example.org"):
        assert "--yes" in simulated("--url", url, status=1).stderr
    assert "does not answer" in simulated("--url", NOBODY, status=1).stderr
    few = ("--url", address, "--rate", "600", "--minutes", "0.01")
    wrong = simulated(*few, "--employee", "E777", status=1)
    assert "not armed: employee-unknown: 6" in wrong.stderr
    for steps in ("6/5", "lima", "5"):
        assert "done/due, such as 5/6" in simulated(*few, "--steps", steps, status=1).stderr
    assert "not armed: field-invalid: 6" in simulated(*few, "--steps", "5/600", status=1).stderr
    assert "armed 6" in simulated(*few, "--employee", "E001", "--steps", "5/6", status=0).stdout
    monkeypatch.setenv("CERMIN_QUEUE_KEY", keys["device"])
    assert "key-kind-refused" in simulated(*few, status=1).stderr
