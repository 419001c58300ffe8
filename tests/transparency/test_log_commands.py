"""`cermin log`, `cermin witness` and `cermin verify --policy`, as an agency, an inspectorate and a reader type them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.foundation.storage.installation import put_fact
from tests.audit_trail import recorded
from tests.closing.steps import report
from tests.house import SECRET, House
from tests.transparency.houses import change, closed, rate

pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]
NAME = "insp.example/w1"


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin …` on the database of the house; no answer is ever a traceback."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setenv("CERMIN_SIGNING_KEY_FILE", str(key_file))
    context.settings.cache_clear()

    def invoke(*arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(program, [str(argument) for argument in arguments])
        assert result.exit_code == status, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    yield invoke
    context.settings.cache_clear()


def said(result: Result) -> str:
    """All it printed, without the line breaks of a narrow terminal."""
    return " ".join(result.output.split())


@pytest.mark.long
def test_from_a_final_report_to_a_proof_that_a_witness_has_seen(
    office: House, run: Run, key_file: Path, tmp_path: Path
) -> None:
    closed(office, key_file)
    web, witness, policy = tmp_path / "web", tmp_path / "witness", tmp_path / "policy"
    run("log", "inventory", "kota")
    assert "files written" in said(run("log", "publish", web, "--agency", "kota"))
    shown = run("log", "show", "kota").stdout
    [log_key] = [line.split()[1] for line in shown.splitlines() if line.startswith("log ")]
    witness_key = run("witness", NAME, "--folder", witness).stdout.strip()
    policy.write_text(f"log {log_key}\nwitness inspektorat {witness_key}\nquorum inspektorat\n")

    file = tmp_path / "report.json"
    found = report(office, "E001")
    run("report", "kota", "employee", "2026-10", "--unit", "E001", "--format", "json", "--out", tmp_path / "out")
    [file] = (tmp_path / "out").iterdir()
    # The log has it, and nobody has seen that yet.
    assert "too few witnesses have seen the checkpoint: none" in said(run("verify", file, "--policy", policy, status=2))

    assert "cosigned" in said(run("witness", NAME, log_key, web / "kota", "--folder", witness))
    assert "1 new" in said(run("log", "cosigned", "kota", witness / "public", "--policy", policy))
    [cosigned] = (witness / "public").rglob("checkpoint")
    again = run("log", "cosigned", "kota", cosigned, "--policy", policy, status=1)
    assert "Nothing new was cosigned" in said(again)
    [(_, actor, size)] = recorded(office.database, "log.cosigned")
    assert (actor, int(size) > 0) == ("cli", True)
    run("log", "publish", web)
    assert (web / "kota" / "checkpoint").read_bytes() == cosigned.read_bytes()

    for form in ("json", "pdf"):
        out = tmp_path / form
        run("report", "kota", "employee", "2026-10", "--unit", "E001", "--format", form, "--out", out)
        [file] = out.iterdir()
        told = said(run("verify", file, "--policy", policy))
        assert "valid: everything is as it was signed" in told
        assert "seen by inspektorat" in told
        assert "there is a proof, which --policy checks" in said(run("verify", file))

    proof = tmp_path / "e001.tlog-proof"
    proof.write_text(run("log", "proof", "kota", found["id"]).stdout)
    bare = tmp_path / "bare.json"
    envelope = json.loads((next((tmp_path / "json").iterdir())).read_text())
    assert envelope.pop("proof") == proof.read_text()
    bare.write_text(json.dumps(envelope))
    assert "pending" in said(run("verify", bare, "--policy", policy, status=2))
    assert "log" not in said(run("verify", bare))
    assert "seen by inspektorat" in said(run("verify", bare, "--policy", policy, "--proof", proof))
    # Somebody else's proof, and what is none.
    other = report(office, "E002")["id"]
    proof.write_text(run("log", "proof", "kota", other).stdout)
    assert "not about this report" in said(run("verify", bare, "--policy", policy, "--proof", proof, status=1))
    proof.write_text("no proof")
    run("verify", bare, "--policy", policy, "--proof", proof, status=2)
    # Whoever asks for no witness still asks for the log.
    policy.write_text(f"log {log_key}\nquorum none\n")
    assert "valid" in said(run("verify", next((tmp_path / "json").iterdir()), "--policy", policy))
    policy.write_text("quorum\n")
    assert "line 1 of the policy" in said(run("verify", bare, "--policy", policy, status=2))


@pytest.mark.long
def test_a_fork_is_refused_by_the_witness_with_its_own_status(house: House, run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        run("log", "inventory", "kota")
    run("log", "publish", tmp_path / "web", "--agency", "kota")
    log_key = run("log", "show", "kota").stdout.split("\nlog ")[1].split("\n")[0]
    arguments = ("witness", NAME, log_key, tmp_path / "web" / "kota", "--folder", tmp_path / "w")
    run(*arguments)
    for table in ("log_entry", "inventory_part", "log_checkpoint"):
        change(house.database, f"DELETE FROM {table}")
    rate(house, 1)
    for _ in range(3):
        run("log", "inventory", "kota")
    assert "would be a fork" in said(run("log", "publish", tmp_path / "web", "--agency", "kota", status=1))
    # The log here goes on without what was published: it is forked, and nothing is brought back.
    assert "brought back" in said(run("log", "recover", "kota", tmp_path / "web" / "kota", status=1))
    assert recorded(house.database, "log.recovered") == []
    run("log", "publish", tmp_path / "other", "--agency", "kota")
    forked = ("witness", NAME, log_key, tmp_path / "other" / "kota", "--folder", tmp_path / "w")
    assert "Not cosigned: forked or rewritten" in said(run(*forked, status=1))
    assert "cosigned" in said(run(*arguments))


@pytest.mark.long
def test_a_check_says_what_was_done_to_the_rows(house: House, run: Run) -> None:
    rate(house, 3)
    assert "log entries" not in run("check", "kota").output
    run("log", "inventory", "kota")
    assert "checked 1 log entries" in said(run("check", "kota"))
    change(house.database, "UPDATE rating SET sheet = '111'")
    assert said(run("check", "kota", status=1)).count("was edited") == 3
    change(house.database, "DELETE FROM rating")
    told = said(run("log", "inventory", "kota"))
    assert "inventory 2: 0 rows listed" in told
    assert said(run("check", "kota", status=1)).count("was deleted") == 3


@pytest.mark.long
def test_a_log_that_was_taken_away_is_missed(house: House, run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        run("log", "inventory", "kota")
    web = tmp_path / "web"
    run("log", "publish", web, "--agency", "kota")
    run("check", "--published", web)
    for table in ("log_entry", "inventory_part", "log_checkpoint"):
        change(house.database, f"DELETE FROM {table}")
    run("check", "kota")
    assert "2 entries were published, and the log has 0" in said(run("check", "--published", web, status=1))
    for _ in range(3):
        run("log", "inventory", "kota")
    told = said(run("check", "kota", "--published", f"{web}/", status=1))
    assert "does not begin with the 2 entries that were published" in told
    (web / "kota" / "checkpoint").write_text("damaged")
    assert "cannot be compared" in said(run("check", "kota", "--published", web, status=1))
    run("log", "inventory", "desa")
    run("log", "publish", tmp_path / "other", "--agency", "desa")
    (web / "kota" / "checkpoint").write_bytes((tmp_path / "other" / "desa" / "checkpoint").read_bytes())
    assert "not signed with the key of this log" in said(run("check", "kota", "--published", web, status=1))
    # Without anything published the installation remembers that there was an inventory.
    with house.database.writing() as session:
        put_fact(session, "inventory", "2026-11-29")
    for table in ("log_entry", "inventory_part", "log_checkpoint"):
        change(house.database, f"DELETE FROM {table}")
    assert "the log is empty, though an inventory was taken" in said(run("check", "kota", status=1))


@pytest.mark.long
def test_what_an_inventory_leaves_out_is_said_and_can_be_accepted(house: House, run: Run) -> None:
    rate(house, 1)
    run("log", "inventory", "kota")
    rate(house, 1)
    change(house.database, "DELETE FROM trace")
    assert "1 rows were left out" in said(run("log", "inventory", "kota"))
    assert "left no trace" in said(run("check", "kota", status=1))
    assert "1 rows listed" in said(run("log", "inventory", "kota", "--accept"))
    run("check", "kota")
    assert recorded(house.database, "inventory.accepted") == [("inventory.accepted", "cli", "3")]


@pytest.mark.long
def test_what_was_published_is_brought_back_and_the_trail_says_so(house: House, run: Run, tmp_path: Path) -> None:
    rate(house, 1)
    for _ in range(2):
        run("log", "inventory", "kota")
    run("log", "publish", tmp_path / "web", "--agency", "kota")
    for table in ("log_entry", "inventory_part", "log_checkpoint"):
        change(house.database, f"DELETE FROM {table}")
    assert "2 entries" in said(run("log", "recover", "kota", tmp_path / "web" / "kota"))
    assert recorded(house.database, "log.recovered") == [("log.recovered", "cli", "2")]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("log", "show", "none"), 1, "There is no agency none"),
        (("log", "publish"), 1, "Name a folder"),
        (("log", "publish", "{tmp}/x", "--agency", "kota"), 0, "nothing is logged yet"),
        (("log", "proof", "kota", "00000000-0000-0000-0000-000000000000"), 1, "There is no proof"),
        (("log", "cosigned", "kota", "{tmp}", "--policy", "{tmp}/none"), 1, "cannot be read"),
        (("log", "cosigned", "kota", "{tmp}", "--policy", "{tmp}/bad"), 1, "line 1 of the policy"),
        (("log", "cosigned", "kota", "{tmp}", "--policy", "{tmp}/good"), 1, "has seen nothing of the log"),
        (("log", "cosigned", "kota", "{tmp}/bad", "--policy", "{tmp}/good"), 1, "no signatures"),
        (("log", "recover", "kota", "{tmp}"), 1, "Nothing was brought back"),
        (("witness", "a b"), 2, "no spaces"),
        (("witness", NAME, "x", "{tmp}", "--folder", "{tmp}/w"), 2, "verifier key"),
        (("witness", NAME, "{witness}", "{tmp}", "--folder", "{tmp}/w"), 2, "no key of a log"),
        (("witness", NAME, "--folder", "{tmp}/bad"), 2, "cannot be used"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    house: House, run: Run, tmp_path: Path, arguments: tuple[str, ...], status: int, told: str
) -> None:
    (tmp_path / "bad").write_text("whatever")
    (tmp_path / "good").write_text("quorum none")
    witness = "insp.example/w1+c6b70331+BNo8Oc+fZWcHByuNuHlpBmgzWwErrB0tVkA7cRGEuJB4"
    given = [each.replace("{tmp}", str(tmp_path)).replace("{witness}", witness) for each in arguments]
    assert told in said(run(*given, status=status))


@pytest.mark.long
def test_a_witness_that_nobody_knows_is_not_taken(house: House, run: Run, tmp_path: Path) -> None:
    run("log", "inventory", "kota")
    run("log", "publish", tmp_path / "web", "--agency", "kota")
    log_key = run("log", "show", "kota").stdout.split("\nlog ")[1].split("\n")[0]
    run("witness", NAME, log_key, tmp_path / "web" / "kota", "--folder", tmp_path / "w")
    (tmp_path / "policy").write_text("quorum none")
    policy = ("--policy", tmp_path / "policy")
    told = said(run("log", "cosigned", "kota", tmp_path / "w" / "public", *policy, status=1))
    assert "no witness of the policy has cosigned" in told
    # A checkpoint of the same size with another root is none of ours, whoever signed it.
    change(house.database, "UPDATE log_checkpoint SET note = replace(note, 'log/kota', 'log/kotb')")
    told = said(run("log", "cosigned", "kota", tmp_path / "web" / "kota" / "checkpoint", *policy, status=1))
    assert "none that this log has signed" in told
