"""What compose.citus.yaml says fits what it is laid over, the program and the image's Dockerfile. Nothing is run."""

import json
import re

import typer

from app.cli.program import program
from app.foundation.settings import Settings
from tests.test_documentation import read

FILE, UNDER = read("compose.citus.yaml"), read("compose.yaml")
# What all nodes share.
NODE = FILE.partition("\nx-node: &node\n")[2].partition("\nservices:\n")[0]
NODES = ("database", "worker-1", "worker-2")


def part(file: str, name: str) -> str:
    """What a compose file says of one container."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", file, re.MULTILINE)
    assert found is not None, name
    return found[1]


def services(file: str) -> list[str]:
    """The containers of a compose file."""
    return re.findall(
        r"^  ([a-z0-9-]+):$", file.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0], re.MULTILINE
    )


def value(text: str, name: str) -> str:
    """What is said after this name."""
    found = re.findall(rf"^ +{name}: (.*)$", text, re.MULTILINE)
    assert len(found) == 1, name
    return str(found[0])


def test_every_node_is_the_same_and_knows_what_the_others_ask_for() -> None:
    for name in NODES:
        assert part(FILE, name).lstrip().startswith("<<: *node\n"), name
    # The same database and owner as on one server.
    for name in ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"):
        assert value(NODE, name) == value(part(UNDER, "database"), name)
    # One node signs in at another with what is in its environment.
    assert value(NODE, "PGPASSWORD") == value(NODE, "POSTGRES_PASSWORD")
    command = json.loads(value(NODE, "command"))
    assert command[0] == "postgres"
    assert dict(each.split("=") for each in command[2::2]) == {
        "shared_preload_libraries": "citus",
        "wal_level": "logical",
    }
    assert set(command[1::2]) == {"-c"}


def test_the_data_lie_in_volumes_of_their_own_one_a_node() -> None:
    volumes = FILE.rpartition("\nvolumes:\n")[2].replace(":", "").split()
    used = re.findall(r"^      - ([a-z0-9-]+):(/\S+)$", FILE, re.MULTILINE)
    assert [name for name, _ in used] == volumes == list(NODES[1:])
    folders = {folder for _, folder in used}
    # The coordinator's is that of the one server.
    assert f"      - database:{folders.pop()}\n" in part(UNDER, "database")
    assert not folders


def test_the_coordinator_is_told_of_itself_and_of_every_worker_before_the_service_starts() -> None:
    cluster = part(FILE, "cluster")
    said = re.findall(r"--command=(SELECT .*)$", cluster, re.MULTILINE)
    assert said == [
        "SELECT citus_set_coordinator_host('database', 5432)",
        *(f"SELECT citus_add_node('{worker}', 5432)" for worker in NODES[1:]),
    ]
    for option, name in (("host", "database"), ("username", "cermin"), ("dbname", "cermin")):
        assert f"      - --{option}={name}\n" in cluster
    waited_for = cluster.partition("depends_on:\n")[2]
    assert re.findall(r"^      ([a-z0-9-]+):\n        condition: service_healthy$", waited_for, re.MULTILINE) == list(
        NODES
    )
    assert "      cluster:\n        condition: service_completed_successfully\n" in part(FILE, "app")
    assert set(services(FILE)) == {*NODES, "cluster", "app"}
    assert {"database", "app"} <= set(services(UNDER))


def test_the_service_is_started_as_the_image_starts_it_and_distributes_before() -> None:
    app = part(FILE, "app")
    shell = json.loads(value(app, "command"))
    started = re.findall(r"^CMD (\[\"sh\".*)$", read("Dockerfile"), re.MULTILINE)
    assert [json.loads(each) for each in started] == [[*shell[:2], shell[2].replace("cermin distribute && ", "")]]
    known = typer.main.get_command(program).commands.keys()  # type: ignore[attr-defined]  # a group
    assert set(re.findall(r"cermin (\w+)", shell[2])) <= known
    assert set(re.findall(r"CERMIN_(\w+):", app)) <= {name.upper() for name in Settings.model_fields}
    # With the service's own role, and the password that the nodes know.
    address = value(app, "CERMIN_DATABASE_URL")
    password = value(NODE, "POSTGRES_PASSWORD")
    assert address == f"postgresql://cermin_service:{password}@database/cermin"
    assert address.replace(password, "") == value(part(UNDER, "app"), "CERMIN_DATABASE_URL").replace(
        "${SERVICE_PASSWORD:?set it in .env}", ""
    )
