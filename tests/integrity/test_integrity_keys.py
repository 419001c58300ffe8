"""Keys: proved by opening what is sealed to them, one lost loses nothing, a retired one gets nothing any more."""

from datetime import timedelta
from typing import Any

import pytest

from app.integrity.keys import PROVED_WITHIN
from app.integrity.rules.public_keys import MOST, read_public_key
from app.integrity.sealing import open_sealed, seal
from tests.house import House, problem
from tests.integrity.reporting import (
    KEYS,
    PUBLIC_KEY,
    Holder,
    add,
    listed,
    new_holder,
    opened,
    prove,
    proved,
    rows,
    sealed,
    send,
    settle,
)


def challenge(house: House, holder: Holder, key: str = "admin") -> Any:
    """A new word for a holder."""
    return house.request("POST", f"{KEYS}/{holder.key_id}/challenge", key)


def retire(house: House, holder: Holder, key: str = "admin") -> Any:
    """Seal nothing more to a holder."""
    return house.request("POST", f"{KEYS}/{holder.key_id}/retire", key)


def word(house: House, holder: Holder, text: str) -> Any:
    """Send a word as proof."""
    return house.post(f"{KEYS}/{holder.key_id}/prove", {"word": text}, "admin")


def test_a_key_counts_once_its_holder_has_opened_the_word(house: House) -> None:
    holder = new_holder()
    added = add(house, holder).json()
    assert (added["id"], added["proved_at"]) == (holder.key_id, None)
    assert house.get(KEYS, "auditor").json()["open"] == []
    proof = prove(house, holder, added)
    assert proof.json()["proved_at"] is not None
    # The word is good once.
    problem(prove(house, holder, added), 410, "integrity-proof-refused")
    [kept] = house.get(KEYS, "admin").json()["items"]
    assert kept == proof.json()
    stored = rows(house, "SELECT challenge FROM integrity_key")
    assert stored == [(None,)]


def test_nothing_but_the_last_word_in_its_day_proves_a_key(house: House) -> None:
    holder, other = new_holder(), new_holder()
    first, others = add(house, holder).json(), add(house, other).json()
    for text in ("x", "0" * 20, other.word(others), holder.word(first)[:-1], "é", "\U0001f600"):
        problem(word(house, holder, text), 410, "integrity-proof-refused")
    second = challenge(house, holder).json()
    problem(word(house, holder, holder.word(first)), 410, "integrity-proof-refused")
    house.clock.now += PROVED_WITHIN + timedelta(seconds=1)
    problem(word(house, holder, holder.word(second)), 410, "integrity-proof-refused")
    third = challenge(house, holder).json()
    house.clock.now += PROVED_WITHIN
    # As people type it.
    assert word(house, holder, f"  {holder.word(third).upper()[:10]} {holder.word(third)[10:]}\n").status_code == 200


def test_a_key_that_was_proved_is_tried_again_at_any_time(house: House) -> None:
    first, _ = opened(house)
    again = challenge(house, first)
    assert again.status_code == 200
    assert again.json()["proved_at"] is not None
    assert send(house).status_code == 201
    assert prove(house, first, again.json()).status_code == 200


def test_either_of_two_keys_opens_a_report_alone_and_no_other_does(house: House) -> None:
    first, second = opened(house)
    send(house)
    words = sealed(house, listed(house)[0]["id"])
    # Somebody has lost the first one.
    assert second.reads(words) == first.reads(words) is not None
    assert new_holder().reads(words) is None


def test_to_a_retired_key_nothing_is_sealed_any_more(house: House) -> None:
    first, second, third = proved(house, n=3)
    settle(house)
    send(house)
    assert retire(house, first).json()["retired_at"] is not None
    assert retire(house, first).status_code == 200
    send(house)
    older, newer = (sealed(house, each) for (each,) in rows_by_size(house))
    assert first.reads(older) is not None
    assert first.reads(newer) is None
    assert (second.reads(newer) is None, third.reads(newer) is None) == (False, False)
    problem(challenge(house, first), 409, "integrity-key-retired")
    problem(word(house, first, "x"), 409, "integrity-key-retired")
    problem(add(house, first), 422, "public-key-known", "jwk")
    # Fewer than two are left: the door is closed, whatever the settings say.
    retire(house, second)
    problem(send(house), 404, "integrity-closed")
    assert house.get("/v1/integrity-settings", "admin").json() == {
        "open": True, "retention_days": 30, "inspectorate": None, "taking": False
    }  # fmt: skip
    proved(house, n=1)
    assert send(house).status_code == 201


def rows_by_size(house: House) -> list[tuple[str]]:
    """The ids of reports, that with most keys first."""
    found = rows(house, "SELECT CAST(report_id AS VARCHAR(40)) FROM integrity_sealed ORDER BY length(sealed) DESC")
    return [(each,) for (each,) in found]


def test_a_recipient_has_few_keys_and_a_key_has_one_recipient(house: House) -> None:
    holders = proved(house, n=MOST)
    problem(add(house, new_holder()), 409, "integrity-keys-many")
    problem(add(house, holders[0], "inspectorate"), 422, "public-key-known", "jwk")
    assert add(house, new_holder(), "inspectorate").status_code == 201
    retire(house, holders[0])
    assert add(house, new_holder()).status_code == 201


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"recipient": "ombudsman"}, 422, "recipient"),
        ({"label": ""}, 422, "label"),
        ({"label": " "}, 422, "label"),
        ({"label": "x" * 101}, 422, "label"),
        ({"label": "a\x1b[2J"}, 422, "label"),
        ({"jwk": {}}, 422, "jwk.kty"),
        ({"jwk": "x"}, 422, "jwk"),
        ({"jwk": PUBLIC_KEY | {"d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}}, 422, "jwk.d"),
        ({"jwk": PUBLIC_KEY | {"x": PUBLIC_KEY["y"]}}, 422, "jwk"),
        ({"jwk": PUBLIC_KEY | {"crv": "P-521"}}, 422, "jwk"),
        ({"more": 1}, 422, "more"),
    ],
)
@pytest.mark.sqlite_daily
def test_bad_keys_are_refused_and_say_where(house: House, changed: dict[str, Any], status: int, field: str) -> None:
    answer = house.post(KEYS, {"recipient": "agency", "label": "x", "jwk": PUBLIC_KEY} | changed, "admin")
    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == field
    # A private half that was sent by mistake is not told back.
    assert "870MB6gfuTJ4" not in answer.text
    assert rows(house, "SELECT count(*) FROM integrity_key") == [(0,)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"open": "yes"}, "open"),
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": 3_651}, "retention_days"),
        ({"retention_days": None}, "retention_days"),
        ({"inspectorate": ""}, "inspectorate"),
        ({"inspectorate": "x" * 201}, "inspectorate"),
        ({"inspectorate": "a\nb"}, "inspectorate"),
        ({"taking": True}, "taking"),
    ],
)
@pytest.mark.sqlite_daily
def test_bad_settings_are_refused_and_say_where(house: House, changed: dict[str, Any], field: str) -> None:
    answer = settle(house, open=False, **changed) if "open" not in changed else settle(house, **changed)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_setting_the_same_again_changes_nothing(house: House) -> None:
    for _ in range(2):
        assert settle(house, open=False).status_code == 200
    assert rows(house, "SELECT count(*) FROM audit_event WHERE action = 'integrity-setting.set'") == [(1,)]


def test_a_key_of_the_other_agency_is_not_there(house: House) -> None:
    first, _ = opened(house)
    for path, body in (("challenge", None), ("prove", {"word": "x"}), ("retire", None)):
        answers = [
            house.request("POST", f"{KEYS}/{each}/{path}", "desa admin", **({} if body is None else {"json": body}))
            for each in (first.key_id, "k" * 43)
        ]
        problem(answers[0], 404, "integrity-key-unknown")
        assert answers[0].content == answers[1].content
    assert house.get(KEYS, "desa admin").json() == {"items": [], "open": []}
    # The same holder may be the other agency's as well: nobody learns that the key is known here.
    assert add(house, first, key="desa admin").status_code == 201


@pytest.mark.sqlite_daily
def test_what_is_no_sealed_report_or_was_changed_is_not_opened() -> None:
    holder = new_holder()
    public = read_public_key(holder.jwk)
    assert public is not None
    words = seal(b"words", [public])
    assert open_sealed(words, holder.private) == b"words"
    part = words["recipients"][0]
    wrong: tuple[dict[str, Any], ...] = (
        {"ciphertext": "AAAA"},
        {"tag": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"iv": ""},
        {"iv": None},
        {"protected": "e30"},
        {"protected": 7},
        {"recipients": []},
        {"recipients": None},
        {"recipients": [7, {"header": 7}, {}]},
        {"recipients": [part | {"encrypted_key": "AAAA"}]},
        {"recipients": [part | {"header": part["header"] | {"alg": "dir"}}]},
        {"recipients": [part | {"header": {"kid": public.key_id}}]},
    )
    for changed in wrong:
        assert open_sealed(words | changed, holder.private) is None, changed
    for private in ({}, holder.jwk, holder.private | {"d": "x"}, holder.private | {"crv": "P-384"}):
        assert open_sealed(words, private) is None, private
