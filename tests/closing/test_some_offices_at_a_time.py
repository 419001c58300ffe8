"""A closing reads some offices at a time, and its reports are the same however few these are."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.access.principals import Reach
from app.closing import inputs, lifecycle
from app.closing.drafts import Drafts
from app.closing.inputs import PlannedRevision
from app.disclosure import releasing
from app.disclosure.rules.calendar import span_of
from app.indices.reading import scoring_of
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, close, finalise, open_offices, rated, report, revise
from tests.house import House
from tests.ratings.visits import Visit, put


@pytest.fixture
def many(furnished: tuple[str, dict[str, str]], key_file: Path) -> Iterator[House]:
    """Twelve offices more, ten of them with ratings of some persons, some of which are told by several offices."""
    url, keys = furnished
    with House.open(url, dict(keys), signing_key_file=key_file) as house:
        visits = [*rated("E001", 30), *rated("E002", 25, "433"), *rated("E003", 12, day=date(2026, 9, 3))]
        for place, code in enumerate(open_offices(house, 12)[:10]):
            for sheet in ("434", "444", "222" if place == 4 else "344", "4-3"):
                n = 3 if place > 7 else 11 + place
                services = ("kk", "skck", "ktp-el")
                visits += [
                    Visit(office=code, sheet=sheet, rated_on=OCTOBER, service=services[each % 3]) for each in range(n)
                ]
        put(house.database, visits)
        house.release()
        yield house


def documents(house: House, root: str | None = None) -> dict[tuple[str, str], Any]:
    """What a closing would write, but for the ids that are drawn."""
    span = span_of("2026-10")
    assert span is not None
    with house.database.snapshot() as session:
        planned = PlannedRevision(Reach("kota", root, "test"), span, 1, scoring_of(session, "kota", "ikl-1"))
        with Drafts(planned) as drafts:
            lifecycle._made(session, planned, drafts)
            rows = list(drafts.reports())
    found = {(row["kind"], row["unit"]): json.loads(row["document"]) for row in rows}
    for document in found.values():
        del document["id"]
    assert len(found) == len(rows) == drafts.number
    return found


@pytest.mark.parametrize("root", [None, "setda", "dukcapil"])
def test_reports_are_the_same_however_few_offices_are_read_together(
    many: House, root: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = documents(many, root)
    monkeypatch.setattr(inputs, "READ_TOGETHER", 1)
    assert documents(many, root) == together
    whole = together["agency", "kota"]
    offices = [document for (kind, _), document in together.items() if kind == "office"]
    assert [line["code"] for line in whole["offices"]] == sorted(each["subject"]["code"] for each in offices)
    assert whole["n"] >= sum(each["n"] for each in offices) > 10
    # Without what is kept of how offices compare, they are compared here.
    with many.database.writing() as session:
        session.execute(text("DELETE FROM office_comparison"))
    assert documents(many, root) == together


def test_what_is_told_while_a_release_works_is_new_in_the_next_revision(
    many: House, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(many.database, [Visit(office="pasar-1", rated_on=OCTOBER) for _ in range(15)], start=5_000)
    with monkeypatch.context() as patched:
        patched.setattr(releasing, "renew_sums", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            many.release()
        closed = many.post("/v1/periods/2026-10/close", {}, "supervisor")
        assert closed.status_code == 201, closed.text
    before = report(many, "pasar-1")["document"]["n"]
    finalise(many, key_file)
    revise(many)
    document = report(many, "pasar-1", revision="2")["document"]
    assert (document["n"], document["supersedes"]) == (before + 15, 1)
    assert (
        report(many, "pasar-2", revision="2")["document"]["n"] == report(many, "pasar-2", revision="1")["document"]["n"]
    )


def test_a_closing_leaves_no_file_behind(many: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    close(many)
    many.clock.now += AFTER_THE_WINDOW
    assert not list(tmp_path.glob("tmp*"))
