"""The trainer, `leukdesk-train`: a process of its own beside this one, at lower priority and with fewer threads.

It says what it does in JSON lines and ends a command that fails with the event `failed`. Stopping it, losing it, or
closing the window loses nothing: what counts is in the folder of its run.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from leukdesk.domain.errors import Cancelled
from leukdesk.domain.training import Started, TrainingError, TrainingReason

NICE = 10  # the window and its predictions go first
_STOPPED = 4  # the trainer's exit status for a stop that was asked for
_LEFT_ALONE: list[subprocess.Popen[bytes]] = []  # they survive the `Trainer`; a `Popen` that is dropped complains
_POLL_S = 0.1
_PATIENCE_S = 10.0  # for a trainer that was told to end
_SAID = 2000  # characters of what it said last


class Trainer:
    """Runs `leukdesk-train`. `run` belongs on a lane; `begin` leaves behind a process that survives this one."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        """`command`: the words that start it, where it is another than the one that came with this leukdesk."""
        self._stated = list(command)
        self._begun: list[subprocess.Popen[bytes]] = []

    @cached_property
    def _command(self) -> list[str]:
        return self._stated or own_command()

    @property
    def missing(self) -> TrainingError | None:
        """Why nothing can be trained here, or None."""
        if self._command:
            return None
        return TrainingError(
            "this leukdesk was installed without the part that trains models",
            reason=TrainingReason.MISSING,
            advice="Install the full leukdesk instead of the viewer; cases, models and settings stay.",
        )

    def run(
        self, arguments: Sequence[str], *, told: Callable[[dict[str, Any]], object], cancelled: Callable[[], bool]
    ) -> dict[str, Any]:
        """Run a subcommand to its end. `told` hears each JSON line, in this thread; returns the last one, or {}.

        Raises `TrainingError` with what the trainer said, and `Cancelled`.
        """
        last: dict[str, Any] = {}
        with tempfile.TemporaryFile() as said:
            child = self._start(arguments, subprocess.PIPE, said)
            try:
                for line in _lines(child, cancelled):
                    last = line
                    if line.get("event") != "failed":
                        told(line)
            except BaseException:
                _end(child)
                raise
            if child.returncode == _STOPPED:
                raise Cancelled
            if child.returncode or last.get("event") == "failed":
                raise failure(last, child.returncode, _tail(said))
        return last

    def begin(self, arguments: Sequence[str], log: Path) -> Started:
        """Start a subcommand that goes on without this process; what it says beside its events goes into `log`.

        Raises `TrainingError` where there is no trainer, or it cannot be started.
        """
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as stream:
                child = self._start(arguments, subprocess.DEVNULL, stream, detached=True)
        except OSError as error:
            raise TrainingError(
                f"could not be written: {error.strerror}", reason=TrainingReason.DISK, subject=log, advice=_ROOM
            ) from error
        self._begun.append(child)  # so that `status` can tell how it ended, and no zombie is left
        _LEFT_ALONE[:] = [one for one in (*_LEFT_ALONE, child) if one.poll() is None]
        import psutil

        try:
            began = float(psutil.Process(child.pid).create_time())
        except psutil.Error:  # over already
            began = time.time()
        return Started(child.pid, began)

    def runs(self, started: Started) -> bool:
        """Whether this very process is alive."""
        self.status(started.pid)  # bury it first, if it was ours
        import psutil

        try:
            process = psutil.Process(started.pid)
            same = abs(process.create_time() - started.began) < 1
            return bool(same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False

    def status(self, pid: int) -> int | None:
        """How a process ended that this very object began: negative for a signal; None where that is not known."""
        for child in reversed(self._begun):  # numbers are used again
            if child.pid == pid:
                return child.poll()
        return None

    def end(self, started: Started) -> None:
        """Ask a process to end in order."""
        if self.runs(started):
            import psutil

            with contextlib.suppress(psutil.Error):
                psutil.Process(started.pid).terminate()

    def _start(
        self, arguments: Sequence[str], out: int, said: IO[bytes], *, detached: bool = False
    ) -> subprocess.Popen[bytes]:
        if self.missing is not None:
            raise self.missing
        apart: dict[str, Any] = {"start_new_session": detached}
        if sys.platform == "win32":
            alone = subprocess.DETACHED_PROCESS if detached else subprocess.CREATE_NO_WINDOW
            low = subprocess.BELOW_NORMAL_PRIORITY_CLASS
            apart = {"creationflags": low | alone | subprocess.CREATE_NEW_PROCESS_GROUP}
        words = [*self._command, *arguments]
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=said, env=environment(), close_fds=True, **apart
        )
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
        return child


_ROOM = "Free some space on that disk, or correct its permissions."


def own_command() -> list[str]:
    """The words that start the trainer which came with this leukdesk; none where it came without."""
    if getattr(sys, "frozen", False):
        here = Path(sys.executable)
        beside = here.with_name("leukdesk-train" + here.suffix)
        return [str(beside)] if beside.is_file() else []
    there = all(find_spec(name) is not None for name in ("training", "tensorflow"))
    return [sys.executable, "-P", "-m", "training"] if there else []


def environment(cores: int = 0) -> dict[str, str]:
    """What the trainer is started with: this very leukdesk wherever the user stands; one core is the window's."""
    threads = str(max(1, (cores or os.cpu_count() or 1) - 1))
    paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    own = {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONFAULTHANDLER": "1",  # a crash leaves its place in the log
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "OMP_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": "1",
    }
    return {**os.environ, **own}


def failure(last: Mapping[str, Any], status: int, said: str = "") -> TrainingError:
    """What a command's last event, its exit status and its last words mean."""
    if last.get("event") == "failed":
        return TrainingError(
            str(last.get("what", "")),
            reason=str(last.get("reason", TrainingReason.BUG)),
            subject=str(last.get("subject", "")),
            advice=str(last.get("advice", "")),
        )
    if status < 0:
        return TrainingError(
            f"the trainer was ended by the system or from outside (signal {-status})",
            reason=TrainingReason.KILLED,
            advice="Most often memory ran out: close other programs, or choose a smaller batch, and try again.",
        )
    return TrainingError(
        f"the trainer ended unexpectedly (status {status}). {said}".strip(),
        reason=TrainingReason.BUG,
        advice="Try again; if it happens once more, send the log to the makers of leukdesk.",
    )


def _lines(child: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> Any:
    """Each JSON object the child prints, until it ends. Raises `Cancelled`."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(child.stdout, lines), name="leukdesk trainer")
    reader.start()
    try:
        while True:
            if cancelled():
                raise Cancelled
            with contextlib.suppress(queue.Empty):
                if (line := lines.get(timeout=_POLL_S)) is None:
                    break
                if (event := _event(line)) is not None:
                    yield event
        child.wait()
    finally:
        if child.poll() is None:
            _end(child)
        reader.join()


def _read(stream: IO[bytes] | None, lines: queue.SimpleQueue[bytes | None]) -> None:
    with contextlib.suppress(ValueError, OSError):
        for line in stream or ():
            lines.put(line)
    if stream is not None:
        stream.close()
    lines.put(None)


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _tail(said: IO[bytes]) -> str:
    end = said.seek(0, os.SEEK_END)
    said.seek(max(0, end - _SAID))
    return said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
