"""The control set and its runs on this machine's disk: `control.json`, and `runs.jsonl` that is only ever added to.

Files and no table of the history: a run says nothing of any case, and `leukdesk watch run` must be able to record one
by night while a window has the history open (docs/decisions/0041-keeping-watch.md).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leukdesk.domain.control import ControlImage, ControlRun, ControlSet, Measure, Measured, RunKind
from leukdesk.domain.errors import DataError
from leukdesk.domain.finding import BundleRef
from leukdesk.report.atomic import replacing, unwritable

_ANEW = "anew"


class ControlLog:
    """What is kept in one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._set, self._runs = folder / "control.json", folder / "runs.jsonl"

    def control(self) -> ControlSet | None:
        """The control set; None where there is none. Raises `DataError` for a damaged file."""
        try:
            data = json.loads(self._set.read_text(encoding="utf-8"))
            images = tuple(ControlImage(**one) for one in data["images"])
            return ControlSet(Path(data["folder"]), data["made"], data["by"], images)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            what, advice = "the control set cannot be read", "Choose the control set anew; what was recorded stays."
            raise DataError(what, reason="damaged", subject=self._set, advice=advice) from error

    def keep(self, control: ControlSet) -> None:
        """Use this set from now on. Raises `OutputError`."""
        data = asdict(control) | {"format": 1, "folder": str(control.folder)}
        with replacing(self._set, make_folder=True) as stream:
            json.dump(data, stream, ensure_ascii=False, indent=1)

    def forget_set(self) -> None:
        """Use none any more; the runs stay. Raises `OutputError`."""
        try:
            self._set.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._set, error) from error

    def add(self, run: ControlRun) -> None:
        """Record a run and return when it is on the disk. Raises `OutputError`."""
        data = asdict(run)
        data["inputs"] = {one.value: [measured.middle, measured.spread] for one, measured in run.inputs.items()}
        self._append(data)

    def begin_anew(self, at: str, by: str, why: str) -> None:
        """Record that base lines begin anew with what follows. Raises `OutputError`."""
        self._append({"kind": _ANEW, "at": at, "by": by, "why": why})

    def runs(self) -> list[ControlRun]:
        """All runs, the oldest first; a line that a power cut tore is passed over."""
        return [one for one in map(_run_of, self._lines()) if one is not None]

    def anew(self) -> str:
        """When base lines began anew last (UTC, ISO 8601); empty for never."""
        return max((str(one.get("at", "")) for one in self._lines() if one.get("kind") == _ANEW), default="")

    def _lines(self) -> list[dict[str, Any]]:
        try:
            lines = self._runs.read_bytes().splitlines()
        except OSError:
            return []
        return [one for one in map(_parsed, lines) if one is not None]

    def _append(self, entries: dict[str, Any]) -> None:
        line = json.dumps({"format": 1, **entries}, ensure_ascii=False).encode("utf-8", "backslashreplace")
        try:
            self._runs.parent.mkdir(parents=True, exist_ok=True)
            with self._runs.open("a+b") as stream:
                torn = stream.seek(0, os.SEEK_END) > 0 and _last_byte(stream.fileno()) != b"\n"
                stream.write(b"\n" * torn + line + b"\n")  # one write: another process may add its own line
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise unwritable(self._runs, error) from error


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _run_of(data: dict[str, Any]) -> ControlRun | None:
    known = {name: value for name, value in data.items() if name in ControlRun.__slots__}
    try:
        known["kind"], known["bundle"] = RunKind(data["kind"]), BundleRef(**data["bundle"])
        known["inputs"] = {one: Measured(*map(float, data["inputs"][one.value])) for one in Measure}
        known |= {name: tuple(data[name]) for name in ("wrong", "changed", "missing")}
        return ControlRun(**known)
    except (KeyError, TypeError, ValueError):
        return None


def _last_byte(descriptor: int) -> bytes:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1)
