"""A release can be built again byte for byte, and says what it is made of."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.test_documentation import ROOT, read

TOOLS = ROOT / ".tools"


def built(checkout: Path) -> Path:
    """The wheel of a checkout's last commit, which the script itself builds twice and compares."""
    command = [str(checkout / "deploy" / "build-wheel"), sys.executable]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [wheel] = (checkout / "dist").glob("*.whl")
    return wheel


@pytest.mark.campaign
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_the_wheel_of_a_commit_has_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    wheels = []
    for name in ("one", "another"):
        checkout = tmp_path / name
        subprocess.run(
            ["git", "clone", "-q", "--no-hardlinks", "--depth", "1", ROOT.as_uri(), str(checkout)], check=True
        )
        wheels.append(built(checkout).read_bytes())
    assert wheels[0] == wheels[1]
    wheel = tmp_path / "one" / "dist"
    [file] = wheel.glob("*.whl")
    with ZipFile(file) as archive:
        names = archive.namelist()
        assert len({part.date_time for part in archive.infolist()}) == 1
    assert {"app/main.py", "alembic.ini", "app/foundation/texts/id.po"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "var/", "docs/")) or name.endswith(".pyc")]


@pytest.mark.campaign
@pytest.mark.skipif(not (TOOLS / "release" / "made").exists(), reason="`make campaign` makes what this needs")
def test_the_bill_of_materials_names_every_library_that_is_pinned_and_fits_its_schema(tmp_path: Path) -> None:
    # `--validate` holds it against the schema of CycloneDX, and fails otherwise.
    for name in ("one.json", "two.json"):
        subprocess.run(
            [
                str(TOOLS / "release" / "bin" / "cyclonedx-py"),
                "environment",
                str(TOOLS / "installed" / "bin" / "python"),
                *("--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--validate"),
                *("-o", str(tmp_path / name)),
            ],
            check=True,
        )
    text = (tmp_path / "one.json").read_text("utf-8")
    assert text == (tmp_path / "two.json").read_text("utf-8")
    document = json.loads(text)
    assert (document["bomFormat"], document["metadata"]["component"]["name"]) == ("CycloneDX", "cermin")
    listed = {component["name"].lower().replace("_", "-"): component for component in document["components"]}
    pinned = set(re.findall(r"^([\w.-]+)==", read("requirements/run.txt"), re.MULTILINE)) - {"colorama"}
    assert listed.keys() == pinned
    assert all(component.get("purl", "").startswith("pkg:pypi/") for component in listed.values())
    # What can be installed nowhere but here is in nobody's list.
    assert str(ROOT) not in text


def test_what_the_targets_make_is_never_committed() -> None:
    assert "dist/" in read(".gitignore").splitlines()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
def test_the_script_of_the_wheel_is_well_formed() -> None:
    subprocess.run(["bash", "-n", str(ROOT / "deploy" / "build-wheel")], check=True)
