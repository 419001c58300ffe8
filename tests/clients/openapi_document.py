"""The OpenAPI document as a file, and programs of npm that judge it."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from app.foundation.settings import Settings
from app.main import create_app
from tests.house import SECRET

ROOT = Path(__file__).parents[2]
# Exact, as nothing else pins them: what npm installs is no part of the service and is never committed.
PACKAGES = ("@redocly/cli@2.77.0", "openapi-typescript@7.13.0", "typescript@5.9.3")
NODE = ROOT / ".tools/node"


def document() -> dict[str, Any]:
    """The document of a service that was never started."""
    # Opening the service makes its database's file.
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/cermin.db", secret=SECRET)
        return create_app(settings).openapi()


def written(folder: Path) -> Path:
    """The document in a file."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(document()), "utf-8")
    return file


def operations(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation by its name."""
    return {each["operationId"]: each for path in found["paths"].values() for each in path.values()}


def node_program(name: str) -> str:
    """A program of npm, installed on first use; without npm or the network the test is left out."""
    if shutil.which("npm") is None:
        pytest.skip("npm is missing")
    marker = NODE / "made"
    if not marker.exists() or marker.read_text("utf-8") != " ".join(PACKAGES):
        command = [
            "npm",
            "install",
            "--prefix",
            str(NODE),
            "--no-save",
            "--no-fund",
            "--no-audit",
            "--silent",
            *PACKAGES,
        ]
        NODE.mkdir(parents=True, exist_ok=True)
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("npm cannot install here; is there a network?")
        marker.write_text(" ".join(PACKAGES), "utf-8")
    return str(NODE / "node_modules/.bin" / name)
