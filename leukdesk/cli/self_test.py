"""`leukdesk doctor --self-test`: a short day's work by leukdesk's own commands, each held against what must come out.

Nothing of the user's is read or written but the installed models: history, settings and cache are made anew in a
temporary folder.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.cli import exit_status
from leukdesk.cli.checks import Check, State
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.analysis.sample import SampleCase, SampleImage

ACCESSION = "SELF-TEST"
_BEGINNINGS = {"pdf": b"%PDF-", "xlsx": b"PK", "json": b"{", "csv": b""}


def self_test(sample: SampleCase) -> Iterator[Check]:
    """Each step as it is done; a step that others need ends the test where it fails."""
    yield _full_text_search()
    with _place_of_its_own() as folder:
        for name, step in STEPS:
            try:
                yield Check(name, State.OK, step(sample, folder))
            except (_WrongError, KnownError) as error:
                yield Check(name, State.BROKEN, str(error))
                return


class _WrongError(Exception):
    """What came out is not what must."""


@contextmanager
def _place_of_its_own() -> Iterator[Path]:
    """Data, settings and cache in a temporary folder, with the models that are installed."""
    roots = os.pathsep.join(map(str, paths.models_roots()))
    before = {name: os.environ.get(name) for name in ("LEUKDESK_DATA", "LEUKDESK_MODELS")}
    with tempfile.TemporaryDirectory(prefix="leukdesk-self-test-") as folder:
        os.environ |= {"LEUKDESK_DATA": folder, "LEUKDESK_MODELS": roots}
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                os.environ |= {name: value} if value is not None else {}


def _command(*words: object) -> str:
    """Run a command of leukdesk's; what it printed. Raises `_WrongError` where it did not end well."""
    from leukdesk.cli.main import main

    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        status = main([str(one) for one in words], _no_window)
    if status != exit_status.DONE:
        told = (complained.getvalue() or said.getvalue()).strip().splitlines()
        raise _WrongError(f"`leukdesk {words[0]}` ended with {status}: {told[-1] if told else 'it said nothing'}")
    return said.getvalue()


def _no_window(
    paths: list[Path], *, sample: bool = False, theme: str = "", widgets: bool = False, alone: bool = False
) -> int:
    raise _WrongError("a window was asked for")


def _full_text_search() -> Check:
    """TensorFlow carries an SQLite without it, which must not have taken the place of ours."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.OperationalError as error:
            return Check("search", State.BROKEN, f"SQLite {sqlite3.sqlite_version}: {error}")
    return Check("search", State.OK, f"SQLite {sqlite3.sqlite_version} with full-text search")


def _batch(sample: SampleCase, folder: Path) -> str:
    """Classify the sample case into a case of a new history, and see that each image gets its known answer."""
    table = folder / "rows.json"
    images = [one.path for one in sample.images]
    words = ("--model", sample.model, "--engine", "litert", "--record", ACCESSION, "--out", table)
    _command("classify", *images, *words)
    rows = {row["sha256"]: row for row in json.loads(table.read_text(encoding="utf-8"))}
    _must(len(rows) == len(images), f"{len(rows)} rows for {len(images)} images")
    by_name = {Path(row["path"]).name: row for row in rows.values()}
    wrong = [f"{one.path.stem} {said}" for one in sample.images if (said := _role(by_name, one)) != one.role]
    _must(not wrong, f"other answers than known: {', '.join(wrong)}")
    return f"{len(rows)} images of the sample case, each with its known answer"


def _role(rows: Mapping[str, Mapping[str, object]], image: SampleImage) -> str:
    """What an answer is, in the sample case's words."""
    row = rows.get(image.path.name, {"decision": "missing"})
    if row["decision"] != "accepted":
        return str(row["decision"])
    return "hit" if row["label"] == image.truth else "miss"


def _chain(sample: SampleCase, folder: Path) -> str:
    return _command("history", "verify").strip().partition(". Head")[0]


def _report(sample: SampleCase, folder: Path) -> str:
    """Give the case out in every form."""
    sizes = []
    for form, beginning in _BEGINNINGS.items():
        file = folder / f"report.{form}"
        _command("report", ACCESSION, "--out", file)
        written = file.read_bytes()
        _must(len(written) > 0 and written.startswith(beginning), f"the report as {form.upper()} is not one")
        sizes.append(f"{form.upper()} {len(written):,} bytes")
    return f"{', '.join(sizes)}; {_pages((folder / 'report.pdf').read_bytes())}"


def _pages(pdf: bytes) -> str:
    """Draw the first page, as the window does to show and print it."""
    from leukdesk.report.pages import count_pages, render_page

    drawn = render_page(pdf, 0, 50.0)
    _must(int(drawn.min()) < int(drawn.max()), "the report's first page is blank")
    return f"{count_pages(pdf)} pages"


def _slides(sample: SampleCase, folder: Path) -> str:
    """Vendors' slides are read by a library of its own, which must be there."""
    from leukdesk.imaging.vendor_store import library_version

    return f"OpenSlide {library_version()}"


def _backup_and_restore(sample: SampleCase, folder: Path) -> str:
    """Back the history up, lose it, restore it, and see that the case is there with every event."""
    from leukdesk.history.history import DATABASE

    _command("history", "backup")
    for file in paths.history_folder().glob(f"{DATABASE}*"):  # with what SQLite keeps beside it
        file.unlink()
    _command("history", "restore", "--yes")
    found = _command("history", "search", ACCESSION)
    _must(ACCESSION in found, "the case is not in the restored history")
    return f"lost and restored: {_chain(sample, folder)}"


def _must(true: bool, otherwise: str) -> None:
    if not true:
        raise _WrongError(otherwise)


STEPS: tuple[tuple[str, Callable[[SampleCase, Path], str]], ...] = (
    ("slides", _slides),
    ("batch", _batch),
    ("audit chain", _chain),
    ("report", _report),
    ("backup and restore", _backup_and_restore),
)
