"""The image, compose file and unit give the service no more than it needs. No container is run here."""

import re
import shutil
import subprocess

import pytest

from tests.test_documentation import ROOT, read


def container(name: str) -> str:
    """What the compose file says of one container."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", read("compose.yaml"), re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_service_runs_read_only_without_capabilities_and_cannot_gain_any() -> None:
    service = container("app")
    assert "    read_only: true\n    tmpfs:\n      - /tmp\n    cap_drop: [ALL]\n" in service
    for name in ("app", "proxy", "database"):
        assert '    security_opt: ["no-new-privileges:true"]\n' in container(name), name
    # It works with a role of its own, which owns nothing.
    assert "CERMIN_DATABASE_URL: postgresql://cermin_service:${SERVICE_PASSWORD" in service
    assert "POSTGRES_USER: cermin\n" in container("database")
    # Whoever may speak to Docker's socket is root.
    assert not re.search(r"privileged: true|docker\.sock|network_mode: host|pid: host", read("compose.yaml"))


def test_the_image_is_of_a_named_base_holds_no_installer_and_is_run_by_nobody_in_particular() -> None:
    file = read("Dockerfile")
    bases = re.findall(r"^FROM (\S+)", file, re.MULTILINE)
    assert bases == ["${PYTHON_IMAGE}"] * 2
    assert "PYTHON_IMAGE: ${PYTHON_IMAGE:-python:3.13-slim}" in container("app")
    last = file.rpartition("\nFROM ")[2]
    assert re.search(r"^USER cermin$", last, re.MULTILINE)
    assert last.index("USER cermin") < last.index("\nCMD ")
    assert not re.search(r"\b(pip|uv|apt-get|curl|wget)\b", last)
    # What is installed is pinned by its digest.
    assert file.count("--require-hashes") == 2
    assert "ADD " not in file


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing")
def test_the_unit_exposes_little() -> None:
    command = [
        "systemd-analyze",
        "security",
        "--offline=true",
        "--threshold=20",
        str(ROOT / "deploy" / "cermin.service"),
    ]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-300:]
