"""Towns whose comments somebody wants to join to their ratings, and the truth to judge the guesses by."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any
from uuid import UUID

import pytest

from app.foundation.storage.database import Database
from app.ratings.keys import KeyMaker
from tests.conftest import Template
from tests.house import SECRET, House
from tests.postgres import PostgresServer

# Comment id → key of the rating that it was written with.
Truth = Mapping[str, str]
Open = Callable[[], AbstractContextManager[House]]


def opener(store: str, request: pytest.FixtureRequest, folder: Path) -> Open:
    """Opens a fresh service on this store whenever it is called."""
    numbers = iter(range(1_000))

    @contextmanager
    def fresh() -> Iterator[House]:
        template: Template = request.getfixturevalue(f"furnished_{'sqlite' if store == 'sqlite' else 'postgres'}")
        if store == "sqlite":
            file = folder / f"town-{next(numbers)}.db"
            copyfile(template.name, file)
            with House.open(f"sqlite:///{file}", template.keys) as house:
                yield house
            return
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.copy_of(template.name) as url, House.open(url, template.keys) as house:
            yield house

    return fresh


def random_ids(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Let comments have the same random ids in every run."""
    chance = Random(seed)
    monkeypatch.setattr("app.ratings.rows.uuid4", lambda: UUID(int=chance.getrandbits(128), version=4))


def rate(house: House, n: int, key: str = "app", **changed: Any) -> dict[str, str]:
    """So many citizens one after the other, each with words of their own; the key of the rating by the words."""
    agency, maker, said = ("desa" if key.startswith("desa") else "kota"), KeyMaker.of(SECRET.encode()), {}
    for _ in range(n):
        sheet = house.sheet(**changed)
        sheet["comment"] = f"Kata orang ke-{house.serial} selesai"
        sheet["profile"] = {"sex": "F", "age_band": "25-34"}
        assert house.post("/v1/ratings", sheet, key).status_code == 201
        said[sheet["comment"]] = maker.key(agency, UUID(sheet["id"]))
        house.clock.now += timedelta(minutes=3)
    return said


def truth_of(database: Database, said: Mapping[str, str]) -> Truth:
    """The rating of each comment that stands in the database, which nobody else can know."""
    return {key: said[words] for key, words in comments_of(database)}


def comments_of(database: Database) -> list[tuple[str, str]]:
    """Id and words of every comment."""
    with database.reading() as session:
        found = session.connection().exec_driver_sql("SELECT comment_id, text FROM comment ORDER BY comment_id")
        return [(UUID(str(row[0])).hex, row[1]) for row in found]


def file_of(house: House) -> Path:
    """The file of a service on SQLite."""
    return Path(str(house.database.url.database))
