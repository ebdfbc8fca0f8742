"""Graphs that were rebuilt here from the weights of imported bundles, since an imported `model.tflite` is not believed.

<bundle's SHA-256>/model.tflite
<bundle's SHA-256>/compiled.json     {"bundle": its SHA-256, "sha256": of model.tflite}
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from leukdesk.bundles.disk import read_file
from leukdesk.bundles.document import read_json
from leukdesk.bundles.names import MODEL
from leukdesk.bundles.refusal import refused
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from pathlib import Path

    from leukdesk.domain.finding import BundleRef

_NOTE: Final = "compiled.json"
_ADVICE = "Remove the model and import it again."


def note_compiled(folder: Path, ref: BundleRef) -> None:
    """Write down which bundle the `model.tflite` in a folder was rebuilt from, and its hash. Raises OSError."""
    stated = {"bundle": ref.sha256, "sha256": hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()}
    (folder / _NOTE).write_text(f"{json.dumps(stated, indent=2)}\n", encoding="utf-8")


def read_compiled(folder: Path, ref: BundleRef) -> bytes:
    """The rebuilt graph of a bundle; these very bytes are hashed. Raises `BundleError`."""
    bundle = f"{ref.name}-{ref.version}"
    stated = read_json(read_file(folder, _NOTE), bundle=bundle, name=_NOTE, reason=BundleReason.BAD_MANIFEST)
    model = read_file(folder, MODEL)
    if stated != {"bundle": ref.sha256, "sha256": hashlib.sha256(model).hexdigest()}:
        what = "the network that was rebuilt at its import was changed since"
        raise refused(bundle, BundleReason.WRONG_HASH, what, advice=_ADVICE)
    return model
