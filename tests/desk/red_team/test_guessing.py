"""Attack: many passphrases. Attack: learn by the answer, or by how long it takes, which accounts there are."""

from datetime import timedelta
from time import perf_counter

import pytest

from app.access.principals import Role
from app.people import store
from app.people.passphrases import Cost, Passphrases
from app.people.sessions import Sessions
from app.people.signing_in import SignIn
from tests.desk.browsing import Browser
from tests.desk.red_team.town import Town
from tests.effort import sized
from tests.house import SECRET
from tests.people.persons import PASSPHRASE


@pytest.mark.long
@pytest.mark.sized
def test_ten_thousand_guesses_meet_nothing(town: Town) -> None:
    answers = dict[int, int]()
    waits = set[bool]()
    for n in range(sized(80, 10_000)):
        guess = {"name": "p.administrator@kota", "passphrase": f"tebakan nomor {n}"}
        response = Browser(town.house).send("POST", "/sign-in", data=guess)
        answers[response.status_code] = answers.get(response.status_code, 0) + 1
        if response.status_code == 429:
            waits.add(int(response.headers["retry-after"]) > 0)
    assert set(answers) == {422, 429}
    assert answers[422] <= 8
    assert waits == {True}
    # Who has come in from this browser before is not shut out by them.
    given = {"name": "p.administrator@kota", "passphrase": PASSPHRASE}
    response = town.seats[Role.administrator].send("POST", "/sign-in", data=given)
    assert response.headers["location"] == "/sign-in/code"
    town.house.clock.now += timedelta(hours=1)


def told_apart(known: list[float], unknown: list[float]) -> float:
    """How often a known account took longer than an unknown one: a half where nothing can be told."""
    longer = sum((one > other) + (one == other) / 2 for one in known for other in unknown)
    return longer / (len(known) * len(unknown))


def measured(town: Town, passphrases: Passphrases, n: int) -> float:
    """Both kinds of wrong tries in turn, each as long as it takes."""
    house = town.house
    house.put_instead(
        SignIn, SignIn(house.services.database, house.clock, SECRET.encode(), house.services.of(Sessions), passphrases)
    )
    taken = dict[str, list[float]](known=[], unknown=[])
    for turn in range(n):
        for kind, name in (("known", "p.viewer@kota"), ("unknown", f"tiada.{turn}@kota")):
            # So that neither is slowed.
            house.clock.now += timedelta(minutes=2)
            began = perf_counter()
            response = Browser(house).send("POST", "/sign-in", data={"name": name, "passphrase": "salah sekali ini"})
            taken[kind].append(perf_counter() - began)
            assert response.status_code == 422
    return told_apart(taken["known"][1:], taken["unknown"][1:])


class Hasty(Passphrases):
    """Compares nothing where there is no account: what the attack would find."""

    def matches(self, kept: str | None, passphrase: str) -> bool:
        """Answer at once for nobody."""
        return kept is not None and super().matches(kept, passphrase)


@pytest.mark.long
@pytest.mark.sized
def test_no_time_tells_which_accounts_there_are(town: Town) -> None:
    # Enough work that leaving it out would be seen on a busy machine.
    cost, n = Cost(rounds=2, memory=32_768, threads=1), sized(16, 100)
    # What was kept at another cost takes another time, until its owner comes again.
    with town.door.database.writing() as session:
        viewer = store.person_called(session, "kota", "p.viewer")
        assert viewer is not None
        viewer.passphrase = Passphrases(cost).hashed(PASSPHRASE)
        session.add(viewer)
    assert told_apart([2.0, 3.0], [1.0, 1.5]) == 1
    assert measured(town, Hasty(cost), n) > 0.9
    assert 0.2 < measured(town, Passphrases(cost), n) < 0.8


@pytest.mark.long
def test_no_answer_tells_which_accounts_there_are(town: Town) -> None:
    told = set[tuple[int, str]]()
    for name in ("p.viewer@kota", "tiada@kota", "p.viewer@tiada", "p.viewer@desa", "p.administrator@kota"):
        town.house.clock.now += timedelta(minutes=20)
        response = Browser(town.house).send("POST", "/sign-in", data={"name": name, "passphrase": "salah sekali ini"})
        told.add((response.status_code, response.text.replace(name, "NAME")))
    assert len(told) == 1
