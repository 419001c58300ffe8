"""The log served by the service itself: the files that witnesses read, their headers, nothing else; and its pages."""

from pathlib import Path

import httpx
import pytest

from app.transparency.log import checkpoint
from app.transparency.rules.notes import parse_note, signers
from app.transparency.rules.stamps import request_for, time_in
from app.transparency.rules.tiles import tile_of
from app.transparency.sources import NoSuchFile
from app.transparency.witness import Refused, WitnessPlace
from tests.closing.fixtures import key_file
from tests.house import SECRET, House
from tests.transparency.authority import Certifying
from tests.transparency.houses import change, inventory, key_of, published
from tests.transparency.test_log import MANY

__all__ = ["key_file"]
PAGE, NAME = {"Accept": "text/html"}, "insp.example/w1"
FOREVER = "public, max-age=31536000, immutable"


def signed(house: House, entries: int = 1, agency: str = "kota") -> None:
    """A log of so many entries, signed by a checkpoint that is published nowhere."""
    inventory(house, agency)
    if entries > 1:
        change(house.database, MANY.format(first=1, end=entries))
    checkpoint(house.database, agency, SECRET.encode(), None, house.clock.now)


def get(house: House, address: str, **headers: str) -> httpx.Response:
    return house.get(address, None, headers=headers)


class Served:
    """The log as the service serves it, for a witness."""

    def __init__(self, house: House, agency: str = "kota") -> None:
        self._house = house
        self._agency = agency

    def read(self, name: str) -> bytes:
        """A file of it."""
        answer = get(self._house, f"/log/{self._agency}/{name}")
        if answer.status_code == 404:
            raise NoSuchFile(name)
        assert answer.status_code == 200
        return answer.content


def test_every_file_is_that_which_publishing_writes(house: House, tmp_path: Path) -> None:
    signed(house, 600)
    published(house, tmp_path)
    names = [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()]
    assert len(names) == 8
    for name in names:
        answer = get(house, f"/log/kota/{name}")
        assert answer.content == (tmp_path / name).read_bytes(), name
        is_tile = name != "checkpoint"
        assert answer.headers["content-type"] == (
            "application/octet-stream" if is_tile else "text/plain; charset=utf-8"
        )
        assert answer.headers["cache-control"] == (FOREVER if is_tile else "public, max-age=5")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert house.request("HEAD", f"/log/kota/{name}", None).content == b""


def test_a_witness_follows_the_service_and_refuses_what_was_rewritten(house: House, tmp_path: Path) -> None:
    place, log = WitnessPlace(tmp_path / "witness", NAME), key_of(house).verifier
    signed(house)
    assert place.cosign(log, Served(house), house.clock.now).checkpoint.size == 1
    signed(house)
    assert place.cosign(log, Served(house), house.clock.now).checkpoint.size == 2
    for statement in ("UPDATE log_entry SET entry = '{}' WHERE position = 0", "DELETE FROM log_checkpoint"):
        change(house.database, statement)
    signed(house)
    with pytest.raises(Refused):
        place.cosign(log, Served(house), house.clock.now)


def test_only_what_a_checkpoint_has_signed_is_served(house: House) -> None:
    signed(house, 300)
    inventory(house)
    for name in ("tile/0/000", "tile/0/001.p/44", "tile/0/001.p/7", "tile/1/000.p/1", "tile/entries/001.p/44"):
        assert get(house, f"/log/kota/{name}").status_code == 200, name
    for name in ("tile/0/001", "tile/0/001.p/45", "tile/1/000", "tile/2/000.p/1", "tile/entries/001.p/45"):
        assert get(house, f"/log/kota/{name}").status_code == 404, name


NO_NAMES = (
    "",
    "tile",
    "tile/",
    "tile/0",
    "tile/0/",
    "tile/entries/",
    "checkpoint/",
    "Checkpoint",
    "checkpoint.tsr",
    "tile/0/0",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/257",
    "tile/entries/000.p/600",
    "tile/0/000.p/01",
    "tile/00/000",
    "tile/8/000",
    "tile/0/x000/000",
    "tile/0/x001",
    "tile/0/٠٠٠",
    "tile/0/000%00",
    "tile/0/" + "x001/" * 40 + "000",
    "..%2f..%2fetc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%2Fetc%2Fpasswd",
    "..%5c..%5cwindows",
    "seen.json",
)


@pytest.mark.long
@pytest.mark.parametrize("folder", [False, True])
def test_no_other_name_is_served_and_nothing_is_listed(
    furnished: tuple[str, dict[str, str]], key_file: Path, tmp_path: Path, *, folder: bool
) -> None:
    (tmp_path / "secret").write_text("secret")
    with House.open(*furnished, signing_key_file=key_file, log_folder=tmp_path / "log" if folder else None) as house:
        signed(house, 700)
        if folder:
            published(house, tmp_path / "log" / "kota")
            (tmp_path / "log" / "kota" / "seen.json").write_text("secret")
        assert get(house, "/log/kota/checkpoint").status_code == 200
        for name in NO_NAMES:
            answer = get(house, f"/log/kota/{name}")
            assert answer.status_code == 404, name
            assert "secret" not in answer.text
            assert tile_of(name) is None
        for agency in ("%2e%2e", "tiada", "desa", "k" * 41, "kota%00", "..%2flog%2fkota"):
            assert get(house, f"/log/{agency}/checkpoint").status_code == 404, agency
            assert get(house, f"/log/{agency}", **PAGE).status_code == 404, agency


def test_each_agency_has_its_own_and_one_without_a_checkpoint_is_not_there(house: House) -> None:
    signed(house)
    unknown = get(house, "/log/tiada", **PAGE)
    assert (unknown.status_code, get(house, "/log/desa", **PAGE).text) == (404, unknown.text)
    signed(house, agency="desa")
    notes = [parse_note(get(house, f"/log/{agency}/checkpoint").content) for agency in ("kota", "desa")]
    keys = [key_of(house, agency).verifier for agency in ("kota", "desa")]
    assert [signers(note, keys) for note in notes] == [{keys[0]}, {keys[1]}]
    assert not {"kota", "desa"} & set(get(house, "/log", **PAGE).text.split())


def test_a_checkpoint_that_is_known_is_not_sent_again(house: House) -> None:
    signed(house)
    first = get(house, "/log/kota/checkpoint")
    again = get(house, "/log/kota/checkpoint", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    signed(house)
    newer = get(house, "/log/kota/checkpoint", **{"If-None-Match": first.headers["etag"]})
    assert (newer.status_code, newer.headers["etag"] != first.headers["etag"]) == (200, True)


def test_what_was_published_to_a_folder_is_what_is_served(
    furnished: tuple[str, dict[str, str]], key_file: Path, tmp_path: Path
) -> None:
    # The log in the database goes on from the published one, or is one that a restored backup has.
    with House.open(*furnished, signing_key_file=key_file, log_folder=tmp_path) as house:
        signed(house)
        assert get(house, "/log/kota/checkpoint").status_code == 404
        published(house, tmp_path / "kota")
        before = get(house, "/log/kota/checkpoint").content
        signed(house)
        assert get(house, "/log/kota/checkpoint").content == before
        (tmp_path / "kota" / "checkpoint").write_text("no note")
        assert get(house, "/log/kota", **PAGE).status_code == 503
        (tmp_path / "kota" / "checkpoint").unlink()
        (tmp_path / "kota" / "checkpoint").mkdir()
        assert get(house, "/log/kota/checkpoint").json()["code"] == "busy"


@pytest.fixture
def cosigned(house: House, tmp_path: Path) -> House:
    """A log with a witness's line."""
    signed(house)
    found = WitnessPlace(tmp_path / "witness", NAME).cosign(key_of(house).verifier, Served(house), house.clock.now)
    line = str(found.note.signatures[1])
    change(house.database, "UPDATE log_checkpoint SET witnesses = 1, cosignatures = :line", line=line)
    return house


@pytest.mark.parametrize(
    ("language", "title", "nobody"),
    [
        ("en", "The log that outsiders can check", "Nobody yet"),
        ("id", "Log yang dapat diperiksa pihak luar", "Belum ada"),
    ],
)
def test_the_page_says_the_newest_checkpoint_and_how_to_check_it(
    house: House, language: str, title: str, nobody: str
) -> None:
    signed(house)
    text = get(house, f"/log/kota?lang={language}", **PAGE).text
    note = parse_note(get(house, "/log/kota/checkpoint").content).text.split("\n")
    for told in (
        title,
        nobody,
        note[0],
        note[2].replace("+", "&#43;"),
        "cermin witness",
        'href="/log/kota/checkpoint"',
    ):
        assert told in text or told.replace("&#43;", "+") in text, told
    general = get(house, f"/log?lang={language}", **PAGE).text
    assert title in general
    assert "kota" not in general
    assert get(house, f"/?lang={language}", **PAGE).text.count('href="/log"') == 1


def test_the_page_names_who_has_cosigned(cosigned: House) -> None:
    text = get(cosigned, "/log/kota?lang=en", **PAGE).text
    assert f"<code>{NAME}</code>, 18 November 2026" in text
    assert "Nobody yet" not in text
    line = "— insp.example/w1 " + "/" * 101 + "w==\n"
    change(cosigned.database, "UPDATE log_checkpoint SET cosignatures = :line", line=line)
    assert get(cosigned, "/log/kota?lang=en", **PAGE).status_code == 200


@pytest.mark.long
def test_whoever_guesses_at_agencies_is_stopped(house: House) -> None:
    answers = [get(house, f"/log/tiada-{n}/checkpoint").status_code for n in range(700)]
    assert {404, 429} == set(answers)


NOWHERE = "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("language", "there", "none", "unread"),
    [
        ("en", "says that it was there on", "No time-stamping authority has stamped it yet", "cannot be read"),
        ("id", "sudah ada pada", "Belum ada otoritas cap waktu", "tidak dapat dibaca"),
    ],
)
def test_the_page_says_since_when_the_checkpoint_is_there(
    furnished: tuple[str, dict[str, str]],
    key_file: Path,
    tmp_path: Path,
    language: str,
    there: str,
    none: str,
    unread: str,
) -> None:
    authority = Certifying().write(tmp_path)
    address = f"/log/kota?lang={language}"
    with House.open(*furnished, signing_key_file=key_file) as house:
        signed(house)
        text = parse_note(get(house, "/log/kota/checkpoint").content).text
        stamp = authority.reply(request_for(text).content)
        # Without an authority there is nothing to say.
        assert not any(each in get(house, address, **PAGE).text for each in (there, none, unread))
        assert get(house, "/log/kota/stamps/1.tsr").status_code == 404
    with House.open(
        *furnished, signing_key_file=key_file, timestamp_url=NOWHERE, timestamp_roots=authority.root
    ) as house:
        assert none in get(house, address, **PAGE).text
        change(house.database, "UPDATE log_checkpoint SET stamp = :stamp", stamp=stamp)
        told = get(house, address, **PAGE).text
        assert there in told
        assert f"{time_in(stamp):%H:%M:%S} UTC" in told
        assert 'href="/log/kota/stamps/1.tsr"' in told
        assert "openssl ts -verify" in told
        change(house.database, "UPDATE log_checkpoint SET stamp = :stamp", stamp=b"damaged")
        assert unread in get(house, address, **PAGE).text


def test_a_stamp_is_served_like_the_other_files_from_the_database_and_from_the_folder(
    furnished: tuple[str, dict[str, str]], key_file: Path, tmp_path: Path
) -> None:
    with House.open(*furnished, signing_key_file=key_file) as house:
        signed(house)
        change(house.database, "UPDATE log_checkpoint SET stamp = :stamp", stamp=b"a stamp")
        published(house, tmp_path / "kota")
        found = [get(house, "/log/kota/stamps/1.tsr")]
    with House.open(*furnished, signing_key_file=key_file, log_folder=tmp_path) as house:
        found.append(get(house, "/log/kota/stamps/1.tsr"))
        for name in ("2", "0", "01", "999999999999", "9999999999999", "%2e%2e/1", "1.tsr/1"):
            assert get(house, f"/log/kota/stamps/{name}.tsr").status_code == 404, name
    for answer in found:
        assert (answer.status_code, answer.content) == (200, b"a stamp")
        assert answer.headers["content-type"] == "application/timestamp-reply"
        assert answer.headers["cache-control"] == FOREVER
