"""The files of a package: when they were made, and whether they are still those."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from leukdesk import paths
from leukdesk.cli.checks import Check, State

STAMP = "build.json"  # made by packaging/product/stamp.py
LIST = "files.sha256"  # made by packaging/product/build.py: lines "<sha256>  <place>"
_NAMED = 5  # of many changed files, so many are named


def installed_files() -> Iterator[Check]:
    """What was built, and each of its files against its hash; a note where this is no package."""
    folder = paths.shipped()
    if not (folder / STAMP).is_file() or not (folder / LIST).is_file():
        yield Check("package", State.NOTE, "not run from a package; its files are not checked")
        return
    yield Check("package", State.OK, build_stamp(folder / STAMP))
    yield _files(folder)


def build_stamp(file: Path) -> str:
    """What was built, in a line."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return f"{told['flavour']} {told['version']}, commit {told['commit'][:12]}, {told['date']}, {told['platform']}"


def _files(folder: Path) -> Check:
    lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    wrong = [place for wanted, place in (line.split("  ", 1) for line in lines) if _hash(folder / place) != wanted]
    if not wrong:
        return Check("files", State.OK, f"{len(lines)} files as packaged")
    named = ", ".join(Path(place).name for place in wrong[:_NAMED])
    told = f"{len(wrong)} of {len(lines)} files changed or gone: {named}. Install it again."
    return Check("files", State.BROKEN, told)


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
