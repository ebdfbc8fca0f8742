"""What follows from a gate: the new model comes onto the shelf, or does not, by a recorded decision. Joins rooms.

A bundle that was sealed by the trainer takes the way of every model that comes in: packed, checked, rebuilt, tried
(docs/decisions/0037), so that nothing is used here that another could not use.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import BundleError, BundleReason, DataError, OutputError
from leukdesk.domain.gate import Gate, gate_of

if TYPE_CHECKING:
    from leukdesk.bundles.decisions import Choice, Decision
    from leukdesk.bundles.load import Bundle
    from leukdesk.model_shelf import ModelShelf, Progress

FILE = "gate.json"


def read_gate(folder: Path) -> Gate | None:
    """What `leukdesk-train gate` found; None where a run was not judged yet. Raises `DataError` for a damaged file."""
    try:
        text = (folder / FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(folder) from error
    try:
        return gate_of(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _damaged(folder) from error


def take_in(
    shelf: ModelShelf,
    gate: Gate,
    *,
    progress: Progress = lambda step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """Put the judged model onto the shelf, signed where the user has one key; returns its name and version.

    Slow. One that is there already stays. Raises what `ModelShelf.add` raises, also for a bundle that is no longer the
    one that was judged.
    """
    if any(one.ref is not None and one.ref.sha256 == gate.new.sha256 for one in shelf.models()):
        return gate.new.key
    bundle = _sealed(gate)
    _sign(shelf, bundle)
    with tempfile.TemporaryDirectory(prefix="leukdesk-judged-") as scratch:
        archive = Path(scratch) / f"{bundle.folder.name}.leukdesk"
        _pack(bundle.folder, archive)
        return shelf.add(archive, progress=progress, cancelled=cancelled).folder.name


def decide(shelf: ModelShelf, gate: Gate, choice: Choice, why: str) -> Decision:
    """Write down what was decided. Raises `DataError` where a reason is needed and none is given, `OutputError`."""
    from leukdesk.bundles.decisions import Decision
    from leukdesk.bundles.lines import stamp

    why = " ".join(why.split())
    if choice == "used" and gate.verdict.needs_reason and not why:
        advice = "Say in a sentence why it is used although it was found worse."
        raise DataError("a model that was found worse is not used without a reason", reason="why", advice=advice)
    active = gate.active.key if gate.active is not None else ""
    made = Decision(*stamp(), choice, gate.new.key, gate.new.sha256, active, gate.verdict.value, why)
    shelf.decisions.add(made)
    return made


def _sealed(gate: Gate) -> Bundle:
    from leukdesk.architectures import names
    from leukdesk.bundles.load import load_bundle

    bundle = load_bundle(gate.new.folder, names())
    if bundle.ref.sha256 != gate.new.sha256:
        what = "it is another model than the one that was judged"
        advice = "Judge the run again."
        raise BundleError(what, reason=BundleReason.WRONG_HASH, subject=gate.new.key, advice=advice)
    return bundle


def _sign(shelf: ModelShelf, bundle: Bundle) -> None:
    """Vouch for it where it is clear with which key; one with several signs it later, in the Models place."""
    from leukdesk.bundles.names import SIGNATURE
    from leukdesk.bundles.signature import encode_signature, sign
    from leukdesk.report.atomic import write_whole

    if bundle.signature is None and len(shelf.keys.own()) == 1:
        owner, key = shelf.keys.private()
        write_whole(bundle.folder / SIGNATURE, encode_signature(sign(key, owner, bundle.ref.sha256)))


def _pack(folder: Path, archive: Path) -> None:
    from leukdesk.architectures import names
    from leukdesk.bundles.archive import write_archive
    from leukdesk.bundles.load import load_bundle

    try:
        with archive.open("xb") as stream:
            write_archive(load_bundle(folder, names()), stream)
    except OSError as error:
        what = f"it cannot be packed ({error.strerror})"
        raise OutputError(
            what, subject=archive.name, advice="Free some space on the disk of temporary files."
        ) from error


def _damaged(folder: Path) -> DataError:
    return DataError("what the gate found cannot be read", subject=folder / FILE, advice="Judge the run again.")
