"""A witness cosigns what goes on from what it has seen, and nothing else; what it has seen outlives it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.transparency.rules.checkpoints import Checkpoint
from app.transparency.rules.merkle import tree_root
from app.transparency.rules.notes import SIGNER, VerifierKey, parse_note, public_half, signed, signers, stamp_of
from app.transparency.rules.tiles import bundle, bundle_name, tile_name, tiles_since
from app.transparency.sources import NoSuchFile, UrlSource, source_of
from app.transparency.witness import Refused, WitnessPlace, origin_hash
from tests.effort import sized
from tests.transparency.trees import MemoryTiles, entries_of

ORIGIN, NAME = "log.example/kota", "insp.example/w1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
LOG = VerifierKey(ORIGIN, SIGNER, public_half(KEY))
NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


class Site:
    """A published log in memory."""

    def __init__(self, entries: list[bytes], *, root: bytes | None = None, key: Ed25519PrivateKey = KEY) -> None:
        tiles, size = MemoryTiles(entries), len(entries)
        self.files = {tile_name(each): tiles.tile(*each) for each in tiles_since(0, size)}
        for each in tiles_since(0, size):
            if each.level == 0:
                first = each.number * 256
                self.files[bundle_name(each.number, each.width)] = bundle(entries[first : first + each.width])
        text = str(Checkpoint(ORIGIN, size, root or tree_root(tiles, size)))
        self.files["checkpoint"] = str(signed(text, ORIGIN, key)).encode()

    def read(self, name: str) -> bytes:
        """A file of it."""
        if name not in self.files:
            raise NoSuchFile(f"there is no {name}")
        return self.files[name]


@pytest.fixture
def place(tmp_path: Path) -> WitnessPlace:
    return WitnessPlace(tmp_path / "witness", NAME)


def test_a_witness_goes_along_with_a_log_that_grows(place: WitnessPlace, tmp_path: Path) -> None:
    before = 0
    for size in (1, 2, 7, 7, 256, 300, 1_000):
        found = place.cosign(LOG, Site(entries_of(size)), NOW)
        assert (found.before, found.checkpoint.size) == (before, size)
        before = size
        note = parse_note(found.file.read_bytes())
        assert signers(note, [LOG, place.verifier()]) == {LOG, place.verifier()}
        assert stamp_of(note.signatures[1]) == int(NOW.timestamp())
    assert found.file == tmp_path / "witness" / "public" / origin_hash(ORIGIN) / "checkpoint"
    assert not (tmp_path / "witness" / "refused").exists()


def test_what_it_has_seen_is_kept_in_one_file(place: WitnessPlace, tmp_path: Path) -> None:
    place.cosign(LOG, Site(entries_of(5)), NOW)
    seen = json.loads((tmp_path / "witness" / "seen.json").read_text())
    assert (seen[ORIGIN]["size"], seen[ORIGIN]["root"]) == (5, tree_root(MemoryTiles(entries_of(5)), 5).hex())
    again = WitnessPlace(tmp_path / "witness", NAME)
    assert again.verifier() == place.verifier()
    with pytest.raises(Refused, match="rolled back"):
        again.cosign(LOG, Site(entries_of(4)), NOW)
    (tmp_path / "witness" / "seen.json").write_text("{")
    with pytest.raises(Refused, match="restore it"):
        again.cosign(LOG, Site(entries_of(6)), NOW)


Fork = Callable[[Random, list[bytes], int], tuple[list[bytes], bytes | None]]


def rewritten(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """Another entry where one was seen."""
    place = draw.randrange(old)
    return [*entries[:place], b"another", *entries[place + 1 :]], None


def taken_out(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """One entry fewer among those seen, and others instead at the end."""
    place = draw.randrange(old)
    return [*entries[:place], *entries[place + 1 :], b"more", b"and more"], None


def put_in(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """One more entry among those seen."""
    place = draw.randrange(old)
    return [*entries[:place], b"between", *entries[place:]], None


def swapped(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """Two entries in the other order."""
    place = draw.randrange(old)
    other = (place + 1) % len(entries)
    changed = list(entries)
    changed[place], changed[other] = changed[other], changed[place]
    # At the border of what was seen the neighbour is new; a log of one entry has no other order.
    return (changed, None) if other != place else rewritten(draw, entries, old)


def cut(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """Fewer entries than were seen."""
    return entries[: draw.randrange(old)], None


def lied(draw: Random, entries: list[bytes], old: int) -> tuple[list[bytes], bytes | None]:
    """The right tiles under another root."""
    return entries, draw.randbytes(32)


FORKS: tuple[Fork, ...] = (rewritten, taken_out, put_in, swapped, cut, lied)


@pytest.mark.sized
@pytest.mark.long
def test_a_forked_or_rewritten_log_is_refused_every_time(tmp_path: Path) -> None:
    draw, refused, tries = Random(5), 0, sized(60, 1_000)
    for number in range(tries):
        folder = tmp_path / str(number)
        place, size = WitnessPlace(folder, NAME), draw.choice([1, 2, 3, 5, 8, 40, 255, 256, 257, 300])
        place.cosign(LOG, Site(entries_of(size)), NOW)
        seen = (folder / "seen.json").read_bytes()
        more = size + draw.choice([0, 1, 2, 17, 300])
        entries, root = FORKS[number % len(FORKS)](draw, entries_of(more), size)
        if not entries:
            entries, root = [b"begun anew"] * size, None
        with pytest.raises(Refused):
            place.cosign(LOG, Site(entries, root=root), NOW)
        # It has not moved, keeps the proof of it, and goes on with the log that it knows.
        assert (folder / "seen.json").read_bytes() == seen
        assert len(list((folder / "refused").iterdir())) == 1
        assert place.cosign(LOG, Site(entries_of(size + 1)), NOW).before == size
        refused += 1
    assert refused == tries


def test_what_is_not_the_logs_is_not_cosigned(place: WitnessPlace) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32)
    with pytest.raises(Refused, match="not signed with the key"):
        place.cosign(LOG, Site(entries_of(3), key=stranger), NOW)
    with pytest.raises(Refused, match="of another log"):
        place.cosign(VerifierKey("log.example/desa", SIGNER, LOG.public), Site(entries_of(3)), NOW)
    forged = Site(entries_of(3))
    content = forged.files["checkpoint"]
    forged.files["checkpoint"] = content.replace(b"\n3\n", b"\n4\n")
    with pytest.raises(Refused, match="does not fit"):
        place.cosign(LOG, forged, NOW)
    with pytest.raises(Refused, match="the tiles are not those of the checkpoint"):
        place.cosign(LOG, Site(entries_of(3), root=bytes(32)), NOW)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/9"])
def test_a_log_that_cannot_be_read_is_no_fork(place: WitnessPlace, tmp_path: Path, name: str) -> None:
    place.cosign(LOG, Site(entries_of(5)), NOW)
    for content in (None, b"", b"x" * 40):
        site = Site(entries_of(9))
        if content is None:
            del site.files[name]
        else:
            site.files[name] = content
        with pytest.raises(ValueError):
            place.cosign(LOG, site, NOW)
    assert not (tmp_path / "witness" / "refused").exists()


def test_a_partial_tile_that_was_thrown_away_is_read_from_the_whole_one(place: WitnessPlace) -> None:
    site, whole = Site(entries_of(300)), Site(entries_of(600))
    del site.files["tile/0/001.p/44"]
    site.files["tile/0/001"] = whole.files["tile/0/001"]
    assert place.cosign(LOG, site, NOW).checkpoint.size == 300


class Serving(BaseHTTPRequestHandler):
    """Serves a site; one file is too large, another is not for us."""

    site: Site

    def do_GET(self) -> None:
        """Answer with a file."""
        name = self.path.removeprefix("/log/")
        if name == "secret":
            self.send_error(403)
            return
        try:
            content = bytes(30_000_000) if name == "large" else self.site.read(name)
        except NoSuchFile:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A log on the web."""
    Serving.site = Site(entries_of(20))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.long
def test_a_log_is_read_over_http(place: WitnessPlace, address: str) -> None:
    assert place.cosign(LOG, source_of(address), NOW).checkpoint.size == 20
    source = UrlSource(address)
    for name, told in (("none", "there is no"), ("secret", "answers 403"), ("large", "too large")):
        with pytest.raises(ValueError, match=told):
            source.read(name)
    for url in ("http://127.0.0.1:9", "http://[::"):
        with pytest.raises(ValueError, match="cannot be reached"):
            UrlSource(url).read("checkpoint")


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(ValueError, match="cannot be read"):
        source_of(str(tmp_path)).read("checkpoint")
    with pytest.raises(NoSuchFile):
        source_of(str(tmp_path / "none")).read("checkpoint")
