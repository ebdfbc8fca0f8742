"""The bundles installed in some folders, good and refused alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bundles.load import load_bundle, read_card
from leukdesk.bundles.names import split_folder_name
from leukdesk.bundles.refusal import listed, refused
from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from leukdesk.bundles.load import Bundle
    from leukdesk.bundles.signature import Signature
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import BundleRef


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder where a bundle should be: its card and reference, or why it is refused."""

    folder: Path
    card: Card | None = None
    error: BundleError | None = None
    ref: BundleRef | None = None
    size: int = 0  # bytes of all its files
    signature: Signature | None = None
    owner: str = ""  # under whose name the key of its signature is trusted here
    is_imported: bool = False  # it lies where leukdesk put it, and may be removed


def installed(
    roots: Sequence[Path], known_architectures: Collection[str], load: Callable[[Path], Bundle] | None = None
) -> list[Installed]:
    """All bundles below the roots, by name, the newest version first; every file of each is checked.

    A refused bundle is listed with its error, and so is a root that cannot be read. Of two folders with one name, that
    of the earlier root counts. `load` opens a folder where not every bundle may be run. Passed over:
    roots that do not exist, plain files, folders whose name starts with a dot.
    """
    opened = load or partial(load_bundle, known_architectures=known_architectures)
    return [_opened(folder, opened) for folder in _folders(roots)]


def find(roots: Sequence[Path], known_architectures: Collection[str], name: str, version: str | None = None) -> Path:
    """The folder of a bundle by its name ("all-stage", or "all-stage-1.0"), the newest version unless one is given.

    Raises `BundleError` where there is none, and where the manifest of the one found is refused: an older version is
    never taken in silence for a damaged newer one. The other files are checked by `load_bundle`.
    """
    folders = [folder for folder in _folders(roots) if _answers(folder, name, version)]
    if not folders:
        raise _not_found(roots, name if version is None else f"{name}-{version}")
    read_card(folders[0], known_architectures)
    return folders[0]


def _opened(folder: Path, load: Callable[[Path], Bundle]) -> Installed:
    try:
        bundle = load(folder)
    except BundleError as error:
        return Installed(folder, error=error)
    return Installed(folder, card=bundle.card, ref=bundle.ref, size=bundle.size, signature=bundle.signature)


def _folders(roots: Sequence[Path]) -> list[Path]:
    by_name: dict[str, Path] = {}
    for root in roots:
        for folder in _subfolders(root):
            by_name.setdefault(folder.name, folder)
    return sorted(by_name.values(), key=_order)


def _subfolders(root: Path) -> list[Path]:
    try:
        return [entry for entry in root.iterdir() if not entry.name.startswith(".") and entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        return [root]  # opened as if it were a bundle, it is refused with the reason why it cannot be read


def _order(folder: Path) -> tuple[str, tuple[int, ...]]:
    name, version = split_folder_name(folder.name) or (folder.name, ())
    return name, (*(-number for number in version), 1)  # the 1 puts 1.9 after 1.9.0 and 1.9.1


def _answers(folder: Path, name: str, version: str | None) -> bool:
    """Whether a folder is asked for by this name and version, or by its whole name."""
    parts = split_folder_name(folder.name)
    if parts is None:
        return False
    if version is None:
        return name in (parts[0], folder.name)
    return folder.name == f"{name}-{version}"


def _not_found(roots: Sequence[Path], wanted: str) -> BundleError:
    names = [folder.name for folder in _folders(roots)]
    what = "no such model is installed"
    return refused(wanted, BundleReason.NOT_FOUND, what, advice=f"Installed are: {listed(names, 8) or 'none'}.")
