"""Server-side request forgery: no address of a webhook leads inwards, however it is spelled and whatever DNS says."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import httpx
import pytest

from app.foundation.outgoing import looking_up, posting
from app.foundation.outgoing.posting import OutgoingPost
from app.foundation.outgoing.rules.addresses import may_be_called, read_address
from app.foundation.own_certificate import own_certificate
from tests.notifications.receiver import receiving

GLOBAL = "93.184.216.34"

# What is written as the address.
SPELLED = [
    "http://penerima.example.go.id/hook",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1.:443/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://intranet/",
    "https://10.0.0.5/",
    "https://172.16.3.4/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fd00::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://198.18.0.1/",
    "https://192.0.2.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://cermin@127.0.0.1/",
    "https://penerima.example.go.id@127.0.0.1/",
    "https://user:pass@penerima.example.go.id/",
    "https://penerima.example.go.id\\@127.0.0.1/",
    "https://penerima.example.go.id#@127.0.0.1/",
    "https://penerima.example.go.id:0/",
    "https://penerima.example.go.id:99999/",
    "https://penerima.example.go.id:/",
    "https://penerima.example.go.id\t/",
    "https://penerima.example.go.id /",
    "https://pen%65rima.example.go.id/",
    "https:///hook",
    "https:penerima.example.go.id",
    "//penerima.example.go.id/",
    "ftp://penerima.example.go.id/",
    "file:///etc/passwd",
    "gopher://penerima.example.go.id/",
    "javascript:alert(1)",
    "https://[not-an-address]/",
    "https://" + "a" * 500 + ".go.id/",
    "",
]
# What a name that looks like any other leads to.
LOOKED_UP = [
    ["127.0.0.1"],
    ["127.8.8.8"],
    ["0.0.0.0"],
    ["10.1.2.3"],
    ["172.31.0.1"],
    ["192.168.0.10"],
    ["100.100.100.200"],
    ["169.254.169.254"],
    ["192.0.0.192"],
    ["224.0.0.251"],
    ["255.255.255.255"],
    ["::1"],
    ["::"],
    ["::ffff:10.0.0.1"],
    ["::ffff:93.184.216.34"],
    ["64:ff9b::a00:1"],
    ["64:ff9b:1::1"],
    ["2002:a00:1::1"],
    ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["fd00:ec2::254"],
    ["fe80::1%eth0"],
    ["fec0::5"],
    ["ff05::2"],
    # One that leads inwards beside one that does not.
    [GLOBAL, "127.0.0.1"],
    [],
]
NAME = "https://penerima.example.go.id/hook"


@pytest.fixture
def nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets as far as a client has failed."""

    def called(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection would have been made")

    monkeypatch.setattr(httpx, "AsyncClient", called)


def post(address: str, *found: str, hosts: frozenset[str] = frozenset(), **options: Any) -> str:
    """What becomes of a message to an address whose name leads there."""

    async def look_up(_: str, __: int) -> list[str]:
        return list(found)

    return asyncio.run(OutgoingPost(hosts, look_up, **options).post(address, {}, b"{}")).outcome


@pytest.mark.usefixtures("nobody_is_called")
@pytest.mark.parametrize("address", SPELLED)
def test_an_address_that_is_none_of_the_internets_is_refused_as_it_is_written(address: str) -> None:
    assert read_address(address, frozenset()) is None
    assert post(address, GLOBAL) == "address-refused"


@pytest.mark.usefixtures("nobody_is_called")
@pytest.mark.parametrize("found", LOOKED_UP, ids=str)
def test_a_name_that_leads_inwards_is_refused_when_it_is_looked_up(found: list[str]) -> None:
    assert read_address(NAME, frozenset()) is not None
    assert post(NAME, *found) == "address-refused"


@pytest.mark.usefixtures("nobody_is_called")
@pytest.mark.parametrize(
    "found", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "::", "::ffff:10.0.0.1", "64:ff9b::1", "fe80::1", "240.0.0.1"]
)
def test_a_host_that_is_allowed_by_name_may_be_private_and_no_more(found: str) -> None:
    assert post(NAME, found, hosts=frozenset({"penerima.example.go.id"})) == "address-refused"
    assert may_be_called("10.0.0.1", by_name=True)
    assert may_be_called("::1", by_name=True)
    assert may_be_called("fd00::1", by_name=True)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (NAME, ("https", "penerima.example.go.id", 443, "/hook")),
        ("https://Penerima.Example.GO.ID:8443?a=b", ("https", "penerima.example.go.id", 8443, "/?a=b")),
        ("https://93.184.216.34/x", ("https", "93.184.216.34", 443, "/x")),
        ("https://[2606:2800:220:1::1]:444/x", ("https", "2606:2800:220:1::1", 444, "/x")),
        ("https://xn--bcher-kva.example/", ("https", "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_addresses_of_the_internet_are_read(address: str, expected: tuple[Any, ...]) -> None:
    assert read_address(address, frozenset()) == expected


def test_an_allowed_host_is_reached_by_plain_http_and_by_number() -> None:
    for address in ("http://antrean.lan:8080/", "http://192.168.1.10/", "https://antrean.lan/"):
        assert read_address(address, frozenset({"antrean.lan", "192.168.1.10"})) is not None
    assert read_address("http://antrean.lan.example.go.id/", frozenset({"antrean.lan"})) is None
    target = read_address("http://[::1]:8080/", frozenset({"::1"}))
    assert target is not None
    assert target.authority == "[::1]:8080"


def test_what_was_checked_is_called_under_the_name_of_its_certificate(tmp_path: Path) -> None:
    served, trusted = own_certificate(tmp_path, ("penerima.test",), datetime.now(UTC)), ssl.create_default_context()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(served.chain, served.key)
    trusted.load_verify_locations(served.authority)
    hosts = frozenset({"penerima.test", "lain.test"})
    with receiving(tls) as receiver:
        there = f"https://penerima.test:{receiver.port}/hook"
        assert post(there, "127.0.0.1", hosts=hosts, trusted=trusted) == "http-204"
        assert receiver.got[0].headers["host"] == f"penerima.test:{receiver.port}"
        elsewhere = f"https://lain.test:{receiver.port}/hook"
        assert post(elsewhere, "127.0.0.1", hosts=hosts, trusted=trusted) == "no-connection"
        # Authorities that nobody here trusts.
        assert post(there, "127.0.0.1", hosts=hosts) == "no-connection"
        assert len(receiver.got) == 1


def test_a_name_is_looked_up_once() -> None:
    asked = []

    async def look_up(host: str, _: int) -> list[str]:
        # Whoever asks a second time is led elsewhere.
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with receiving() as receiver:
        posting = OutgoingPost(frozenset({"penerima.lan"}), look_up)
        assert asyncio.run(posting.post(f"http://penerima.lan:{receiver.port}/", {}, b"{}")).outcome == "http-204"
    assert asked == ["penerima.lan"]


def test_the_machines_own_resolver_is_asked_and_waited_for_no_longer_than_a_message_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asyncio.run(looking_up.system_look_up("127.0.0.1", 443)) == ["127.0.0.1"]
    with pytest.raises(OSError, match=r"."):
        asyncio.run(looking_up.system_look_up("penerima.invalid", 443))
    answering = Event()
    monkeypatch.setattr(posting, "SECONDS", 0.1)
    monkeypatch.setattr(looking_up, "getaddrinfo", lambda *_, **__: [][: answering.wait(30)])
    # That ends without the resolver's answer, which nobody waits for any more.
    assert asyncio.run(OutgoingPost(frozenset()).post(NAME, {}, b"{}")).outcome == "timeout"
    answering.set()
