"""Licences of all third parties, their metadata, and the list of materials: made from the files of a package."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import sbom
from components import Component, components

ROOT = Path(__file__).resolve().parents[2]
# Distributions that bring no text of their licence: the standard ones, kept beside this project.
_KEPT = {
    "PySide6_Essentials": ("packaging/licences/LGPL-3.0.txt", "packaging/licences/GPL-3.0.txt"),
    "shiboken6": ("packaging/licences/LGPL-3.0.txt", "packaging/licences/GPL-3.0.txt"),
    "flatbuffers": ("resources/licences/Apache-2.0.txt",),
}

Entry = tuple[str, str, str]


def write(entries: Sequence[Entry], folder: Path, flavour: str) -> list[Entry]:
    """Write all of it into `folder`; returns it as entries of a package. `SystemExit` where a text is missing."""
    found = components([one[0] for one in entries], [one[1] for one in entries if one[2] != "SYMLINK"])
    target = folder / "licences"
    shutil.rmtree(target, ignore_errors=True)
    for one in found:
        _copy(one, target / f"{one.name}-{one.version}".replace(":", "_"))
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, target / name)
    (target / "THIRD-PARTY.txt").write_text(_overview(found), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(json.dumps(sbom.document(found, flavour), indent=1) + "\n", encoding="utf-8")
    texts = [(str(file.relative_to(folder)), str(file), "DATA") for file in sorted(target.rglob("*")) if file.is_file()]
    return [*texts, ("sbom.cdx.json", str(folder / "sbom.cdx.json"), "DATA"), *_metadata(found)]


def _copy(one: Component, folder: Path) -> None:
    texts = [*one.texts, *(ROOT / name for name in _KEPT.get(one.name, ()))]
    if not texts:
        raise SystemExit(
            f"{one.name} {one.version} brings no text of its licence ({one.licence}): name one in {__file__}"
        )
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        name = text.name if not (folder / text.name).exists() else f"{number}-{text.parent.name}-{text.name}"
        shutil.copyfile(text, folder / name)


def _overview(found: Sequence[Component]) -> str:
    rows = [f"{one.name} {one.version}\n    {one.licence or 'see its folder'}\n    {one.home}" for one in found]
    head = "What leukdesk is packaged with. The texts of the licences are in folders beside this file.\n"
    return "\n".join([head, *rows, ""])


def _metadata(found: Sequence[Component]) -> list[Entry]:
    """What `importlib.metadata` reads at run time."""
    files = []
    for one in found:
        if one.kind == "pypi":
            about = metadata.distribution(one.name)
            place = next(file for file in about.files or () if file.parts[-2:-1] and file.name == "METADATA")
            files.append((str(place), str(about.locate_file(place)), "DATA"))
    return files
