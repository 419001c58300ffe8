"""Attack: a body without end, a body that hardly comes, a body nested without end; whoever else asks is answered."""

import resource
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.foundation.http.connections import raise_descriptor_limit
from tests.effort import sized
from tests.foundation.test_connections import ended
from tests.house import NOW, House, uuid7
from tests.loopback import serving
from tests.route_access import TAKES, address
from tests.route_problems import TAKE_BODIES

pytestmark = pytest.mark.untraced

MIB = 1024**2
SENT = sized(64, 1_024) * MIB
SLOW = sized(100, 1_000)
PATHS = ("/v1/ratings", "/v1/ratings/batch")


@pytest.fixture
def store() -> str:
    """Bodies are refused before any store is asked."""
    return "sqlite"


def most_memory() -> int:
    """The most bytes that this process has held since `forget_most`."""
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def forget_most() -> int:
    """Begin counting anew; what is held now."""
    Path("/proc/self/clear_refs").write_text("5")
    return most_memory()


def head(path: str, key: str, framing: str) -> bytes:
    """The head of a request with a body."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        framing,
    )
    return "\r\n".join((*lines, "", "")).encode()


def poured(address: str, path: str, key: str) -> tuple[bytes, int]:
    """What is answered to a chunked body without end, and how much of it went out."""
    where, piece = urlsplit(address), b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with socket.create_connection((where.hostname, where.port), 30) as connection:
        connection.sendall(head(path, key, "Transfer-Encoding: chunked"))
        sent = 0
        try:
            while sent < SENT:
                connection.sendall(piece)
                sent += 65_536
        except (BrokenPipeError, ConnectionResetError):
            # It was hung up on.
            pass
        try:
            return connection.recv(65_536), sent
        except ConnectionResetError:
            return b"", sent


@pytest.mark.sized
@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is told by Linux")
@pytest.mark.parametrize("path", PATHS)
def test_a_gibibyte_in_chunks_is_refused_and_takes_no_memory(furnished: tuple[str, dict[str, str]], path: str) -> None:
    url, keys = furnished
    with serving(url) as address, httpx.Client(base_url=address) as other:
        assert other.get("/readyz").status_code == 200
        before, answers = forget_most(), Counter[str]()
        for _ in range(4):
            answer, sent = poured(address, path, keys["app"])
            answers[answer[9:12].decode()] += 1
            assert other.get("/healthz").status_code == 200
        growth = most_memory() - before
        print(f"{path}: {growth / MIB:.1f} MiB more at most, {sent / MIB:.1f} of {SENT / MIB:.0f} MiB sent")  # noqa: T201 - the figure is the proof's result
        # A connection that is reset may swallow the answer on its way; nothing else is ever said.
        assert set(answers) <= {"413", ""}
        refused = [
            line
            for line in other.get("/metrics").text.splitlines()
            if line.startswith("cermin_http_answers_total") and 'status="413"' in line
        ]
        assert [float(line.rsplit(" ", 1)[1]) for line in refused] == [4.0]
        assert growth < 20 * MIB


def trickling(stack: ExitStack, address: str, key: str) -> Iterator[socket.socket]:
    """Connections that have promised a body of a thousand bytes and sent one."""
    where = urlsplit(address)
    for _ in range(SLOW):
        one = stack.enter_context(socket.create_connection((where.hostname, where.port), 30))
        one.sendall(head("/v1/ratings", key, "Content-Length: 1000") + b"{")
        yield one


def asked(client: httpx.Client, times: int) -> list[float]:
    """How long the service took each time to say that it is well, from the fastest on."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        assert client.get("/healthz").status_code == 200
        taken.append(time.perf_counter() - start)
    return sorted(taken)


@pytest.mark.sized
@pytest.mark.long
@pytest.mark.campaign
def test_a_thousand_trickling_bodies_keep_nobody_from_rating(furnished: tuple[str, dict[str, str]]) -> None:
    raise_descriptor_limit()
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * SLOW + 200:
        pytest.skip("this process may not open so many files")
    url, keys = furnished
    with serving(url, receive_seconds=5) as address, httpx.Client(base_url=address, timeout=30) as honest:
        quiet = asked(honest, 100)
        with ExitStack() as stack:
            slow = list(trickling(stack, address, keys["app"]))
            for one in slow:
                one.sendall(b" ")
            busy = asked(honest, 100)
            sheet = {"id": uuid7(NOW, 1), "office": "dukcapil", "service": "ktp-el", "channel": "mobile"} | {
                "instrument": "ikl-1", "scores": {"speed": 4, "transparency": 3, "friendliness": 4}
            }  # fmt: skip
            stored = honest.post("/v1/ratings", json=sheet, headers={"authorization": f"Bearer {keys['app']}"})
            assert stored.status_code == 201
            assert all(ended(one, 30) for one in slow)
        print(f"slowest of a hundred: {quiet[-1]:.4f} s before, {busy[-1]:.4f} s beside {SLOW} slow bodies")  # noqa: T201 - the figure is the proof's result


@pytest.mark.quiet
@pytest.mark.long
@pytest.mark.parametrize("opening", ["[", '{"ratings":[', '{"a":'])
def test_no_body_nested_without_end_breaks_anything(house: House, opening: str) -> None:
    for method, template in sorted(TAKE_BODIES):
        key = next(iter(TAKES.get((method, template), [None])))
        for depth in (1_000, 15_000 // len(opening)):
            sent = {"content": opening * depth, "headers": {"content-type": "application/json"}}
            assert house.request(method, address(template, method), key, **sent).status_code in (400, 413, 422)
