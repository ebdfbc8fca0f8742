"""`leukdesk history` and `leukdesk classify --record`: from files to a case, found, proven, taken out, brought back."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from leukdesk import paths
from leukdesk.bootstrap import Workbench
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.domain.user import Role
from leukdesk.settings import Settings
from tests.command_line import Answer, in_own_process, in_process
from training.datasets import load_dataset

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"


def leukdesk(capsys: pytest.CaptureFixture[str], *words: object) -> Answer:
    return in_process(capsys, *words)


def record(capsys: pytest.CaptureFixture[str], folder: Path, *words: object) -> Answer:
    return leukdesk(capsys, "classify", folder, "--model", "phantom-demo", "--record", "24-0117", *words)


@pytest.fixture
def recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder of four phantoms and a damaged file, recorded in case 24-0117."""
    folder = tmp_path / "smears"
    folder.mkdir()
    for path in sorted(SAMPLE.glob("*.png"))[:4]:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "half.png").write_bytes(path.read_bytes()[:1000])
    answer = record(capsys, folder, "--out", tmp_path / "r.csv")
    assert answer.status == 3, "one file is damaged"
    assert "the new case 24-0117" in answer.err
    return folder


def test_classify_records_what_it_writes(recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["label"]]
    found = leukdesk(capsys, "history", "search", "24-01", "phantom")
    assert found.status == 0
    assert re.search(r"24-0117 .* open +4 ", found.out)
    answer = leukdesk(capsys, "history", "export", "24-0117", "--out", tmp_path / "case.json")
    assert answer.status == 0
    case = json.loads((tmp_path / "case.json").read_text(encoding="utf-8"))
    assert [one["sha256"] for one in case["images"]] == [row["sha256"] for row in rows]
    assert [one["label"] for one in case["findings"]] == [row["label"] for row in rows]
    assert [f"{one['probability']:.7f}" for one in case["findings"]] == [row["probability"] for row in rows]
    assert [event["act"] for event in case["timeline"]][-1] == "case.exported"
    assert leukdesk(capsys, "history", "export", "24-0117", "--out", tmp_path / "case.csv").status == 0
    with (tmp_path / "case.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["answer"] for row in csv.DictReader(stream)] == [row["label"] for row in rows]
    again = record(capsys, recorded)
    assert "Recording in case 24-0117" in again.err
    assert re.search(r"24-0117 .* open +4 ", leukdesk(capsys, "history", "search").out), "the same images, once"


def test_verify_backup_damage_restore(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = leukdesk(capsys, "history", "verify")
    assert whole.status == 0
    assert "intact. Head " in whole.out
    assert leukdesk(capsys, "history", "backup").status == 0
    database = paths.history_folder() / "history.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE case_index SET patient = 'X'")
    forged = leukdesk(capsys, "history", "verify")
    assert forged.status == 3
    assert "NOT intact" in forged.out
    assert leukdesk(capsys, "history", "verify", "--mend").status == 0
    database.write_bytes(b"\0" * 8192)
    for words in (("history", "backup"), ("classify", recorded, "--model", "phantom-demo", "--record", "x")):
        damaged = leukdesk(capsys, *words)
        assert damaged.status == 2
        assert "leukdesk history restore" in damaged.err
    asked = leukdesk(capsys, "history", "restore")
    assert asked.status == 2
    assert "newest good backup" in asked.out
    done = leukdesk(capsys, "history", "restore", "--yes")
    assert "Nothing that was recorded is missing" in done.out
    assert done.status == 0
    assert leukdesk(capsys, "history", "verify").status == 0


def test_reviewed_images_become_a_folder_that_training_reads(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Workbench(Settings())
    history = bench.history()
    user = history.users.local().id
    case = history.cases.by_accession("24-0117")
    assert case is not None
    images = history.findings.images(case.id)
    for image, label in zip(images, ["blasts", "lymphocytes", "blasts", NOT_CLASSED], strict=True):
        history.reviews.label(user, image.id, label)
    images[2].path.write_bytes(b"something else")
    bench.close()
    answer = leukdesk(capsys, "history", "export", "--for-training", tmp_path / "set")
    assert answer.status == 3
    assert "other content" in answer.err
    dataset = load_dataset(tmp_path / "set")
    assert [one.label for one in dataset.samples] == ["blasts", "lymphocytes"]
    assert {one.sha256 for one in dataset.samples} == {one.sha256 for one in images[:2]}
    assert len({one.group for one in dataset.samples}) == 1
    written = "".join(str(path) for path in (tmp_path / "set").rglob("*")) + (tmp_path / "set/manifest.csv").read_text()
    assert "phantom-0" not in written.replace(str(tmp_path), "")
    assert "24-0117" not in written
    assert leukdesk(capsys, "history", "export", "--for-training", tmp_path / "set").status == 2, "not empty"


def test_erase_and_refusals(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leukdesk(capsys, "history", "erase", "nothing", "--why", "request").status == 2
    assert leukdesk(capsys, "history", "export", "24-0117").status == 2
    erased = leukdesk(capsys, "history", "erase", "24-0117", "--why", "request")
    assert "tombstone is event" in erased.out
    assert leukdesk(capsys, "history", "verify").status == 0
    stored = b"".join(path.read_bytes() for path in paths.history_folder().rglob("*") if path.is_file())
    for gone in (b"24-0117", b"phantom-01", str(recorded).encode()):
        assert gone not in stored


def test_without_history_there_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    answer = leukdesk(capsys, "history", "search")
    assert answer.status == 2
    assert "no case history yet" in answer.err
    assert not paths.history_folder().exists()


def test_an_account_with_a_password_is_asked_for_it(capsys: pytest.CaptureFixture[str], recorded: Path) -> None:
    bench = Workbench(Settings())
    users = bench.history().users
    local = users.local()
    users.add(local.id, "Anna", Role.REVIEWER, "secret word")
    users.change(local.id, local.id, password="another word")
    bench.close()
    for words in (("history", "export", "24-0117", "--out", "c.json"), ("classify", recorded, "--record", "24-2")):
        answer = leukdesk(capsys, *words)
        assert answer.status == 2
        assert "has a password" in answer.err


IDENTIFIERS = [f"{kind}{number:03d}zq" for number in range(100) for kind in ("Accn", "Patn", "Fold", "File", "Note")]


def test_five_hundred_identifiers_are_in_no_log_name_or_temporary_file(tmp_path: Path, user_folder: Path) -> None:
    """Planted in cases, comments, paths and names; then work, refusals, damage and a bug."""
    temporary, smears = tmp_path / "tmp", tmp_path / "smears"
    temporary.mkdir()
    bench = Workbench(Settings())
    history = bench.history()
    user = history.users.local().id
    picture = next(SAMPLE.glob("*.png")).read_bytes()
    for number in range(100):
        accession, patient, folder, file, note = IDENTIFIERS[5 * number : 5 * number + 5]
        path = smears / folder / f"{file}.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(picture if number < 2 else picture[:500])
        case = history.cases.open(user, CaseDetails(accession, patient))
        history.reviews.comment(user, case.id, note)
    history.backup()
    bench.close()
    environment = {"TMPDIR": str(temporary), "LEUKDESK_DATA": str(user_folder)}
    commands = [
        (
            "classify",
            smears,
            "--recursive",
            "--model",
            "phantom-demo",
            "--record",
            "Accn000zq",
            "--out",
            tmp_path / "o.csv",
        ),
        ("classify", smears / "Fold000zq" / "gone.png", "--record", "Accn001zq"),
        ("history", "search", "Patn005zq"),
        ("history", "export", "Accn777zq", "--out", tmp_path / "x.csv"),
        ("history", "erase", "Accn001zq", "--why", "request"),
        ("history", "backup"),
        ("history", "verify"),
    ]
    for words in commands:
        in_own_process(*words, **environment)
    bug = "from leukdesk import logs, paths; logs.start(paths.log_folder()); logs.record_bugs()\n"
    bug += "from leukdesk.bootstrap import Workbench\nfrom sqlalchemy import text\n"
    bug += "with Workbench().history().ledger.writing() as tx:\n"
    bug += "    tx.execute(text('SELECT :a FROM nowhere').bindparams(a='Patn003zq Accn003zq'))"
    everything = {**os.environ, **environment}
    broken = subprocess.run(
        [sys.executable, "-c", bug], env=everything, capture_output=True, text=True, timeout=60, check=False
    )
    assert broken.returncode
    (paths.history_folder() / "history.db").write_bytes(b"\0" * 4096)
    in_own_process("history", "backup", **environment)
    logs = "".join(path.read_text("utf-8") for path in paths.log_folder().iterdir())
    assert "OperationalError" in logs
    assert "DAMAGED" in logs or "damaged" in logs
    names = "".join(str(path.relative_to(user_folder)) for path in user_folder.rglob("*"))
    left = "".join(f"{path.name}{path.read_bytes()!r}" for path in temporary.rglob("*") if path.is_file())
    assert [one for one in IDENTIFIERS for text in (logs, names, left, broken.stderr) if one in text] == []
