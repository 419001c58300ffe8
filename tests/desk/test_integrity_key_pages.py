"""Keys and settings of integrity reports on the pages of administrators, in a browser without JavaScript."""

import json
from re import findall

import pytest

from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.desk.integrity_seats import KEYS, administrator, auditor
from tests.house import House
from tests.integrity import reporting
from tests.integrity.reporting import new_holder, proved, send, settle

__all__ = ["administrator", "auditor"]


@pytest.mark.long
def test_keys_are_added_proved_by_hand_and_reports_opened(house: House, administrator: Browser) -> None:
    page = administrator.go(KEYS)
    assert "Tertutup: belum ada kunci terbukti; perlu dua." in text_of(page)
    states = ("Tertutup: baru satu kunci terbukti", "Tertutup: dua kunci sudah terbukti")
    for label, state in zip(("Auditor", "Kepala dinas"), states, strict=True):
        holder = new_holder()
        page = administrator.submit(
            page, f"{KEYS}/add", label=label, recipient="agency", jwk=f" {json.dumps(holder.jwk)}\n"
        )
        assert title_of(page) == label
        assert facts_of(page)["Sidik jari"] == holder.key_id
        word = administrator.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id})
        assert word.headers["content-disposition"].startswith("attachment")
        wrong = administrator.submit(page, "/desk/integrity/key/prove", word="bukan ini")
        assert (wrong.status_code, 'id="prove-word-fault"' in wrong.text) == (422, True)
        said = holder.word({"sealed": word.json()})
        page = administrator.submit(page, "/desk/integrity/key/prove", word=f" {said.upper()} ")
        assert facts_of(page)["Keadaan"] == "terbukti"
        page = administrator.go(KEYS)
        assert state in text_of(page)
    page = administrator.submit(page, "/desk/integrity/settings", open="1", retention_days="45", inspectorate="")
    assert "Terbuka: setiap laporan disegel untuk 2 kunci" in text_of(page)
    assert send(house).status_code == 201
    ending = administrator.go(findall(r'<a href="(/desk/integrity/key/retire\?id=[^"]+)"',
                                      administrator.go(f"/desk/integrity/key?id={holder.key_id}").text)[0])  # fmt: skip
    page = administrator.submit(ending, "/desk/integrity/key/retire")
    assert "Tertutup: baru satu kunci terbukti" in text_of(page)
    assert send(house).status_code == 404
    gone = administrator.go(f"/desk/integrity/key?id={holder.key_id}")
    assert "/desk/integrity/key/prove" not in gone.text
    late = administrator.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"jwk": ""}, "jwk", "JWK"),
        ({"jwk": "{"}, "jwk", "JWK"),
        ({"jwk": "[" * 5_000}, "jwk", "JWK"),
        ({"jwk": json.dumps({"kty": "EC", "crv": "P-256", "x": 1})}, "jwk", "teks"),
        ({"jwk": json.dumps(new_holder().jwk | {"crv": "P-384"})}, "jwk", "P-256"),
        ({"label": ""}, "label", "wajib"),
        ({"recipient": "office"}, "recipient", "agency"),
    ],
)
def test_what_is_no_key_is_told_beside_its_field(
    administrator: Browser, sent: dict[str, str], field: str, sentence: str
) -> None:
    good = {"label": "Auditor", "recipient": "agency", "jwk": json.dumps(new_holder().jwk)}
    page = administrator.send("POST", f"{KEYS}/add", data=good | sent)
    assert page.status_code == 422, text_of(page)
    assert f'id="add-{field}-fault"' in page.text
    assert sentence in text_of(page)


def test_a_private_half_that_was_pasted_is_refused_and_shown_nowhere(house: House, administrator: Browser) -> None:
    holder = new_holder()
    page = administrator.send(
        "POST", f"{KEYS}/add", data={"label": "Auditor", "recipient": "agency", "jwk": json.dumps(holder.private)}
    )
    assert page.status_code == 422
    assert holder.private["d"] not in page.text
    assert house.get(reporting.KEYS, "admin").json()["items"] == []


@pytest.mark.parametrize(
    "sent", [{"retention_days": "0"}, {"retention_days": ""}, {"retention_days": "x"}, {"inspectorate": "a\nb" * 200}]
)
def test_wrong_settings_are_told_beside_their_field(administrator: Browser, sent: dict[str, str]) -> None:
    good = {"open": "0", "retention_days": "30", "inspectorate": ""}
    page = administrator.send("POST", "/desk/integrity/settings", data=good | sent)
    assert page.status_code == 422
    assert f'id="settings-{next(iter(sent))}-fault"' in page.text


@pytest.mark.parametrize("sent", ["", "x", "a\x00b", "ä" * 43, "\x00" * 43, "x" * 43])
def test_what_is_no_key_of_the_agency_is_told_as_such_whatever_a_form_sends(administrator: Browser, sent: str) -> None:
    for path in ("word", "prove", "retire"):
        page = administrator.send("POST", f"/desk/integrity/key/{path}", data={"id": sent, "word": "x"})
        assert page.status_code == 404, path


def test_what_cannot_be_opened_stays_closed(administrator: Browser) -> None:
    page = administrator.submit(administrator.go(KEYS), "/desk/integrity/settings", open="1")
    assert page.status_code == 422
    assert 'id="settings-open-fault"' in page.text


def test_the_holder_proves_a_key_and_changes_nothing_else(house: House, auditor: Browser) -> None:
    holder = new_holder()
    reporting.add(house, holder)
    page = auditor.go(f"/desk/integrity/key?id={holder.key_id}")
    word = auditor.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id}).json()
    page = auditor.submit(page, "/desk/integrity/key/prove", word=holder.word({"sealed": word}))
    assert facts_of(page)["Keadaan"] == "terbukti"
    assert "/desk/integrity/key/retire" not in page.text
    page = auditor.go(KEYS)
    for path in (f"{KEYS}/add", "/desk/integrity/settings", "/desk/integrity/key/retire"):
        assert f'action="{path}"' not in page.text
        assert auditor.send("POST", path, data={"id": holder.key_id}).status_code == 403
    assert auditor.send("GET", f"/desk/integrity/key/retire?id={holder.key_id}").status_code == 403


def test_scripts_in_labels_and_names_stay_text(house: House, administrator: Browser, auditor: Browser) -> None:
    evil = "<script>alert(1)</script>\"'>"
    holder = new_holder()
    assert reporting.add(house, holder, label=evil).status_code == 201
    proved(house)
    settle(house, inspectorate=evil)
    pages = [administrator.go(KEYS), administrator.go(f"/desk/integrity/key?id={holder.key_id}"), auditor.go(KEYS),
             administrator.go(f"/desk/integrity/key/retire?id={holder.key_id}")]  # fmt: skip
    for page in pages:
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text
