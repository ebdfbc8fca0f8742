"""What the doctor looks at."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING

from leukdesk import __version__, paths
from leukdesk.bootstrap import Workbench, usable_cores
from leukdesk.cli.terminal import has_display
from leukdesk.domain.errors import BundleError, KnownError

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed
    from leukdesk.settings import Engine

_LIBRARIES = (
    *("numpy", "opencv-python-headless", "pillow", "imagecodecs", "pydantic", "safetensors"),
    *("ai-edge-litert", "PySide6-Essentials"),
)
_NOT_IN_EVERY_PACKAGE = ("keras", "tensorflow")
_GIB = 1 << 30


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to mend
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's answer."""

    name: str
    state: State
    text: str


def checks(bench: Workbench, engine: Engine | None) -> Iterator[Check]:
    """All checks, each as it is done; the slow ones, golden runs, last."""
    yield Check("leukdesk", State.OK, f"{__version__}, Python {platform.python_version()}")
    yield Check("system", State.OK, f"{platform.system()} {platform.machine()}, {_cores_and_memory()}")
    yield _libraries()
    yield from _engines()
    yield Check("display", State.OK if has_display() else State.NOTE, "found" if has_display() else "none found")
    yield _disk()
    yield _sample(bench)
    yield from _models(bench, engine)


def _cores_and_memory() -> str:
    import psutil

    return f"{usable_cores()} cores, {psutil.virtual_memory().total / _GIB:.1f} GiB memory"


def _libraries() -> Check:
    versions = {name: _version(name) for name in (*_LIBRARIES, *_NOT_IN_EVERY_PACKAGE)}
    told = [f"{name} {found or 'missing'}" for name, found in versions.items() if found or name in _LIBRARIES]
    return Check("libraries", State.OK, ", ".join(told))


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _engines() -> Iterator[Check]:
    from leukdesk.inference.gpu import why_no_gpu

    litert, tensorflow = (find_spec(name) is not None for name in ("ai_edge_litert", "tensorflow"))
    state = State.OK if litert else State.BROKEN
    yield Check("LiteRT", state, "installed" if litert else "missing: without it nothing is predicted on the CPU")
    state = State.OK if tensorflow else State.NOTE
    yield Check("TensorFlow", state, "installed" if tensorflow else "not installed: no GPU, no training")
    reason = why_no_gpu()
    yield Check("GPU", State.NOTE if reason else State.OK, f"not used: {reason}" if reason else "used")


def _disk() -> Check:
    """Room and permission where the user's data is, or will be."""
    folder = paths.user_data().absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free / _GIB
    if not os.access(folder, os.W_OK):
        return Check("disk", State.BROKEN, "the folder for your data cannot be written to")
    state = State.BROKEN if free < 0.1 else State.NOTE if free < 1 else State.OK
    return Check("disk", state, f"{free:.1f} GiB free for your data")


def _sample(bench: Workbench) -> Check:
    try:
        images = bench.sample().images
    except KnownError as error:
        return Check("sample case", State.BROKEN, f"{error.what}. {error.advice}")
    missing = sum(not one.path.is_file() for one in images)
    state = State.BROKEN if missing else State.OK
    return Check("sample case", state, f"{len(images)} images, {missing} missing")


def _models(bench: Workbench, engine: Engine | None) -> Iterator[Check]:
    try:
        models = bench.models()
    except BundleError as error:
        yield Check("models", State.BROKEN, f"{error.what}. {error.advice}")
        return
    yield _active(bench)
    for one in models:
        yield _model(bench, one, engine)


def _active(bench: Workbench) -> Check:
    try:
        return Check("active model", State.OK, bench.active())
    except BundleError as error:
        return Check("active model", State.BROKEN, f"{error.what}. {error.advice}")


def _model(bench: Workbench, one: Installed, engine: Engine | None) -> Check:
    name = f"model {one.folder.name}"
    try:
        run = bench.verify(one.folder.name, engine=engine)
    except KnownError as error:
        return Check(name, State.BROKEN, f"{error.what} ({error.reason}). {error.advice}")
    return Check(name, State.OK if run.agrees else State.BROKEN, f"files as sealed; {run}")
