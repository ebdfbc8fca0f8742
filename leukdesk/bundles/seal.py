"""Seal a bundle: hash every file, then write `bundle.json` last and in one step."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from leukdesk.bundles.disk import bundle_folder, contents, file_sha256
from leukdesk.bundles.load import open_bundle
from leukdesk.bundles.manifest import encode_manifest
from leukdesk.bundles.names import MANIFEST
from leukdesk.domain.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import BundleRef

_TEMPORARY = ".bundle.json.new"


def seal(folder: Path, card: Card, known_architectures: Collection[str] | None = None) -> BundleRef:
    """Write the `bundle.json` of a folder that holds all other files of a bundle; `card.files` is filled in here.

    Raises `BundleError` for whatever `load_bundle` would refuse (the architecture only where the known ones are given)
    and `OutputError` where it cannot be written. In both cases the folder is left as it was.
    """
    folder = bundle_folder(folder)
    with _writing(folder.name):  # what an interrupted call left behind
        (folder / _TEMPORARY).unlink(missing_ok=True)
    files = {name: file_sha256(folder, name) for name in contents(folder).files}
    manifest = encode_manifest(card.model_copy(update={"files": files}))
    known = {card.architecture.name} if known_architectures is None else known_architectures
    bundle = open_bundle(folder, manifest, known)
    _write(folder, manifest)
    return bundle.ref


def _write(folder: Path, manifest: bytes) -> None:
    temporary = folder / _TEMPORARY
    with _writing(folder.name):
        try:
            with temporary.open("xb") as stream:
                stream.write(manifest)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(folder / MANIFEST)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    _sync_folder(folder)


@contextmanager
def _writing(bundle: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"bundle.json could not be written ({error.strerror})"
        raise OutputError(
            what, subject=bundle, advice="Check the space on the disk and who may write there."
        ) from error


def _sync_folder(folder: Path) -> None:
    """Let the new name survive a power cut where the system can promise it: Windows and some network disks cannot."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
