"""Which files a bundle may list, and under what names."""

from __future__ import annotations

import re
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from leukdesk.bundles.limits import ENTRIES
from leukdesk.bundles.refusal import listed, printable, refused
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from collections.abc import Collection

    from leukdesk.domain.card import Card

MANIFEST: Final = "bundle.json"
SIGNATURE: Final = "signature.json"  # beside the manifest, and not listed in it
WEIGHTS: Final = "weights.safetensors"
NOVELTY: Final = "novelty.safetensors"
MODEL: Final = "model.tflite"
EXPECTED: Final = "golden/expected.json"
REQUIRED: Final = (WEIGHTS, MODEL, "card.md", "LICENSE", EXPECTED)

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_FOLDER = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)-(?P<version>[0-9]+(?:\.[0-9]+){1,2})")
_DEEPEST = 2  # parts of a name: one folder, as in golden/00.png
# A bundle is data: nothing in it has a name that any system would run or open with code in it.
_SUFFIXES = frozenset({".csv", ".json", ".md", ".png", ".safetensors", ".tflite", ".txt"})
_BARE = frozenset({"LICENSE", "NOTICE"})
# Windows opens a device by these names, whatever the suffix.
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))})


def folder_name(card: Card) -> str:
    """The name the folder of a bundle must have."""
    return f"{card.name}-{card.version}"


def split_folder_name(text: str) -> tuple[str, tuple[int, ...]] | None:
    """("all-stage", (1, 0)) of "all-stage-1.0"; None for what is no name of a bundle folder."""
    match = _FOLDER.fullmatch(text)
    return (match["name"], version_key(match["version"])) if match else None


def version_key(version: str) -> tuple[int, ...]:
    """Versions in order: 1.9 before 1.10."""
    return tuple(int(part) for part in version.split("."))


def check_names(bundle: str, card: Card) -> None:
    """Raise `BundleError` unless the listed names are plain, tell files apart everywhere, and are complete."""
    _check_each(bundle, card.files)
    _check_collisions(bundle, card.files)
    missing = [name for name in REQUIRED if name not in card.files]
    if missing:
        raise refused(bundle, BundleReason.MISSING_FILE, f"bundle.json does not list {listed(missing)}")
    if card.novelty is not None and NOVELTY not in card.files:
        raise refused(bundle, BundleReason.MISSING_FILE, f"bundle.json states a novelty score but lists no {NOVELTY}")
    if card.novelty is None and NOVELTY in card.files:
        raise refused(bundle, BundleReason.BAD_MANIFEST, f"bundle.json lists {NOVELTY} but states no novelty score")


def _check_each(bundle: str, names: Collection[str]) -> None:
    if len(names) > ENTRIES:
        raise refused(bundle, BundleReason.TOO_LARGE, f"bundle.json lists {len(names)} files, {ENTRIES} at most")
    for name in names:
        wrong = objection(name)
        if wrong:
            raise refused(bundle, BundleReason.BAD_MANIFEST, f'bundle.json lists "{printable(name)}", {wrong}')


def objection(name: str) -> str:
    """Why a bundle may not list a file of this name, as the end of a sentence; empty where it may."""
    parts = name.split("/")
    if len(parts) > _DEEPEST or not all(_PART.fullmatch(part) for part in parts):
        return "which is not a plain file name"
    if any(part.endswith(".") or part.split(".")[0].upper() in _DEVICES for part in parts):
        return "which is not a file name on every system"
    if name.lower() in (MANIFEST, SIGNATURE):
        return "which cannot hold its own hash"
    if name not in _BARE and PurePosixPath(name).suffix not in _SUFFIXES:
        return "which is not a kind of file that a bundle holds"
    return ""


def _check_collisions(bundle: str, names: Collection[str]) -> None:
    """Refuse names that are one file, one folder, or a file and a folder, on a system that ignores case."""
    taken: dict[str, tuple[str, str]] = {}
    for name in sorted(names):
        folder = name.rpartition("/")[0]
        for entry in filter(itemgetter(0), ((name, "file"), (folder, "folder"))):
            other = taken.setdefault(entry[0].lower(), entry)
            if other != entry:
                what = f'bundle.json lists "{other[0]}" and "{name}", which cannot lie side by side on every system'
                raise refused(bundle, BundleReason.BAD_MANIFEST, what)
