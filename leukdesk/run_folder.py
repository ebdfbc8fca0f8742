"""The files of one training run as the window reads them: its order, its process, its events, its log.

order/order.json     what was asked for
order/recipe.toml    the same for the trainer
order/process.json   the process that was started here
order/waiting        it is to be started as soon as no other run is on
order/trainer.log    what the trainer said beside its events
stop                 it is to stop, or was stopped
run.json             the trainer took the order: from then on it is resumed, not begun
process.json         the process that works here, by the trainer's own account
events.jsonl         how it goes
adaptation.json      a model that was adapted to a site: before and after
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from pathlib import Path
from typing import Any

from leukdesk.domain.adaptation import FILE as ADAPTATION
from leukdesk.domain.adaptation import Adaptation, adaptation_of
from leukdesk.domain.training import Started, TrainingOrder

_TAIL = 20_000  # bytes of the log


class RunFolder:
    """One run. Methods that write raise `OSError`; those that read take what is missing or damaged for nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._order = path / "order"

    # -- what was asked for

    @property
    def recipe(self) -> Path:
        """The order's recipe."""
        return self._order / "recipe.toml"

    @property
    def log(self) -> Path:
        """Where the trainer's words go."""
        return self._order / "trainer.log"

    def write_order(self, order: TrainingOrder) -> None:
        """Make the folder; it must not exist."""
        self._order.mkdir(parents=True)
        self.recipe.write_text(order.recipe, encoding="utf-8")
        _write(self._order / "order.json", order.as_mapping())
        self.wait()

    def order(self) -> TrainingOrder | None:
        """What was asked for; None for a run that was not begun from the window."""
        try:
            return TrainingOrder.from_mapping(_read(self._order / "order.json"))
        except (KeyError, TypeError):
            return None

    def asked(self) -> tuple[int, str, bool]:
        """How many epochs the recipe asks for at most, its name, and whether it is a first stage that prepares another.

        0, empty, and not, where it does not say.
        """
        try:
            text = (self.path / "recipe.toml" if self.has_begun else self.recipe).read_text("utf-8")
            stated = tomllib.loads(text)
            epochs = sum(int(one["epochs"]) for one in stated["phases"])
            return epochs, str(stated.get("name", "")), stated.get("preparation") is True
        except (OSError, ValueError, KeyError, TypeError):
            return 0, "", False

    def images(self) -> tuple[Path, ...]:
        """The folders that it learns from, as ordered or as the trainer noted."""
        if (order := self.order()) is not None:
            return tuple(filter(None, (order.data, order.original)))
        noted = _read(self.path / "run.json").get("data")
        return (Path(noted),) if isinstance(noted, str) else ()

    @property
    def is_compared(self) -> bool:
        """Whether an adaptation was held against the model as it was."""
        return (self.path / ADAPTATION).is_file()

    def adaptation(self) -> Adaptation | None:
        """How an adaptation did beside the model as it was; None where it was not compared, or the file is damaged."""
        try:
            return adaptation_of(_read(self.path / ADAPTATION))
        except ValueError:
            return None

    @property
    def has_begun(self) -> bool:
        """Whether the trainer has made a run of it."""
        return (self.path / "run.json").is_file()

    def begun_at(self) -> float:
        """When the order or the run was made, in seconds since the epoch."""
        for file in (self._order / "order.json", self.path / "run.json"):
            with contextlib.suppress(OSError):
                return file.stat().st_mtime
        return 0.0

    # -- waiting, stopping

    @property
    def waits(self) -> bool:
        """Whether it is to be started later."""
        return (self._order / "waiting").exists()

    def wait(self) -> None:
        """It is to be started as soon as no other run is on."""
        self._order.mkdir(exist_ok=True)
        (self._order / "waiting").touch()

    def wait_no_more(self) -> None:
        """It is started, or no longer wished."""
        (self._order / "waiting").unlink(missing_ok=True)

    @property
    def is_to_stop(self) -> bool:
        """Whether a stop was asked for."""
        return (self.path / "stop").exists()

    def ask_to_stop(self) -> None:
        """The trainer looks for this between two batches."""
        (self.path / "stop").touch()

    def stop_no_more(self) -> None:
        """It is to go on."""
        (self.path / "stop").unlink(missing_ok=True)

    # -- its process

    def processes(self) -> list[Started]:
        """Those that were written down, by this window or another and by the trainer itself."""
        files = (self._order / "process.json", self.path / "process.json")
        found = []
        for file in files:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                kept = _read(file)
                found.append(Started(int(kept["pid"]), float(kept["began"])))
        return found

    def note_process(self, started: Started) -> None:
        """Write down which process was started."""
        _write(self._order / "process.json", {"pid": started.pid, "began": started.began})

    # -- what it said

    def events_after(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """Events from this byte on, as far as they are whole, and where the next begins.

        A file that is shorter than that was written anew: the offset that comes back is then 0.
        """
        file = self.path / "events.jsonl"
        try:
            size = file.stat().st_size
            if size <= offset:
                return [], offset if size == offset else 0
            with file.open("rb") as stream:
                stream.seek(offset)
                data = stream.read()
        except OSError:
            return [], 0
        whole = data[: data.rfind(b"\n") + 1]
        return [one for line in whole.splitlines() if (one := _event(line))], offset + len(whole)

    def log_tail(self) -> str:
        """The end of what the trainer said beside its events."""
        try:
            with self.log.open("rb") as stream:
                stream.seek(max(0, self.log.stat().st_size - _TAIL))
                return stream.read().decode("utf-8", "replace")
        except OSError:
            return ""


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else {}


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(file: Path, kept: dict[str, Any]) -> None:
    part = file.with_name(file.name + ".part")
    part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    part.replace(file)
