"""The demonstration model, and the same network again as a model of its own that is less sure."""

from __future__ import annotations

import shutil
from pathlib import Path

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.seal import seal

SHIPPED = Path(__file__).resolve().parents[1] / "models"
KEYS = ("phantom-demo-1.0", "second-1.0")


def two_demos(folder: Path) -> Path:
    """A folder of both models, for `LEUKDESK_MODELS`."""
    first, second = (folder / key for key in KEYS)
    for target in (first, second):
        shutil.copytree(SHIPPED / KEYS[0], target)
    card = load_bundle(first, names()).card
    (second / "bundle.json").unlink()
    changed = {"name": "second", "version": "1.0", "temperature": 3 * card.temperature, "files": {}}
    seal(second, card.model_copy(update=changed))
    return folder
