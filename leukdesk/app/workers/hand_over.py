"""A second start of the program gives what it was asked to open to the window that is there."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ANSWER_S = 2.0  # a window that does not answer by then hangs: better a second one than none
_MOST_BYTES = 1 << 20
_TAKEN = b"taken"


def hand_over(file: Path, paths: Sequence[Path]) -> bool:
    """Give paths to the window that named itself in `file`; whether one took them."""
    if not file.is_file():
        return False
    from multiprocessing.connection import Client

    with suppress(OSError, EOFError, ValueError, KeyError, TypeError):
        there = json.loads(file.read_text("utf-8"))
        with Client(there["address"]) as line:
            asked = {"key": there["key"], "paths": [str(path.absolute()) for path in paths]}
            line.send_bytes(json.dumps(asked).encode())
            return bool(line.poll(_ANSWER_S)) and line.recv_bytes(len(_TAKEN)) == _TAKEN
    return False


class HandOver(QObject):
    """Waits on a thread of its own for what other starts are given.

    Where to reach it, and a key without which it takes nothing, stand in a file that only the user may read.
    """

    asked = Signal(list)  # list[Path], empty where only the window is wanted

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file, self._key = file, secrets.token_hex(16)
        self._ended = False
        self._address = ""
        self._thread = threading.Thread(target=self._run, name="hand-over", daemon=True)

    def listen(self) -> None:
        """Begin; a machine where this is not possible goes without."""
        if not self._thread.is_alive():
            self._thread.start()

    def close(self) -> None:
        """End the thread, and take back the file."""
        self._ended = True
        if self._thread.ident is None:
            return
        if self._thread.is_alive() and self._address:
            from multiprocessing.connection import Client

            with suppress(OSError, EOFError):
                Client(self._address).close()  # wakes it
        self._thread.join()

    def _run(self) -> None:
        from multiprocessing.connection import Listener

        with suppress(OSError), Listener(family="AF_PIPE" if os.name == "nt" else "AF_UNIX") as listener:
            self._address = str(listener.address)
            self._tell_where()
            try:
                while not self._ended:
                    with suppress(OSError, EOFError), listener.accept() as line:
                        self._take(line)
            finally:
                self._forget_where()

    def _take(self, line: Connection) -> None:
        if self._ended or not line.poll(_ANSWER_S):
            return
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(line.recv_bytes(_MOST_BYTES))
            paths = [Path(one) for one in told["paths"]]
            if secrets.compare_digest(str(told["key"]), self._key):
                self.asked.emit(paths)
                line.send_bytes(_TAKEN)

    def _tell_where(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.unlink(missing_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({"address": self._address, "key": self._key}, stream)

    def _forget_where(self) -> None:
        with suppress(OSError, ValueError):
            if json.loads(self._file.read_text("utf-8"))["key"] == self._key:  # not that of a newer window
                self._file.unlink()
