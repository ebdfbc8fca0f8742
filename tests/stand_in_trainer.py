"""A program in the trainer's place, for tests of what surrounds it: the same files and events, no TensorFlow.

Its recipe's first line says what it does: `# end`, `# hang` (until it is stopped), `# fail`, `# crash`, `# refuse`,
`# lose` (its comparison, of an adaptation).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

RECIPE = '# {what}\nname = "toy"\n[[phases]]\nepochs = 4\n'


def main() -> int:
    """Train, or go on."""
    command, first = sys.argv[1:3]
    folder = Path(first) if command == "resume" else Path(sys.argv[sys.argv.index("--out") + 1])
    named = sys.argv[sys.argv.index("--recipe") + 1] if command == "adapt" else first
    again = command == "resume" or (folder / "run.json").exists()
    recipe = folder / "recipe.toml" if again else Path(named)
    what = recipe.read_text().split()[1]
    if what == "refuse":
        return say(folder, "failed", reason="data", what="has one class", subject="x", advice="Add images.") or 2
    (folder / "recipe.toml").write_text(recipe.read_text().replace(f"# {what}", "# end"))
    (folder / "run.json").write_text("{}")
    (folder / "words.json").write_text(json.dumps(sys.argv[1:]))
    say(folder, "split", train=24, validation=12, test=12)
    done = sum('"epoch",' in line for line in (folder / "events.jsonl").read_text().splitlines())
    if again:
        say(folder, "resumed", epoch=done)
    ended = train(folder, what, done)
    if command == "adapt" and what == "end" and not ended:
        (folder / "adaptation.json").write_text('{"format": 1, "sets": []}')
    return ended


def train(folder: Path, what: str, done: int) -> int:
    """Four epochs, or as far as `what` lets it."""
    for epoch in range(done, 4):
        if epoch == 2:
            if what == "hang":
                while not (folder / "stop").exists():
                    time.sleep(0.02)
                say(folder, "stopped", epoch=epoch)
                return 4
            if what == "fail":
                say(folder, "failed", reason="disk", what="the disk is full", subject="x", advice="Free some space.")
                return 2
            if what == "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
        losses = {"loss": 1.0 - epoch / 10, "validation_loss": 1.1 - epoch / 10}
        numbers = {**losses, "validation_accuracy": 0.5 + epoch / 10}
        measured = {"images_per_s": 40.0, "eta_s": 3 - epoch, "memory_mb": 500}
        say(folder, "epoch", epoch=epoch, epochs=4, seconds=0.5, **numbers, **measured)
    say(folder, "trained", best_epoch=3, validation_loss=0.8)
    return 0


def say(folder: Path, event: str, **fields: object) -> None:
    """Append an event."""
    with (folder / "events.jsonl").open("a") as stream:
        stream.write(json.dumps({"event": event, "time": time.time(), **fields}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
