"""What goes wrong with files: each has its message, and nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leukdesk.domain.audit import Act
from leukdesk.domain.batch import BatchModel, BatchOptions
from leukdesk.domain.case import CaseDetails, CaseQuery
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import Failure
from leukdesk.domain.job import ItemResult
from leukdesk.domain.recorded import NewField
from leukdesk.history import backup as backups
from leukdesk.history.backup import Backup, kept
from leukdesk.history.erasure import WhyErased
from leukdesk.history.history import BACKUP_EVERY_S, History
from leukdesk.history.opening import open_for_reading, open_history
from leukdesk.history.recovery import plan, restore, salvage
from tests.other_user import reachable, without_rights
from tests.unit.foundation.test_marked_cells import analysis
from tests.unit.history.conftest import new_finding

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the history is."""
    return tmp_path / "history"


@pytest.fixture
def history(folder: Path) -> Iterator[History]:
    """On SQLite: these are matters of files."""
    opened = open_history(folder)
    yield opened
    opened.close()


def fill(history: History, first: int, count: int) -> None:
    user = history.users.local().id
    for number in range(first, first + count):
        case = history.cases.open(user, CaseDetails(f"24-{number:04d}", f"P-{number}"))
        history.findings.record(user, case.id, [new_finding(number)])


def refused(folder: Path) -> HistoryError:
    with pytest.raises(HistoryError) as error:
        open_history(folder)
    return error.value


def total(history: History) -> int:
    return history.cases.search(CaseQuery()).total


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_may_read_any_file(history: History, folder: Path) -> None:
    fill(history, 0, 2)
    history.backup()
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o077 for path in folder.rglob("*")}
    assert {name for name, mode in modes.items() if mode} == set()
    assert {"history.db", "history.db-wal", "history.head", "history.lock"} <= set(modes)


def test_a_second_instance_is_told_and_may_read(history: History, folder: Path) -> None:
    fill(history, 0, 2)
    error = refused(folder)
    assert error.reason == HistoryReason.IN_USE
    script = "from pathlib import Path; from leukdesk.history.opening import open_history; import sys\n"
    script += "from leukdesk.domain.errors import HistoryError\n"
    script += "try: open_history(Path(sys.argv[1]))\nexcept HistoryError as error: print(error.reason)"
    done = subprocess.run(
        [sys.executable, "-c", script, folder], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "in_use"
    reader = open_for_reading(folder)
    assert total(reader) == 2
    assert reader.verify().intact
    fill(history, 2, 1)
    assert total(reader) == 3
    with pytest.raises(HistoryError) as read_only:
        fill(reader, 9, 1)
    assert read_only.value.reason == HistoryReason.READ_ONLY
    reader.close()


def test_another_program_that_holds_the_database(history: History, folder: Path) -> None:
    fill(history, 0, 1)
    with history.ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(folder / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HistoryError) as locked:
        fill(history, 1, 1)
    assert locked.value.reason == HistoryReason.LOCKED
    other.execute("ROLLBACK")
    other.close()
    fill(history, 1, 1)
    assert total(history) == 2


def test_a_full_disk_loses_nothing_that_was_acknowledged(history: History, folder: Path) -> None:
    fill(history, 0, 3)
    with history.ledger.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
    with pytest.raises(HistoryError) as full:
        fill(history, 3, 300)
    assert full.value.reason == HistoryReason.DISK_FULL
    assert "nothing recorded was lost" in str(full.value)
    verdict = history.verify()
    assert verdict.intact
    assert history.ledger.kept_head() == history.trail.head()
    with history.ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    before = total(history)
    fill(history, 1000, 1)
    assert total(history) == before + 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a small disk")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], check=False).returncode:
        pytest.skip("no rights to mount a disk")
    try:
        history = open_history(disk / "history")
        with pytest.raises(HistoryError) as full:
            fill(history, 0, 10_000)
        assert full.value.reason == HistoryReason.DISK_FULL
        acknowledged = history.trail.head()
        with pytest.raises(HistoryError, match="disk is full"):
            history.backup()
        history.close()
        assert list((disk / "history" / "backups").glob("*.db")) == []
        shutil.copytree(disk / "history", tmp_path / "elsewhere")
        again = open_history(tmp_path / "elsewhere")
        assert again.trail.head() == acknowledged
        assert again.verify().intact
        again.close()
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_may_only_be_read() -> None:
    with reachable() as open_folder:
        folder = open_folder / "history"
        history = open_history(folder)
        fill(history, 0, 2)
        history.close()
        for path in (folder, *folder.iterdir()):
            path.chmod(0o555 if path.is_dir() else 0o444)
        with without_rights():
            error = refused(folder)
            assert error.reason == HistoryReason.READ_ONLY
            assert refused(open_folder / "new").reason == HistoryReason.READ_ONLY
            reader = open_for_reading(folder)
            assert total(reader) == 2
            reader.close()
        folder.chmod(0o755)


def test_a_history_of_a_newer_leukdesk_is_left_alone(folder: Path, history: History) -> None:
    fill(history, 0, 1)
    with history.ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    history.close()
    before = (folder / "history.db").read_bytes()
    error = refused(folder)
    assert error.reason == HistoryReason.NEWER
    assert (folder / "history.db").read_bytes() == before


def test_backups_are_whole_verified_and_owner_only(history: History, folder: Path) -> None:
    fill(history, 0, 3)
    made = history.backup()
    assert (made.seq, made.head) == (history.trail.head().seq, history.trail.head().hash)
    assert backups.backups(folder) == [made]
    assert backups.is_whole(made)
    assert not any(f"24-{number:04d}" in made.path.name for number in range(3))
    made.path.write_bytes(made.path.read_bytes()[:-1] + b"!")
    assert not backups.is_whole(made)


def test_a_backup_of_a_forged_history_is_not_made(history: History, folder: Path) -> None:
    fill(history, 0, 3)
    with history.ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER cases_no_UPDATE")
        connection.exec_driver_sql("UPDATE cases SET patient = 'P-9'")
    with pytest.raises(HistoryError, match="does not verify"):
        history.backup()
    assert backups.backups(folder) == []


def test_a_backup_is_due_after_half_an_hour_of_use(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic() + 2 * BACKUP_EVERY_S
    fill(history, 0, 1)
    assert history.backup_if_due() is not None, "there was none"
    assert history.backup_if_due() is None, "a moment ago"
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert history.backup_if_due() is None, "nothing was recorded since"
    fill(history, 1, 1)
    assert history.backup_if_due() is not None


def test_thinning_keeps_days_weeks_and_months() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    every = [
        Backup(Path(f"{number}.db"), number, "", start + timedelta(minutes=30 * number), "0001", "")
        for number in range(0, 48 * 400, 7)
    ]
    every.reverse()
    stay = sorted(kept(every), key=lambda one: one.seq, reverse=True)
    assert stay[:3] == every[:3]
    assert len({one.made.date() for one in stay[:15]}) >= 12
    assert len(stay) <= 3 + 12 + 10 + 9
    assert stay[-1].made < every[0].made - timedelta(days=210)
    assert kept(stay) == set(stay), "thinning again removes nothing"


def test_erasure_leaves_no_backup_with_the_case(history: History, folder: Path) -> None:
    fill(history, 0, 3)
    history.backup()
    case = history.cases.by_accession("24-0001")
    assert case is not None
    history.erase(history.users.local().id, case.id, WhyErased.REQUEST)
    (left,) = backups.backups(folder)
    assert left.seq == history.trail.head().seq
    assert b"24-0001" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


DAMAGE = {
    "header": lambda data: b"\0" * 100 + data[100:],
    "page": lambda data: data[: 4096 * 3] + bytes(4096 * 6) + data[4096 * 9 :],
    "cut short": lambda data: data[: len(data) // 2],
    "no database": lambda data: b"this is a text file\n" * 1000,
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_database_is_recognised_put_aside_and_restored(folder: Path, damage: str) -> None:
    history = open_history(folder)
    fill(history, 0, 5)
    made = history.backup()
    fill(history, 5, 3)
    last = history.trail.head()
    history.close()
    damaged = DAMAGE[damage]((folder / "history.db").read_bytes())
    (folder / "history.db").write_bytes(damaged)
    error = refused(folder)
    assert error.reason in (HistoryReason.DAMAGED, HistoryReason.BEHIND, HistoryReason.MISSING)
    assert "leukdesk history restore" in error.advice
    chosen = plan(folder)
    assert chosen.backup == made
    assert f"ends at event {made.seq}" in str(chosen)
    done = restore(folder, chosen)
    assert done.aside is not None
    assert (done.aside / "history.db").read_bytes() == damaged
    assert done.from_backup + done.saved + done.missing == last.seq
    again = open_history(folder)
    assert again.verify().intact
    assert total(again) == 5 + (done.saved + 1) // 2
    event = again.trail.events(after=made.seq + done.saved)[0]
    assert event.act == Act.HISTORY_RESTORED
    assert event.changes["missing"] == (0, done.missing)
    assert event.changes["head"][0] == f"{last.seq} {last.hash}"
    fill(again, 100, 1)
    again.close()


@pytest.mark.parametrize("older", [False, True])
def test_batches_are_taken_over_with_their_cells(folder: Path, tmp_path: Path, older: bool) -> None:
    history = open_history(folder)
    user, found = history.users.local().id, analysis()
    model = BatchModel(found.bundle, found.named[0].prediction.classes)
    job = history.jobs.create(user, [found.source.path], options=BatchOptions((model,), cells=True).as_mapping())
    history.jobs.claim(job.id, 1)
    history.jobs.record(user, job.id, [ItemResult(0, NewField(found))])
    history.close()
    if older:  # from before cells were kept so
        with closing(sqlite3.connect(folder / "history.db")) as database:
            database.execute("DROP TABLE job_fields")
    new = open_history(tmp_path / "new")
    salvage(folder / "history.db", new.ledger.engine)
    (field,) = new.jobs.fields(job.id)
    assert isinstance(field, Failure) == older
    new.close()


def test_a_database_that_is_gone_is_not_begun_anew_in_silence(folder: Path) -> None:
    history = open_history(folder)
    fill(history, 0, 2)
    history.backup()
    history.close()
    (folder / "history.db").unlink()
    assert refused(folder).reason == HistoryReason.MISSING
    with pytest.raises(HistoryError, match="database is gone"):
        open_for_reading(folder)
    done = restore(folder, plan(folder))
    assert (done.aside, done.missing) == (None, 0)
    again = open_history(folder)
    assert total(again) == 2
    again.close()


def test_a_damaged_log_is_noticed_by_the_head_file_and_the_backup_brings_most_back(tmp_path: Path) -> None:
    """SQLite itself drops what follows the damage in its log without a word."""
    running = open_history(tmp_path / "running")
    fill(running, 0, 2)
    running.backup()
    fill(running, 2, 4)
    last = running.trail.head()
    folder = tmp_path / "history"
    shutil.copytree(tmp_path / "running", folder)  # as a crash leaves it: the log is not in the database yet
    running.close()
    log = folder / "history.db-wal"
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(data)
    assert refused(folder).reason == HistoryReason.BEHIND
    done = restore(folder, plan(folder))
    assert done.missing > 0
    assert done.missing_from + done.missing - 1 == last.seq
    again = open_history(folder)
    assert again.verify().intact
    again.close()


def test_a_chain_that_was_cut_is_noticed_at_the_start(folder: Path) -> None:
    history = open_history(folder)
    fill(history, 0, 2)
    history.close()
    older = (folder / "history.db").read_bytes()
    history = open_history(folder)
    fill(history, 2, 1)
    last = history.trail.head().seq
    history.close()
    (folder / "history.db").write_bytes(older)
    error = refused(folder)
    assert error.reason == HistoryReason.BEHIND
    assert f"event {last} was recorded" in str(error)
    done = restore(folder, plan(folder))  # no backup: the database itself is all there is
    assert (done.from_backup, done.missing, done.missing_from) == (0, 2, last - 1)
    again = open_history(folder)
    assert total(again) == 2
    again.close()


def test_without_backup_and_database_nothing_is_invented(folder: Path) -> None:
    open_history(folder).close()
    (folder / "history.db").unlink()
    with pytest.raises(HistoryError) as error:
        restore(folder, plan(folder))
    assert error.value.reason == HistoryReason.NO_BACKUP
