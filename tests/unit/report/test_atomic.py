"""Output files are whole or not there, and a refusal says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leukdesk.domain.errors import OutputError
from leukdesk.report.atomic import replacing, write_whole
from tests.other_user import without_rights


def write(path: Path, text: str) -> None:
    with replacing(path) as stream:
        stream.write(text)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "r.csv", "ä\n")
    assert (tmp_path / "r.csv").read_bytes() == "ä\n".encode()
    assert left_in(tmp_path) == ["r.csv"]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    write(path, "old")
    with replacing(path) as stream:
        stream.write("new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_exception_the_old_file_is_there_and_no_rest(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "r.csv"
    write(path, "old")

    def interrupted() -> None:
        with replacing(path) as stream:
            stream.write("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_text() == "old"
    assert left_in(tmp_path) == ["r.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions or links")
def test_permissions_and_links_survive(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    write(real, "old")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_name_that_is_no_unicode_is_written_readably(tmp_path: Path) -> None:
    write(tmp_path / "r.csv", os.fsdecode(b"caf\xe9.jpg"))
    assert (tmp_path / "r.csv").read_text(encoding="utf-8") == "caf\\udce9.jpg"


def test_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "own").mkdir()
    cases = {
        "no_folder": [tmp_path / "none" / "r.csv", tmp_path / "file" / "r.csv"],
        "is_folder": [tmp_path / "own"],
    }
    for reason, paths in cases.items():
        for path in paths:
            with pytest.raises(OutputError) as refused, replacing(path):
                pytest.fail("the block must not run")
            assert refused.value.reason == reason
            assert refused.value.subject == str(path)
            assert refused.value.advice


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_forbidden_places_are_refused(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir()
    shut.chmod(0o555)
    for path in (shut / "r.csv", shut / "x" / "r.csv"):
        with without_rights(), pytest.raises(OutputError) as refused, replacing(path, make_folder=True):
            pytest.fail("the block must not run")
        assert refused.value.reason == "permission"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_write_protected_file_is_not_replaced_behind_its_owners_back(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    path = tmp_path / "signed.csv"
    write(path, "signed")
    path.chmod(0o444)
    with without_rights():
        for attempt in (lambda: write(path, "other"), lambda: write_whole(path, b"other")):
            with pytest.raises((OutputError, PermissionError)):
                attempt()
    assert path.read_text() == "signed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("call", ["write_whole(path, b'x' * 100_000)", "write(path, 'x' * 100_000)"])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, repository: Path, call: str) -> None:
    """A limit on the size of files stands for the full disk: the same call fails in the same way."""
    script = f"""
import resource, sys
from pathlib import Path
from leukdesk.domain.errors import OutputError
from leukdesk.report.atomic import replacing, write_whole
def write(path, text):
    with replacing(path) as stream:
        stream.write(text)
path = Path(sys.argv[1])
path.write_text("old")
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    {call}
except OutputError as error:
    print(error.reason, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "r.csv")],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("disk_full")
    assert (tmp_path / "r.csv").read_text() == "old"
    assert left_in(tmp_path) == ["r.csv"]
