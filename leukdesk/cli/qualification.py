"""The result of a self-test as a dated text that a laboratory can file (installation and operational qualification)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from leukdesk import __version__
from leukdesk.cli.checks import Check, State
from leukdesk.cli.terminal import plain
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.logs import redact
from leukdesk.report.atomic import replacing

_HASH = "SHA-256 of all lines above: "


def write_result(checks: Sequence[Check], folder: Path, now: datetime | None = None) -> Path:
    """Write `leukdesk-self-test-<UTC time>.txt` into `folder`, which is made; its last line hashes the others.

    Raises `OutputError`.
    """
    when = (now or datetime.now(UTC)).astimezone(UTC)
    text = result_text(checks, when)
    file = folder / f"leukdesk-self-test-{when:%Y%m%dT%H%M%SZ}.txt"
    with replacing(file, make_folder=True) as stream:
        stream.write(f"{text}{_HASH}{_sha256(text)}\n")
    return file


def result_text(checks: Sequence[Check], when: datetime) -> str:
    """The result without its hash; names no person, path or host."""
    broken = sum(one.state is State.BROKEN for one in checks)
    lines = [
        f"leukdesk {__version__}: self-test for installation and operational qualification",
        RESEARCH_USE,
        "",
        f"Date (UTC):  {when:%Y-%m-%d %H:%M:%S}",
        f"Result:      {'FAILED, ' + str(broken) + ' broken' if broken else 'PASSED'}",
        "",
        *(f"{one.state:8}{one.name:24}{plain(redact(one.text))}" for one in checks),
        "",
        "Carried out by: ______________________   Date, signature: ______________________",
        "",
    ]
    return "\n".join(lines) + "\n"


def is_unchanged(file: Path) -> bool:
    """Whether the last line of a result holds the hash of those before it."""
    text, found, stated = file.read_text(encoding="utf-8").rpartition(_HASH)
    return bool(found) and stated.strip() == _sha256(text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
