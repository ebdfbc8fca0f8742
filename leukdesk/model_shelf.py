"""The shelf of models: which are there and may be run; import, export, sign, remove; joins rooms as `bootstrap` does.

What was imported lies in a folder of its own. Its `model.tflite` is never run unless a trusted key signed it: it is
rebuilt from the weights at the import, and the rebuilt one is kept beside (docs/decisions/0037).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import ArchiveError, BundleError, BundleReason, Cancelled, OutputError
from leukdesk.domain.vocabulary import MODEL_SUFFIXES

if TYPE_CHECKING:
    from leukdesk.bundles.activations import Activations, Deed
    from leukdesk.bundles.decisions import Decisions
    from leukdesk.bundles.keyring import Keyring
    from leukdesk.bundles.library import Installed
    from leukdesk.bundles.load import Bundle
    from leukdesk.bundles.signature import Signature
    from leukdesk.inference.choose import EngineChoice

Progress = Callable[[str], None]  # told what is being done: one of STEPS
STEPS = ("unpack", "rebuild", "try")
_NOTHING = "Nothing was installed. Ask whoever made it for the file that `leukdesk models export` writes."


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: folders that are looked through for bundles, and those of the user."""

    roots: tuple[Path, ...]
    imported: Path
    compiled: Path
    keys: Path
    activations: Path


class ModelShelf:
    """The bundles of one user. Its methods may be called from any thread; changes from one at a time."""

    def __init__(self, places: Places, *, has_tensorflow: bool | None = None, memory: int = 0) -> None:
        """`has_tensorflow`: whether networks can be rebuilt here; `memory`: bytes that may take, 0 for what fits."""
        self._places, self._memory = places, memory
        self._can_rebuild = find_spec("tensorflow") is not None if has_tensorflow is None else has_tensorflow

    @property
    def keys(self) -> Keyring:
        """Own and trusted keys."""
        from leukdesk.bundles.keyring import Keyring

        return Keyring(self._places.keys)

    @property
    def activations(self) -> Activations:
        """The record of which model was active when."""
        from leukdesk.bundles.activations import Activations

        return Activations(self._places.activations)

    @property
    def decisions(self) -> Decisions:
        """The record of what was decided after a new model was judged."""
        from leukdesk.bundles.decisions import Decisions

        return Decisions(self._places.activations.with_name("decisions.jsonl"))

    # -- look

    def models(self) -> list[Installed]:
        """Installed bundles, refused ones included with their reason; every file of each is checked."""
        from leukdesk.architectures import names
        from leukdesk.bundles.library import installed

        keys = self.keys
        found = installed(self._places.roots, names(), self.load)
        return [
            replace(one, owner=keys.owner_of(one.signature), is_imported=self._is_imported(one.folder)) for one in found
        ]

    def find(self, name: str, *, shipped: bool = False) -> Path:
        """The folder of a bundle by its name, with or without a version; `shipped`: none of those imported."""
        from leukdesk.architectures import names
        from leukdesk.bundles.library import find

        roots = [one for one in self._places.roots if not (shipped and _same(one, self._places.imported))]
        return find(roots, names(), name)

    def load(self, folder: Path) -> Bundle:
        """A bundle with the graph that may be run here. Raises `BundleError`."""
        from leukdesk.architectures import names
        from leukdesk.bundles.load import load_bundle

        bundle = load_bundle(folder, names())
        if not self._is_imported(bundle.folder):
            return bundle
        compiled = self._places.compiled / bundle.ref.sha256
        if compiled.is_dir():
            opened = replace(bundle, compiled=compiled)
            opened.graph()
            return opened
        if not self.keys.owner_of(bundle.signature):
            what = "it was not rebuilt here, and no trusted key signed it"
            advice = "Trust its owner's key, or remove it and import it again."
            raise BundleError(what, reason=BundleReason.NOT_TRUSTED, subject=bundle.folder.name, advice=advice)
        return bundle

    # -- change

    def add(
        self, archive: Path, *, progress: Progress = lambda step: None, cancelled: Callable[[], bool] = lambda: False
    ) -> Bundle:
        """Import a bundle from an archive, checked, rebuilt and tried; else nothing of it stays on the disk.

        Slow. Raises `BundleError`, `ArchiveError`, `EngineError`, `OutputError`, `Cancelled`.
        """
        imported = self._places.imported
        if not any(_same(one, imported) for one in self._places.roots):
            advice = f"LEUKDESK_MODELS names the folders of models: add {imported} to it."
            raise BundleError("imported models would not be found", reason=BundleReason.NOT_FOUND, advice=advice)
        with _scratch(imported) as scratch:
            progress("unpack")
            folder = self._unpacked(archive, scratch, cancelled)
            bundle = self._checked(folder)
            progress("rebuild")
            bundle = self._rebuilt(bundle, scratch, cancelled)
            progress("try")
            _try(bundle)
            if cancelled():
                raise Cancelled
            return self._put_away(bundle)

    def export(self, name: str, target: Path) -> None:
        """Write a bundle as one file. Raises `BundleError`, `OutputError`."""
        from leukdesk.bundles.archive import write_archive
        from leukdesk.report.atomic import becoming

        bundle = self.load(self.find(name))
        with becoming(target) as part, part.open("xb") as stream:
            write_archive(bundle, stream)

    def sign(self, name: str, owner: str = "") -> Signature:
        """Sign an installed bundle with one's key, in place of any other signature.

        Raises `BundleError`, `SignatureKeyError`, `OutputError`.
        """
        from leukdesk.bundles.names import SIGNATURE
        from leukdesk.bundles.signature import encode_signature, sign
        from leukdesk.report.atomic import write_whole

        bundle = self.load(self.find(name))
        name_of_owner, key = self.keys.private(owner)
        signature = sign(key, name_of_owner, bundle.ref.sha256)
        write_whole(bundle.folder / SIGNATURE, encode_signature(signature))
        return signature

    def remove(self, name: str, *, active: str) -> str:
        """Remove an imported bundle, also a damaged one; returns its name. Raises `BundleError`, `OutputError`."""
        found = [one for one in self.models() if name in (one.folder.name, one.folder.name.rpartition("-")[0])]
        if not found:
            self.find(name)  # refuses, and says what there is
        folder = found[0].folder
        self._check_removable(found[0], active)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".removed-"))
        try:
            folder.rename(aside / folder.name)
        except OSError as error:
            aside.rmdir()
            raise _unwritable(folder, error) from error
        shutil.rmtree(aside, ignore_errors=True)
        if found[0].ref is not None:
            shutil.rmtree(self._places.compiled / found[0].ref.sha256, ignore_errors=True)
        return folder.name

    def record(self, deed: Deed, model: str, before: str) -> None:
        """Write down that another model is the active one from now on. Raises `BundleError`, `OutputError`."""
        from leukdesk.bundles.activations import Activation
        from leukdesk.bundles.lines import stamp

        sha256 = self.load(self.find(model)).ref.sha256
        self.activations.add(Activation(*stamp(), deed, model, sha256, before))

    # -- the steps of an import

    def _unpacked(self, archive: Path, scratch: Path, cancelled: Callable[[], bool]) -> Path:
        from leukdesk.analysis.archive_entries import opened
        from leukdesk.analysis.archive_limits import Limits
        from leukdesk.bundles.archive import unpack_bundle
        from leukdesk.bundles.limits import ENTRIES

        if not archive.name.lower().endswith(MODEL_SUFFIXES):
            what = f"a model comes as a file that ends in {' or '.join(MODEL_SUFFIXES)}"
            raise BundleError(what, reason=BundleReason.BAD_ARCHIVE, subject=archive.name, advice=_NOTHING)
        try:
            with opened(archive, Limits(entries=ENTRIES)) as entries:
                return unpack_bundle(archive, entries, scratch, cancelled)
        except ArchiveError as error:
            raise ArchiveError(error.what, reason=error.reason, subject=archive.name, advice=_NOTHING) from error

    def _checked(self, folder: Path) -> Bundle:
        from leukdesk.architectures import names, resolve
        from leukdesk.bundles.load import load_bundle

        bundle = load_bundle(folder, names())
        try:
            resolve(bundle.card.architecture.name, bundle.card.architecture.parameters)
        except BundleError as error:
            raise BundleError(error.what, reason=error.reason, subject=folder.name, advice=_NOTHING) from error
        if any((root / folder.name).exists() for root in self._places.roots):
            what = "a model of this name and version is installed"
            advice = "Remove that one first, or ask for another version."
            raise BundleError(what, reason=BundleReason.TAKEN, subject=folder.name, advice=advice)
        return bundle

    def _rebuilt(self, bundle: Bundle, scratch: Path, cancelled: Callable[[], bool]) -> Bundle:
        from leukdesk.bundles.compiled import note_compiled
        from leukdesk.inference.rebuild import command, rebuild

        if not self._can_rebuild:
            if self.keys.owner_of(bundle.signature):
                return bundle
            what = "TensorFlow is not installed here to rebuild its network, and no trusted key signed it"
            advice = "Ask for a signed one and trust its owner's key: `leukdesk models trust KEYFILE`."
            raise BundleError(what, reason=BundleReason.NOT_TRUSTED, subject=bundle.folder.name, advice=advice)
        folder = scratch / "compiled"
        try:
            folder.mkdir()
            rebuild(bundle.folder, folder / "model.tflite", command(), cancelled=cancelled, limit=self._memory)
            note_compiled(folder, bundle.ref)
        except OSError as error:
            raise _unwritable(folder, error) from error
        return replace(bundle, compiled=folder)

    def _put_away(self, bundle: Bundle) -> Bundle:
        """Two renames, the bundle last: what is not there by then is not listed."""
        target, compiled = self._places.imported / bundle.folder.name, self._places.compiled / bundle.ref.sha256
        try:
            if bundle.compiled is not None:
                compiled.parent.mkdir(parents=True, exist_ok=True)
                shutil.rmtree(compiled, ignore_errors=True)
                bundle.compiled.rename(compiled)
            bundle.folder.rename(target)
        except OSError as error:
            shutil.rmtree(compiled, ignore_errors=True)
            raise _unwritable(target, error) from error
        return self.load(target)

    # -- who may

    def _is_imported(self, folder: Path) -> bool:
        return _same(folder.parent, self._places.imported)

    def _check_removable(self, one: Installed, active: str) -> None:
        others = [other for other in self.models() if other.card is not None and other.folder != one.folder]
        what = ""
        if not one.is_imported:
            what = "it came with leukdesk, or was put there by hand"
        elif one.folder.name == active:
            what = "it is the active model: use another one first"
        elif not others:
            what = "it is the last model that can be used"
        if what:
            raise BundleError(f"it is not removed: {what}", reason=BundleReason.KEPT, subject=one.folder.name)


def _try(bundle: Bundle) -> None:
    """Refuse a bundle that does not give its own golden answers here."""
    from leukdesk.analysis.golden import run_golden
    from leukdesk.inference.choose import open_predictor

    engine: EngineChoice = "litert" if bundle.card.explains == "graph" else "tensorflow"
    with closing(open_predictor(bundle, engine=engine, threads=1)) as predictor:
        run = run_golden(bundle.golden(), predictor)
    if not run.agrees:
        what = f"its network does not give the answers it was published with ({run})"
        raise BundleError(what, reason=BundleReason.BAD_GOLDEN, subject=bundle.folder.name, advice=_NOTHING)


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A folder on the disk of `beside` that is gone afterwards, and so are the folders made for it if all fails."""
    made = [one for one in (beside, *beside.parents) if not one.exists()]
    try:
        try:
            beside.mkdir(parents=True, exist_ok=True)
            scratch = tempfile.mkdtemp(dir=beside, prefix=".importing-")
        except OSError as error:
            raise _unwritable(beside, error) from error
        try:
            yield Path(scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except BaseException:
        with suppress(OSError):  # a folder that others use by now stays
            for one in made:
                one.rmdir()
        raise


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _unwritable(path: Path, error: OSError) -> OutputError:
    what = f"it cannot be written ({error.strerror})"
    return OutputError(what, subject=path.name, advice="Check the space on the disk and who may write there.")


def shelf_at(roots: Sequence[Path], user: Path, imported: Path) -> ModelShelf:
    """The shelf of a user whose data is in `user`."""
    return ModelShelf(Places(tuple(roots), imported, user / "compiled", user / "keys", user / "activations.jsonl"))
