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


def images(name: str) -> list[str]:
    """The images that a compose file takes from a registry."""
    return re.findall(r"^ +image: (\S+)$", read(name), re.MULTILINE)


PINNED = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z0-9.-]+@sha256:[0-9a-f]{64}")
# Nobody has told a digest of this one in public, and no registry was asked; it is for a look at a cluster, and whoever
# runs one names the image (docs/citus.md).
BY_TAG = {"${CITUS_IMAGE:-citusdata/citus:13.0.3}"}


def test_every_image_is_named_by_version_and_digest() -> None:
    file = read("Dockerfile")
    base = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", file, re.MULTILINE)
    assert len(base) == 1
    taken = base + images("compose.yaml") + images("compose.citus.yaml")
    assert len(images("compose.yaml")) == 2
    assert [image for image in taken if not PINNED.fullmatch(image)] == sorted(BY_TAG) * 2
    # Nothing else is fetched: no stage of another image, and no front end of BuildKit.
    assert re.findall(r"^FROM (\S+)", file, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2
    assert re.findall(r"--from=(\S+)", file) == ["build"]
    assert "syntax=" not in file.partition("\n")[0]
    # The digest stands once: compose hands on what the environment names, or nothing.
    assert re.search(r"^ +PYTHON_IMAGE:$", container("app"), re.MULTILINE)


def test_the_image_holds_no_installer_and_is_run_by_nobody_in_particular() -> None:
    file = read("Dockerfile")
    last = file.rpartition("\nFROM ")[2]
    assert re.search(r"^USER cermin$", last, re.MULTILINE)
    assert last.index("USER cermin") < last.index("\nCMD ")
    assert "python -m pip uninstall --yes --quiet pip" in last
    assert not re.search(r"\b(pip install|uv|apt-get|curl|wget)\b", last)
    # What is installed is pinned by its digest, and compiled, as nothing can be kept later.
    assert file.count("--require-hashes") == 2
    assert file.count("--compile-bytecode") == 2
    assert "ADD " not in file


def test_whoever_starts_the_service_waits_for_a_long_migration() -> None:
    # systemd would end it after 90 seconds, and compose gives up on a container that is unhealthy.
    assert re.search(r"^TimeoutStartSec=infinity$", read("deploy/cermin.service"), re.MULTILINE)
    assert "HEALTHCHECK --interval=10s --timeout=3s --start-period=30m" in read("Dockerfile")


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
