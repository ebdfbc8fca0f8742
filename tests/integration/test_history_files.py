"""Copies of images in the history, files that were moved, and cases that are kept no longer."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from leukdesk import paths
from leukdesk.bootstrap import Workbench
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.job import ItemResult
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.copies import Copies
from leukdesk.history.erasure import WhyErased
from leukdesk.imaging.read import read_image
from leukdesk.settings import Settings
from tests.command_line import Answer, in_process
from tests.findings import make_finding

SAMPLE = sorted(paths.resources().glob("sample/*.png"))[:3]


@pytest.fixture
def bench() -> Iterator[Workbench]:
    made = Workbench(Settings(keep_copies=True))
    yield made
    made.close()


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "Mrs Example"
    folder.mkdir()
    for path in SAMPLE:
        (folder / path.name).write_bytes(path.read_bytes())
    return sorted(folder.iterdir())


def found(path: Path) -> NewFinding:
    source = read_image(path, limit_px=10**8).source
    return NewFinding(make_finding(path, sha256=source.sha256, width=source.width, height=source.height))


def record(bench: Workbench, accession: str, *files: Path) -> int:
    history = bench.history()
    user = history.users.local().id
    case = history.cases.by_accession(accession) or history.cases.open(user, CaseDetails(accession))
    history.findings.record(user, case.id, [found(one) for one in files])
    return case.id


def leukdesk(capsys: pytest.CaptureFixture[str], *words: object) -> Answer:
    return in_process(capsys, "history", *words)


def test_recorded_images_are_copied_once_and_for_their_owner_alone(bench: Workbench, images: list[Path]) -> None:
    first, _ = record(bench, "24-1", *images[:2]), record(bench, "24-2", images[0])
    history = bench.history()
    user = history.users.local().id
    job = history.jobs.create(user, images[2:])
    history.jobs.record(
        user, job.id, [ItemResult(item.number, found(item.path)) for item in history.jobs.claim(job.id, 9)]
    )
    assert history.copies.account().count == 3, "also from a batch; an image of two cases once"
    folder = paths.history_folder() / "images"
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert "Example" not in path.name
    for one in images:
        one.unlink()
    image = history.findings.images(first)[0]
    half = folder / image.sha256[:2] / "0123.part"  # of a process that was killed long ago
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    assert bench.file_of(image).read_bytes() == SAMPLE[0].read_bytes()
    history.erase(user, first, WhyErased.REQUEST)
    assert history.copies.account().count == 2, "the image that another case has is kept"
    assert history.copies.place(image.sha256) is not None
    assert not half.exists()


def test_copies_by_hand_and_what_backup_and_verify_say_of_them(
    images: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Workbench(Settings())
    record(bench, "24-1", *images)
    assert bench.history().copies.account().count == 0
    images[1].write_bytes(b"something else")
    bench.close()
    kept = leukdesk(capsys, "keep")
    assert kept.status == 3
    assert "24-1: 2 kept, 1 could not be" in kept.err
    assert "2 copies" in kept.out
    assert re.search(r"2 copies of images .* back up .*images as well", leukdesk(capsys, "backup").err)
    assert leukdesk(capsys, "verify").status == 0
    copy = next(path for path in (paths.history_folder() / "images").rglob("*") if path.is_file())
    copy.write_bytes(b"rotten")
    rotten = leukdesk(capsys, "verify")
    assert rotten.status == 3
    assert "its content changed" in rotten.out


def test_where_a_copy_cannot_be_written_nothing_is_half_there(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(b"in the way")
    copies = Copies(tmp_path / "images")
    sha256 = read_image(SAMPLE[0], limit_px=10**8).source.sha256
    with pytest.raises(HistoryError) as refused:
        copies.keep(SAMPLE[0], sha256)
    assert refused.value.reason == HistoryReason.UNWRITABLE
    other = Copies(tmp_path / "others")
    assert not other.keep(SAMPLE[1], sha256), "another content"
    assert not other.keep(tmp_path / "gone.png", sha256)
    assert not other.keep(SAMPLE[0], "../../etc")
    assert [path for path in (tmp_path / "others").rglob("*") if path.is_file()] == []


def test_moved_files_are_found_again(images: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = Workbench(Settings())
    case = record(bench, "24-1", *images)
    bench.close()
    (tmp_path / "new").mkdir()
    images[0].rename(tmp_path / "new" / "renamed.png")
    images[1].unlink()
    answer = leukdesk(capsys, "find", tmp_path / "new")
    assert answer.status == 3
    assert "1 images found again, 1 still missing" in answer.out
    bench = Workbench(Settings())
    assert bench.history().findings.images(case)[0].path == tmp_path / "new" / "renamed.png"
    assert bench.history().verify().intact
    bench.close()


def test_cases_that_are_kept_no_longer(images: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    bench = Workbench(Settings(keep_copies=True))
    record(bench, "24-1", *images)
    record(bench, "24-2", images[0])
    bench.close()
    assert "0 cases" in leukdesk(capsys, "retain", "--years", "1").err
    assert leukdesk(capsys, "retain", "--years", "0").status == 2
    listed = leukdesk(capsys, "retain", "--years", "1e-12")
    assert listed.status == 0
    assert "24-1" in listed.out
    asked = leukdesk(capsys, "retain", "--years", "1e-12", "--erase")
    assert asked.status == 2
    assert "Nothing was erased" in asked.err
    done = leukdesk(capsys, "retain", "--years", "1e-12", "--erase", "--yes")
    assert "Erased 2 cases" in done.out
    assert leukdesk(capsys, "verify").status == 0
    stored = b"".join(path.read_bytes() for path in paths.history_folder().rglob("*") if path.is_file())
    assert b"24-1" not in stored
    assert images[0].read_bytes() not in stored
