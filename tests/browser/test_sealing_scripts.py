"""The scripts that keep a private key and open what is sealed for it, beside another maker's library and an RFC."""

import json
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey
from playwright.sync_api import Page

from app.integrity.key_files import open_key_file
from app.pages.files import FOLDER
from tests.browser.standing import Standing

# RFC 7518, appendix C.
ALICE = {
    "kty": "EC",
    "crv": "P-256",
    "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
    "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
}
BOB = {
    "kty": "EC",
    "crv": "P-256",
    "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
    "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
}
TEXT = json.dumps({"text": "Petugas di loket 3 meminta “uang rokok” 🚬", "contact": "0812"}, ensure_ascii=False)
PASSPHRASE = "empat kata yang tidak bersaudara: é"
# How long a text is that fills its field, in every script's longest letters.
LONG = "𐍈" * 4_000


@pytest.fixture
def scripts(service: Standing, page: Page) -> Page:
    """A page of the service, which may load its scripts."""
    page.goto(f"{service.url}/t")
    return page


def run(page: Page, body: str, **given: Any) -> Any:
    """The value of a function body that knows all names of these scripts."""
    names = "{ agreedKey, CURVE, openSealed, thumbprint, newPair, written, readKeyFile, encoded }"
    load = ", ".join(f"import('{FOLDER}/desk/sealed/{each}.js')" for each in FILES)
    parts = f"const {names} = Object.assign({{}}, ...await Promise.all([{load}]));"
    return page.evaluate(f"async given => {{ {parts} {body} }}", given)


FILES = ("agreement", "base64url", "keyfile", "opening")
ATTEMPT = "try { return await openSealed(given.sealed, given.key); } catch (error) { return error.constructor.name; }"
READ = "try { return await readKeyFile(given.file, given.phrase); } catch (error) { return error.constructor.name; }"


def sealed(text: str, *keys: ECKey, **header: Any) -> Any:
    """The text for these keys, by joserfc."""
    made = jwe.GeneralJSONEncryption({"enc": "A256GCM", **header}, text.encode())
    for key in keys:
        made.add_recipient({"alg": "ECDH-ES+A256KW", "kid": key.thumbprint()}, key)
    return jwe.encrypt_json(made, None)


def private(key: ECKey) -> dict[str, Any]:
    return dict(key.as_dict(private=True))


def test_two_keys_agree_as_in_the_standards_example(scripts: Page) -> None:
    body = """
      const key = await crypto.subtle.importKey("jwk", given.bob, CURVE, false, ["deriveBits"]);
      return encoded(await agreedKey(key, given.alice, "A128GCM", 128, { apu: "QWxpY2U", apv: "Qm9i" }));
    """
    assert run(scripts, body, bob=BOB, alice=ALICE) == "VqqN6vgjbSBcIijNcacQGg"


@pytest.mark.parametrize("text", [TEXT, "", LONG], ids=["words", "nothing", "much"])
def test_each_of_two_keys_opens_what_another_library_sealed(scripts: Page, text: str) -> None:
    keys = [ECKey.generate_key("P-256") for _ in range(2)]
    made = sealed(text, *keys)
    for key in keys:
        assert run(scripts, ATTEMPT, sealed=made, key=private(key)) == text


def test_a_third_key_opens_nothing(scripts: Page) -> None:
    keys = [ECKey.generate_key("P-256") for _ in range(3)]
    made = sealed(TEXT, *keys[:2])
    assert run(scripts, ATTEMPT, sealed=made, key=private(keys[2])) == "OtherKey"
    # Nor where a recipient is called by its name.
    made["recipients"][0]["header"]["kid"] = keys[2].thumbprint()
    assert run(scripts, ATTEMPT, sealed=made, key=private(keys[2])) == "OtherKey"


def test_what_was_altered_does_not_open(scripts: Page) -> None:
    key = ECKey.generate_key("P-256")
    whole = sealed(TEXT, key, ECKey.generate_key("P-256"))
    for name in ("protected", "iv", "ciphertext", "tag"):
        other = sealed(TEXT + " ", key, key, cty="text")
        assert run(scripts, ATTEMPT, sealed=whole | {name: other[name]}, key=private(key)) == "DOMException", name


@pytest.mark.parametrize("header", [{"alg": "dir"}, {"alg": "ECDH-ES+A128KW"}, {"enc": "A128GCM"}, {"zip": "DEF"}])
def test_other_ways_of_sealing_are_refused(scripts: Page, header: dict[str, str]) -> None:
    key = ECKey.generate_key("P-256")
    made = sealed(TEXT, key)
    made["recipients"][0]["header"] |= header
    assert run(scripts, ATTEMPT, sealed=made, key=private(key)) == "OtherKey"


def test_a_new_pair_is_good_for_another_library(scripts: Page) -> None:
    pair = run(scripts, "return newPair();")
    key = ECKey.import_key(pair["privateJwk"])
    assert key.thumbprint() == pair["publicJwk"]["kid"] == pair["privateJwk"]["kid"]
    assert "d" not in pair["publicJwk"]
    made = sealed(TEXT, ECKey.import_key(pair["publicJwk"]))
    opened = jwe.decrypt_json(made, key)
    assert opened.plaintext == TEXT.encode()
    assert run(scripts, ATTEMPT, sealed=made, key=pair["privateJwk"]) == TEXT


def test_a_key_file_is_read_again_here_and_elsewhere(scripts: Page) -> None:
    pair = run(scripts, "return newPair();")["privateJwk"]
    open_file = run(scripts, "return written(given.pair, '');", pair=pair)
    assert json.loads(open_file) == pair
    assert run(scripts, READ, file=open_file, phrase="") == pair
    file = run(scripts, "return written(given.pair, given.phrase);", pair=pair, phrase=PASSPHRASE)
    assert pair["d"] not in file
    assert run(scripts, READ, file=file, phrase=PASSPHRASE) == pair
    names = ["PBES2-HS512+A256KW", "A256GCM"]
    found = jwe.decrypt_compact(file.strip(), OctKey.import_key(PASSPHRASE.encode()), names)
    assert json.loads(found.plaintext or b"") == pair
    assert open_key_file(file.encode(), PASSPHRASE) == pair
    # As if by hand: another keyboard composes its letters otherwise.
    assert run(scripts, READ, file=file, phrase=PASSPHRASE.replace("é", "e\u0301")) == pair


def test_a_file_of_another_library_is_read_too(scripts: Page) -> None:
    pair = private(ECKey.generate_key("P-256"))
    header = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "cty": "jwk+json"}
    file = jwe.encrypt_compact(
        header, json.dumps(pair), OctKey.import_key(PASSPHRASE.encode()), list(header.values())[:2]
    )
    assert run(scripts, READ, file=file, phrase=PASSPHRASE) == pair


def test_a_wrong_passphrase_and_a_wrong_file_are_told_apart(scripts: Page) -> None:
    pair = private(ECKey.generate_key("P-256"))
    file = run(scripts, "return written(given.pair, 'benar');", pair=pair)
    for phrase in ("salah", "", None):
        assert run(scripts, READ, file=file, phrase=phrase) == "WrongPassphrase"
    public = {name: value for name, value in pair.items() if name != "d"}
    other = private(ECKey.generate_key("P-384"))
    for wrong in ("", "null", "{}", "[1]", "{", "a.b.c.d.e", "surat biasa", json.dumps(public), json.dumps(other)):
        assert run(scripts, READ, file=wrong, phrase="benar") == "NoKeyFile", wrong
