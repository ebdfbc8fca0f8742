"""Fixtures for tests of the window and of its view-models: images, lanes, and a look at what was left running."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from leukdesk.app.workers.lanes import Lanes
from training.phantom import random_slide, render_field, write_phantom
from training.phantom.write import truth_record

SLIDE_SIDE = 3_000  # px of the slide that tests look at
WAIT_MS = 20_000  # a limit for a busy machine, never a pause: tests go on as soon as they may


@pytest.fixture(scope="session")
def smear_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six small phantoms with their truth in `case.json`; not to be changed by a test."""
    folder = tmp_path_factory.mktemp("smears")
    images = []
    for number in range(6):
        kind = ("blast", "lymphocyte", "segmented")[number % 3]
        phantom = render_field(
            number, slide=random_slide(number), width=160, height=120, cells={kind: 1, "red_cell": 4}
        )
        name = f"field {number + 1}.png"
        write_phantom(phantom, folder / name)
        images.append({"file": name, "role": "hit", "truth": truth_record(phantom.truth)})
    case = {"title": "Test case (synthetic)", "model": "phantom-demo", "images": images}
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return folder


@pytest.fixture
def smears(smear_folder: Path, tmp_path: Path) -> list[Path]:
    """Copies of the phantoms in natural order, without a case, for a test to do with as it likes."""
    folder = tmp_path / "smears"
    folder.mkdir()
    for path in smear_folder.glob("*.png"):
        (folder / path.name).write_bytes(path.read_bytes())
    return sorted(folder.iterdir())


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that calls itself an image."""
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 and nothing more")
    return path


@pytest.fixture
def lanes(qapp: object) -> Iterator[Lanes]:
    """Lanes that are closed at the end, whatever the test did."""
    made = Lanes()
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def _frozen_modules() -> None:
    """What is loaded by now need not be looked at after each test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage_stays_here(_frozen_modules: None) -> Iterator[None]:
    """As in the program: a lane must never collect, since it would destroy Qt objects off their thread."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """A test that leaves a thread behind fails."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert left == []
