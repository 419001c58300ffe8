"""What the documents promise is there: every setting, every problem code, every text in both languages."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from app.foundation.http.expected import EXPECTED, PATTERNS
from app.foundation.problem_codes import FIELD_MESSAGES, KINDS
from app.foundation.settings import Settings
from app.foundation.translations import catalogues

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    """A document of the repository."""
    return (ROOT / name).read_text("utf-8")


ROWS_OF_SETTINGS = re.compile(r"^\| `(CERMIN_\w+)` \| (.+?) \|", re.MULTILINE)


@pytest.mark.parametrize("language", ["", ".id"])
def test_every_setting_stands_in_the_readme_or_the_guide_with_its_default(language: str) -> None:
    first = dict(ROWS_OF_SETTINGS.findall(read(f"README{language}.md")))
    tuning = dict(ROWS_OF_SETTINGS.findall(read(f"docs/settings{language}.md")))
    assert first.keys() & tuning.keys() == set()
    assert len(first) <= 12, "what only few need stands in the guide"
    rows = first | tuning
    expected = {f"CERMIN_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert rows.keys() == expected.keys()
    for name, default in expected.items():
        if default is not None:
            shown = rows[name].strip("`")
            value = getattr(default, "value", default)
            assert shown == str(int(value) if isinstance(value, float) else value), name


@pytest.mark.parametrize("document", ["docs/api.md", "docs/api.id.md"])
def test_every_code_stands_in_the_api_guide(document: str) -> None:
    text = read(document)
    missing = [code for code in (*KINDS, *FIELD_MESSAGES) if f"`{code}`" not in text]
    assert missing == []


def test_every_problem_has_indonesian_words() -> None:
    texts = {kind.title for kind in KINDS.values()} | {kind.detail for kind in KINDS.values()}
    texts |= set(FIELD_MESSAGES.values()) | {expected for _, expected in EXPECTED.values()} | set(PATTERNS.values())
    assert texts - set(catalogues()["id"]) == set()


def test_translated_sentences_name_the_same_values() -> None:
    names = re.compile(r"\{(\w+)\}")
    for english, indonesian in catalogues()["id"].items():
        assert sorted(names.findall(english)) == sorted(names.findall(indonesian)), english


def test_every_text_of_a_page_has_indonesian_words() -> None:
    used = set()
    for template in (ROOT / "app").glob("*/templates/*.html"):
        used |= set(re.findall(r"_\(['\"](.+?)['\"]\)", template.read_text("utf-8")))
    assert used
    assert used - set(catalogues()["id"]) == set()


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert dead == []


@pytest.mark.long
def test_every_file_that_the_documents_name_is_there() -> None:
    documents = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    gone = []
    for document in documents:
        # A name without a folder is of the room named just before, and is looked for anywhere.
        for name in re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.(?:py|toml))`", document.read_text("utf-8")):
            known = name == "0002_what.py" or any((ROOT / top / name).exists() for top in ("", "app", "tests"))
            if not known and not (
                "/" not in name and any([*(ROOT / "app").rglob(name), *(ROOT / "tests").rglob(name)])
            ):
                gone.append(f"{document.name}: {name}")
    assert gone == []


def test_the_rooms_of_the_architecture_are_those_of_the_contract_in_its_order() -> None:
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    described = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", read("docs/architecture.md"), re.MULTILINE)
    assert described == contract["layers"]


def test_compose_passes_every_setting_but_where_it_listens() -> None:
    passed = set(re.findall(r"^      CERMIN_(\w+):", read("compose.yaml").partition("  app:\n")[2], re.MULTILINE))
    # There Caddy speaks TLS.
    listening = {"HOST", "PORT", "TLS_PORT", "TLS_NAMES", "CERTIFICATE_FOLDER"}
    assert {name.upper() for name in Settings.model_fields} - passed == listening
    volumes = read("compose.yaml").rpartition("\nvolumes:\n")[2].split()
    assert volumes == ["database:", "secret:", "signing:", "certificates:"]


def test_the_unit_for_systemd_is_well_formed(tmp_path: Path) -> None:
    judge = shutil.which("systemd-analyze")
    if judge is None:
        pytest.skip("systemd-analyze is missing")
    # The programs it starts are not there.
    unit = tmp_path / "cermin.service"
    unit.write_text(read("deploy/cermin.service").replace("/opt/cermin/.venv/bin/cermin", "/bin/true"), "utf-8")
    found = subprocess.run([judge, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_the_repository_names_no_package_host_and_no_path_of_a_machine() -> None:
    for file in (ROOT / "requirements").iterdir():
        assert "://" not in file.read_text("utf-8"), file.name
