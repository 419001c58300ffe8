"""The second door over TLS: the same service, the same bounds, and nobody who shakes no hands holds it up."""

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.access.principals import Role
from app.foundation.http import tls_listener
from app.foundation.http.tls_listener import listening_sockets
from app.foundation.storage.database import Database
from app.ratings.reconciliation import reconcile
from tests.faults.service import UNHURRIED, Nursery, Service, free_port
from tests.house import NOW, uuid7
from tests.loopback import Doors, serving_both
from tests.people.persons import PASSPHRASE, Door

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
PATIENCE = 20.0

# They are processes of their own, which nobody traces.
pytestmark = [pytest.mark.sqlite_daily, pytest.mark.untraced]


@pytest.fixture
def doors(furnished: tuple[str, dict[str, str]], tmp_path: Path) -> Iterator[Doors]:
    """A service with both doors, and not much patience."""
    with serving_both(furnished[0], tmp_path / "tls", receive_seconds=0.5) as opened:
        yield opened


def trusting(doors: Doors) -> httpx.Client:
    """A client that trusts the service's own authority and nobody else."""
    return httpx.Client(base_url=doors.https, verify=ssl.create_default_context(cafile=doors.trust))


def sheet(rating_id: str) -> dict[str, object]:
    """A good sheet for an app's key."""
    return {"id": rating_id, "office": "dukcapil", "service": "ktp-el", "channel": "mobile", "instrument": "ikl-1",
            "scores": {"speed": 4, "transparency": 3, "friendliness": 4}}  # fmt: skip


def port_of(address: str) -> int:
    """The port of an address."""
    return int(address.rpartition(":")[2])


def closed(doors: Doors, reason: str) -> int:
    """How many connections were closed for this reason."""
    told = httpx.get(f"{doors.http}/metrics").text
    found = re.search(rf'^cermin_connections_closed_total{{reason="{reason}"}} ([\d.]+)', told, re.MULTILINE)
    return int(float(found[1])) if found else 0


def ends(one: socket.socket) -> bool:
    """Whether the service hangs up within the test's patience."""
    one.settimeout(PATIENCE)
    try:
        while one.recv(4_096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def test_both_doors_lead_to_one_service(doors: Doors, furnished: tuple[str, dict[str, str]]) -> None:
    key, given = {"Authorization": f"Bearer {furnished[1]['app']}"}, sheet(uuid7(NOW, 1))
    with trusting(doors) as client:
        assert client.post("/v1/ratings", json=given, headers=key).status_code == 201
        # The same once more through the other door is the same rating.
        again = httpx.post(f"{doors.http}/v1/ratings", json=given, headers=key)
        assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
        assert client.post("/sign-in", data={"name": "x" * 20_000}, headers={"origin": doors.https}).status_code == 413
        assert client.get("/healthz").headers["x-frame-options"] == "DENY"


@pytest.mark.long
def test_over_tls_cookies_are_for_this_host_and_encrypted_connections_alone(doors: Doors, door: Door) -> None:
    code = door.invite("Ani", Role.viewer)
    given = {"code": code, "passphrase": PASSPHRASE, "repeated": PASSPHRASE}
    with trusting(doors) as client:
        response = client.post("/sign-in/link", data=given, headers={"origin": doors.https})
        assert response.status_code == 303
        cookies = response.headers.get_list("set-cookie")
        assert [each for each in cookies if "Secure" not in each] == []
        [own] = [each for each in cookies if each.startswith("__Host-cermin=")]
        secret = own.partition("=")[2].partition(";")[0]
        assert client.get("/desk/account").status_code == 200
    # Over plain http a cookie of that name opens nothing.
    response = httpx.get(f"{doors.http}/desk/account", headers={"cookie": f"__Host-cermin={secret}"})
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_who_trusts_others_alone_is_not_connected(doors: Doors) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{doors.https}/healthz")


def test_old_tls_is_not_spoken(doors: Doors) -> None:
    context = ssl.create_default_context(cafile=doors.trust)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    assert httpx.get(f"{doors.https}/healthz", verify=context).status_code == 200
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{doors.https}/healthz", verify=context)


@pytest.mark.parametrize("said", [b"", b"\x16", GET, b"\x16\x03\x01\x02\x00\x01" + b"x" * 100])
def test_who_shakes_no_hands_is_hung_up_on(doors: Doors, said: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", port_of(doors.https)))) as one:
        one.sendall(said)
        assert ends(one)
    assert closed(doors, "no-handshake") == 1


def test_who_shakes_hands_and_says_nothing_more_is_hung_up_on(doors: Doors) -> None:
    context = ssl.create_default_context(cafile=doors.trust)
    raw = socket.create_connection(("127.0.0.1", port_of(doors.https)))
    with context.wrap_socket(raw, server_hostname="127.0.0.1") as one:
        one.sendall(b"GET / HTTP/1.1\r\nHo")
        assert ends(one)
    assert closed(doors, "no-head") == 1


def test_silent_sockets_push_out_each_other_and_nobody_else(
    furnished: tuple[str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_listener, "AT_ONCE", 8)
    with serving_both(furnished[0], tmp_path / "tls", receive_seconds=60) as doors, ExitStack() as stack:
        where = ("127.0.0.1", port_of(doors.https))
        silent = [stack.enter_context(closing(socket.create_connection(where))) for _ in range(40)]
        with trusting(doors) as client:
            assert client.get("/healthz").status_code == 200
        assert ends(silent[0])
        assert closed(doors, "crowded") >= 32
        # Those that still wait do not hold up the end, which `serving_both` waits for.


@pytest.mark.long
def test_sigterm_ends_both_doors_and_keeps_what_was_acknowledged(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, keys = furnished
    log, port = tmp_path / "service.log", free_port()
    tls = {
        "CERMIN_TLS_PORT": str(port),
        "CERMIN_TLS_NAMES": "127.0.0.1",
        "CERMIN_CERTIFICATE_FOLDER": str(tmp_path / "tls"),
    }
    with Nursery.open() as nursery:
        service = Service(nursery, url, log, free_port(), settings={**UNHURRIED, **tls})
        service.start()
        try:
            until_ready(service)
            doors = Doors(service.url, f"https://127.0.0.1:{port}", str(tmp_path / "tls" / "authority.pem"))
            client = trusting(doors)
            now = datetime.now(UTC)
            sent = [
                client.post(
                    "/v1/ratings", json=sheet(uuid7(now, n)), headers={"Authorization": f"Bearer {keys['app']}"}
                )
                for n in range(20)
            ]
            assert {each.status_code for each in sent} == {201}
            with closing(socket.create_connection(("127.0.0.1", port))) as silent:
                silent.sendall(b"\x16")
                service.terminate()
                # The client still holds its connection, too.
                assert service.ended(10) == 0, log.read_text()
            client.close()
        finally:
            service.kill()
    for each in (port, service.port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", each))
    kept = Database(url)
    assert reconcile(kept).ratings == 20
    kept.dispose()
    told = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert "tls.authority-made" in told
    assert "tls.listening" in told


@pytest.mark.long
def test_a_service_without_names_or_with_a_taken_port_says_so_and_does_not_start(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    [taken] = listening_sockets("127.0.0.1", 0, 1)
    port = str(taken.getsockname()[1])
    named = {"CERMIN_TLS_PORT": port, "CERMIN_CERTIFICATE_FOLDER": str(tmp_path / "tls")}
    with closing(taken), Nursery.open() as nursery:
        for more, said in (({}, "Set CERMIN_TLS_NAMES"), ({"CERMIN_TLS_NAMES": "127.0.0.1"}, f"listen at port {port}")):
            log = tmp_path / "service.log"
            log.unlink(missing_ok=True)
            service = Service(nursery, furnished[0], log, free_port(), settings={**UNHURRIED, **named, **more})
            service.start()
            try:
                assert service.ended(60) == 3
            finally:
                service.kill()
            assert said in " ".join(log.read_text().split())


def until_ready(service: Service) -> None:
    """Wait for a service that starts."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"{service.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(service.log.read_text())


def test_a_port_that_is_taken_is_told_before_the_service_starts() -> None:
    [taken] = listening_sockets("127.0.0.1", 0, 1)
    with closing(taken), pytest.raises(OSError, match="in use"):
        listening_sockets("127.0.0.1", taken.getsockname()[1], 1)
    for one in listening_sockets("localhost", 0, 1):
        one.close()


@pytest.fixture
def door(furnished: tuple[str, dict[str, str]]) -> Iterator[Door]:
    """An operator's terminal beside it."""
    with Door.open(furnished[0]) as opened:
        yield opened
