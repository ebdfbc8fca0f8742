"""`leukdesk watch` with the demonstration model: choose, run, list, status; 3 where something drifts."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import pytest

from leukdesk import paths, settings
from leukdesk.settings import Settings
from tests.command_line import Answer, in_process

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The sample's phantoms, three times, in the folder of one class of the demonstration model."""
    settings.save(paths.settings_file(), Settings(active_model="phantom-demo"))
    folder = tmp_path / "control"
    (folder / "blasts").mkdir(parents=True)
    for number in range(3):
        for one in sorted(SAMPLE.glob("*.png"))[:4]:
            shutil.copy(one, folder / "blasts" / f"{number}-{one.name}")
    return folder


def test_the_walk_of_a_control_set(images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def watch(*words: object) -> Answer:
        return in_process(capsys, "watch", *words)

    assert watch("run").status == 2
    assert "12 images (blasts 12)" in watch("choose", images).out
    done = watch("run")
    assert done.status == 0
    assert "phantom-demo 1.0" in done.out
    pale = tmp_path / "pale" / "blasts"
    pale.mkdir(parents=True)
    for one in (images / "blasts").iterdir():
        cv2.imwrite(str(pale / one.name), (cv2.imread(str(one)) * 0.3 + 170).astype("uint8"))
    done = watch("run", "--photos", pale.parent)
    assert done.status == 3
    assert "drift: Brightness" in done.out
    assert watch("status").status == 3
    assert len(watch("list").out.splitlines()) == 3
    assert watch("begin-anew", "a paler stain").status == 0
    assert watch("run").status == 0
    (images / "blasts" / "0-phantom-01.png").write_bytes(b"x")
    done = watch("run")
    assert done.status == 3
    assert "changed or gone: blasts/0-phantom-01.png" in done.out
    shutil.rmtree(images)
    assert watch("run").status == 2
    assert watch("status").status == 3
    assert watch("give-up").status == 0
    assert watch("choose").status == 2
