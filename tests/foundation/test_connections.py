"""Idle sockets cannot stop the service: heads have a deadline, connections a bound, and both are told."""

import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.foundation.http import connections
from app.foundation.http.connections import MOST_DESCRIPTORS, raise_descriptor_limit, room_for
from tests.loopback import serving


@pytest.fixture
def url(empty_sqlite: Path, tmp_path: Path) -> str:
    """A database that nobody writes to."""
    file = tmp_path / "cermin.db"
    file.write_bytes(empty_sqlite.read_bytes())
    return f"sqlite:///{file}"


@contextmanager
def sockets(address: str, n: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many open connections that have said this and no more."""
    where = urlsplit(address)
    with ExitStack() as stack:
        opened = []
        for _ in range(n):
            one = stack.enter_context(socket.create_connection((where.hostname, where.port), 5))
            one.sendall(said)
            opened.append(one)
        yield opened


def ended(one: socket.socket, seconds: float) -> bool:
    """Whether the service closes this connection within so many seconds; reads what it says before."""
    one.settimeout(seconds)
    try:
        while one.recv(65_536):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return True


def closed(address: str) -> dict[str, float]:
    """How many connections were closed, by reason."""
    told = httpx.get(f"{address}/metrics").text
    return {
        reason: float(n) for reason, n in re.findall(r'cermin_connections_closed_total\{reason="(.*?)"\} (.*)', told)
    }


GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_head_that_does_not_come_whole_ends_its_connection(url: str) -> None:
    with serving(url, receive_seconds=0.3) as address, ExitStack() as stack:
        opened = [stack.enter_context(sockets(address, 1, said))[0] for said in (b"", b"GET /hea", GET[:-2], GET)]
        # The first head came; the second does not.
        assert opened[-1].recv(65_536).startswith(b"HTTP/1.1 200")
        opened[-1].sendall(GET[:-1])
        assert all(ended(one, 5) for one in opened)
        assert closed(address) == {"no-head": 4}


def test_a_connection_that_is_used_lives_on(url: str) -> None:
    with serving(url, receive_seconds=0.3) as address, httpx.Client() as client, sockets(address, 1) as [slow]:
        # A head that comes slowly, but in time.
        for piece in (GET[:10], GET[10:30], GET[30:]):
            time.sleep(0.05)
            slow.sendall(piece)
        for _ in range(10):
            assert client.get(f"{address}/healthz").status_code == 200
            time.sleep(0.05)
        assert slow.recv(65_536).startswith(b"HTTP/1.1 200")
        assert closed(address) == {}


@pytest.mark.long
def test_who_takes_nothing_of_the_answer_is_not_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STUCK_SECONDS", 0.3)
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(url, receive_seconds=0.4) as address, sockets(address, 1, ask * 200) as [_]:
        until = time.monotonic() + 60
        while not closed(address):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert sum(closed(address).values()) == 1


@pytest.mark.long
def test_idle_connections_push_out_each_other_and_nobody_who_asks(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with (
        serving(url, receive_seconds=30, connections=16) as address,
        httpx.Client() as busy,
        sockets(address, 100) as opened,
    ):
        for _ in range(3):
            assert busy.get(f"{address}/healthz").status_code == 200
        # The oldest went, the newest are there.
        assert all(ended(one, 5) for one in opened[:80])
        assert not ended(opened[-1], 0.05)
        assert closed(address)["crowded"] >= 84
        open_now = re.search(r"^cermin_connections (.*)$", httpx.get(f"{address}/metrics").text, re.MULTILINE)
        assert open_now is not None
        assert 0 < float(open_now[1]) <= 17
        time.sleep(1.2)
    assert "connections.closed" in capfd.readouterr().out


def test_kept_connections_make_room_for_who_comes(url: str) -> None:
    with serving(url, receive_seconds=30, connections=16) as address, sockets(address, 16, GET) as opened:
        assert all(one.recv(65_536).startswith(b"HTTP/1.1 200") for one in opened)
        with sockets(address, 3, GET) as more:
            assert all(one.recv(65_536).startswith(b"HTTP/1.1 200") for one in more)
        assert closed(address)["crowded"] >= 3


def test_room_is_what_descriptors_leave() -> None:
    assert room_for(4_096, 65_536, 8) == (4_096, 2_048)
    few = room_for(4_096, 256, 8)
    assert few.connections + few.backlog + 6 * 8 + 32 == 256
    assert room_for(4_096, 64, 8) == (16, 16)


@pytest.mark.parametrize(
    ("limits", "then"),
    [
        ((256, 1_024), (1_024, 1_024)),
        ((256, 256), (256, 256)),
        ((1_024, resource.RLIM_INFINITY), (MOST_DESCRIPTORS, resource.RLIM_INFINITY)),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    ],
)
def test_the_soft_limit_is_raised_to_the_hard_one(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], then: tuple[int, int]
) -> None:
    now = [limits]
    monkeypatch.setattr(connections, "getrlimit", lambda _: now[0])
    monkeypatch.setattr(connections, "setrlimit", lambda _, wanted: now.__setitem__(0, wanted))
    assert raise_descriptor_limit() == (MOST_DESCRIPTORS if then[0] == resource.RLIM_INFINITY else then[0])
    assert now[0] == then
