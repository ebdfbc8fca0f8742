"""Load a model bundle: everything its manifest states is checked, at every load and at every read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leukdesk.bundles.compiled import read_compiled
from leukdesk.bundles.disk import Contents, bundle_folder, contents, file_sha256, read_file, read_start
from leukdesk.bundles.golden import GoldenSample, expected_samples, golden_samples
from leukdesk.bundles.manifest import check_architecture, check_seal, parse_manifest
from leukdesk.bundles.names import EXPECTED, MANIFEST, MODEL, NOVELTY, SIGNATURE, WEIGHTS, check_names, folder_name
from leukdesk.bundles.refusal import listed, printable, refused
from leukdesk.bundles.signature import checked_signature
from leukdesk.bundles.weights import START_BYTES, decode_tensors, tensor_specs
from leukdesk.domain.errors import BundleReason
from leukdesk.domain.finding import BundleRef

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from leukdesk.bundles.signature import Signature
    from leukdesk.domain.card import Card


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A bundle whose files were found to be those that were sealed; what is read later is checked again."""

    card: Card
    ref: BundleRef
    folder: Path
    size: int = 0  # bytes of all its files
    signature: Signature | None = None  # right in itself; whether its key is trusted is for `Keyring` to say
    compiled: Path | None = None  # the folder of a graph rebuilt here, which is run in place of its own

    def graph(self) -> bytes:
        """The bytes of the LiteRT graph to run, with their hash checked; raises `BundleError`."""
        return self.read(MODEL) if self.compiled is None else read_compiled(self.compiled, self.ref)

    def read(self, name: str) -> bytes:
        """The bytes of one listed file. It is these very bytes that are hashed: no gap between check and use.

        Raises `BundleError`, also for names that the card does not list.
        """
        if name not in self.card.files:
            raise refused(self.folder.name, BundleReason.MISSING_FILE, f"the bundle lists no {printable(name)}")
        data = read_file(self.folder, name)
        _check_hash(self.folder.name, name, hashlib.sha256(data).hexdigest(), self.card)
        return data

    def weights(self) -> dict[str, NDArray[Any]]:
        """The network's tensors by our names (`features/0007/kernel`), float32 or float16; raises `BundleError`."""
        return decode_tensors(self.read(WEIGHTS), bundle=self.folder.name, name=WEIGHTS)

    def novelty_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the novelty score by name; empty where the card states none. Raises `BundleError`."""
        if self.card.novelty is None:
            return {}
        return decode_tensors(self.read(NOVELTY), bundle=self.folder.name, name=NOVELTY)

    def golden(self) -> list[GoldenSample]:
        """The golden samples, in the order of `golden/expected.json`; raises `BundleError`."""
        return golden_samples(self.read, self.card, self.folder.name)


def load_bundle(folder: Path, known_architectures: Collection[str]) -> Bundle:
    """Open the bundle in `folder`, with all hashes checked; raises `BundleError` saying why it is refused."""
    folder = bundle_folder(folder)
    return open_bundle(folder, read_file(folder, MANIFEST), known_architectures)


def read_card(folder: Path, known_architectures: Collection[str]) -> Card:
    """Only the card, checked by itself: quick, and no word about the other files. Raises `BundleError`."""
    folder = bundle_folder(folder)
    manifest = read_file(folder, MANIFEST)
    card = _checked_card(folder, manifest, known_architectures)
    check_seal(manifest, card, folder.name)
    return card


def open_bundle(folder: Path, manifest: bytes, known_architectures: Collection[str]) -> Bundle:
    """The bundle that `folder` is with these bytes as its `bundle.json`; raises `BundleError`."""
    card = _checked_card(folder, manifest, known_architectures)
    found = contents(folder)
    _check_complete(folder.name, found, card)
    check_seal(manifest, card, folder.name)
    for name in sorted(card.files):
        _check_hash(folder.name, name, file_sha256(folder, name), card)
    ref = BundleRef(card.name, card.version, hashlib.sha256(manifest).hexdigest())
    signature = None
    if found.is_signed:
        signature = checked_signature(read_file(folder, SIGNATURE), ref.sha256, folder.name)
    bundle = Bundle(card, ref, folder, sum(found.files.values()), signature)
    _check_meaning(bundle, found)
    return bundle


def _checked_card(folder: Path, manifest: bytes, known_architectures: Collection[str]) -> Card:
    card = parse_manifest(manifest, folder.name)
    check_architecture(folder.name, card, known_architectures)
    check_names(folder.name, card)
    if folder.name != folder_name(card):
        what = f"the bundle calls itself {folder_name(card)}, its folder has another name"
        raise refused(folder.name, BundleReason.WRONG_NAME, what)
    return card


def _check_complete(bundle: str, found: Contents, card: Card) -> None:
    if missing := card.files.keys() - found.files.keys():
        raise refused(bundle, BundleReason.MISSING_FILE, f"the bundle lacks {listed(missing)}")
    folders = {name.rpartition("/")[0] for name in card.files}
    if surplus := (found.files.keys() - card.files.keys()) | (found.folders - folders):
        raise refused(bundle, BundleReason.SURPLUS_FILE, f"the bundle holds {listed(surplus)}, which it does not list")


def _check_hash(bundle: str, name: str, sha256: str, card: Card) -> None:
    if sha256 != card.files[name]:
        raise refused(bundle, BundleReason.WRONG_HASH, f"{name} was changed after the bundle was sealed")


def _check_meaning(bundle: Bundle, found: Contents) -> None:
    """What right hashes do not say: that tensors and golden samples are such as the card describes."""
    for name in (WEIGHTS, NOVELTY):
        if name in bundle.card.files:
            start = read_start(bundle.folder, name, START_BYTES)
            tensor_specs(start, found.files[name], bundle=bundle.folder.name, name=name)
    expected_samples(bundle.read(EXPECTED), bundle.card, bundle.folder.name)
