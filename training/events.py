"""What a run says while it runs: one JSON object a line, on standard output and in the run's folder.

Each has `event` and `time` (seconds since the epoch). In the order in which they come:

    split       train, validation, test                    images in each part
    devices     backend, gpus, cores                       what it is computed on
    backbone    origin, recipe, problem                    which weights the features begin with
    notice      text                                       something that is worth knowing and stops nothing
    reading     images                                     images are read into memory
    resumed     epoch                                      goes on with this epoch (counted from 0)
    step        epoch, step, steps, loss, images_per_s, eta_s, memory_mb     every two seconds within an epoch
    epoch       epoch, epochs, loss, validation_loss, validation_accuracy, seconds, images_per_s, eta_s, memory_mb
    early_stop  epoch, best_epoch                          patience has run out
    stopped     epoch                                      as wished; `resume` does this epoch again from its beginning
    trained     best_epoch, validation_loss                best.safetensors is the model
    kept        share, difference, images, groups, ...     how much of an adaptation's change was kept, and by what
    asking      done, images, eta_s                        once a second while an adaptation is judged and compared
    calibrated, evaluated, published, ...                  what came after training, each with its numbers
    failed      reason, what, subject, advice              the command failed; nothing follows. `reason` is data,
                                                           memory, disk, bug, or that of the error

A run whose last event is none of stopped, trained, published, failed, and whose process (`process.json`) is gone, was
killed or crashed: `resume` goes on with the epoch after its last `epoch`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from training.checkpoint import unwritable, write_atomically


class EventLog:
    """Writes each event to `events.jsonl` and to standard output, flushed, so that a reader sees it at once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "events.jsonl"

    def __call__(self, event: str, **fields: Any) -> None:
        """Say one event; fields must be JSON values."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), **fields})
        try:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise unwritable(self._file, error) from error
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def note_process(folder: Path) -> None:
    """Write down which process works in a run's folder: its number, and when it began, for numbers are used again."""
    facts = {"pid": os.getpid(), "began": psutil.Process().create_time()}
    write_atomically(folder / "process.json", json.dumps(facts).encode())


def memory_mb() -> int:
    """What this process holds of the machine's memory, in MB."""
    return int(psutil.Process().memory_info().rss / 1e6)


def read_events(folder: Path) -> list[dict[str, Any]]:
    """All events of a run so far; a last line cut by a crash is left out."""
    lines = (folder / "events.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line.endswith("}")]
