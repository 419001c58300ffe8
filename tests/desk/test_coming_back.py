"""After proving to be there everybody is back where they were, with what they had chosen there."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from re import search
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.access.principals import Role
from app.desk.proof_targets import LONGEST_TARGET, PROOF_TARGETS, after_proof, confirm_address, known_target
from tests.conftest import Lend
from tests.desk.browsing import Browser
from tests.desk.full import Place, Walk, full_house, seated, starts_of
from tests.house import House
from tests.people.persons import PASSPHRASE


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An agency with something on every page."""
    with lend("sqlite") as (url, keys), full_house(url, keys, tmp_path_factory.mktemp("keys") / "key.pem") as opened:
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> Iterator[dict[Place, Browser]]:
    """Somebody at every place, whose last proof is too old by now."""
    with seated(house) as found:
        house.clock.now += timedelta(minutes=11)
        yield found


@pytest.mark.long
@pytest.mark.parametrize("role", [Role.supervisor, Role.auditor, Role.administrator])
def test_every_page_that_asks_for_a_proof_is_the_one_that_comes_after_it(
    seats: dict[Place, Browser], role: Role
) -> None:
    seat = seats[Place(role)]
    asked = 0
    for address, html in Walk(seat).go(*starts_of(role)).pages.items():
        found = search(r'href="/desk/confirm\?to=([^"]*)"', html)
        if found is None or address.startswith("/desk/confirm"):
            continue
        target = dict(parse_qsl(urlsplit(unescape(found[0].removeprefix('href="').removesuffix('"'))).query))["to"]
        assert same_place(after_proof(target), address), (target, address)
        asked += 1
    assert asked >= {Role.supervisor: 4, Role.auditor: 3, Role.administrator: 12}[role]


@pytest.mark.long
def test_an_auditor_who_proves_to_be_there_is_back_at_the_finding(seats: dict[Place, Browser], house: House) -> None:
    auditor = seats[Place(Role.auditor)]
    listed = auditor.go("/desk/findings")
    finding = search(r'href="(/desk/finding\?id=[0-9a-f-]+)"', listed.text)
    assert finding is not None
    asking = search(r'href="(/desk/confirm\?to=[^"]+)"', auditor.go(finding[1]).text)
    assert asking is not None
    house.clock.now += timedelta(seconds=60)
    back = auditor.submit(auditor.go(unescape(asking[1])), "/desk/confirm", passphrase=PASSPHRASE, code=auditor.code())
    assert auditor.at == finding[1]
    assert 'action="/desk/finding/release"' in back.text


def same_place(one: str, other: str) -> bool:
    """Whether the first address is the page of the second with all of its choice; page one of a list is the list."""

    def parts(address: str) -> tuple[str, dict[str, str]]:
        split = urlsplit(address)
        chosen = {name: value for name, value in parse_qsl(split.query) if (name, value) != ("page", "1")}
        return split.path, chosen

    (path, chosen), (there, there_chosen) = parts(one), parts(other)
    return path == there and there_chosen.items() <= chosen.items()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("keys", "/desk/keys"),
        ("keys?page=3", "/desk/keys?page=3"),
        ("period?code=2026-10&instrument=ikl-1", "/desk/period?code=2026-10&instrument=ikl-1"),
        ("period?code=2026-10&lang=en&x=y", "/desk/period?code=2026-10"),
        ("finding?id=%2F%2Fevil.example", "/desk/finding?id=%2F%2Fevil.example"),
        ("finding?id=a%26lang%3Den", "/desk/finding?id=a%26lang%3Den"),
        ("finding?id=a\r\nSet-Cookie: x=y", "/desk/finding?id=a%0D%0ASet-Cookie%3A+x%3Dy"),
        ("keys?page", "/desk/keys"),
        ("keys?" + "&" * LONGEST_TARGET, "/desk/keys"),
        ("agency?page=2", "/desk/agency"),
        ("https://evil.example", "/desk/account"),
        ("//evil.example?id=1", "/desk/account"),
        ("?page=2", "/desk/account"),
        ("", "/desk/account"),
    ],
)
def test_only_what_our_own_pages_choose_comes_along(text: str, address: str) -> None:
    assert after_proof(text) == address
    # What was understood once is understood alike afterwards.
    assert after_proof(known_target(text)) == address


def test_what_a_page_asks_with_is_what_it_gets_back() -> None:
    for name, target in PROOF_TARGETS.items():
        chosen = dict.fromkeys(target.chosen, "ä &?=#/")
        asked = dict(parse_qsl(urlsplit(confirm_address(name, chosen)).query))["to"]
        led = urlsplit(after_proof(asked))
        assert (led.path, dict(parse_qsl(led.query))) == (target.address, chosen)
