"""Refusals of a bundle in words a technician can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    from collections.abc import Iterable

_AGAIN = "Install the bundle again from where it came from."
_ADVICE = {
    BundleReason.NOT_FOUND: "Choose an installed model, or install this one.",
    BundleReason.BAD_MANIFEST: _AGAIN,
    BundleReason.MISSING_FILE: _AGAIN,
    BundleReason.SURPLUS_FILE: "Remove what does not belong there, or install the bundle again.",
    BundleReason.WRONG_HASH: _AGAIN,
    BundleReason.UNKNOWN_ARCHITECTURE: "Update leukdesk, or choose another model.",
    BundleReason.BAD_WEIGHTS: _AGAIN,
    BundleReason.TOO_LARGE: "leukdesk does not load it; ask its maker for a smaller one.",
    BundleReason.LINK: "Put the file or folder itself in its place.",
    BundleReason.WRONG_NAME: "Rename the folder, or install the bundle again.",
    BundleReason.BAD_GOLDEN: _AGAIN,
    BundleReason.BAD_ARCHIVE: "Nothing was installed. Ask whoever made it for the file that `models export` writes.",
    BundleReason.BAD_SIGNATURE: "Do not use it. Get the bundle again from where it came from.",
    BundleReason.NOT_TRUSTED: "Trust its owner's key first: `leukdesk models trust KEYFILE`.",
    BundleReason.TAKEN: "Remove that one first, or ask for another version.",
    BundleReason.KEPT: "It stays where it is.",
    BundleReason.UNREADABLE: "Check the disk and who may read the folder.",
}


def refused(bundle: str, reason: BundleReason, what: str, advice: str = "") -> BundleError:
    """The error that refuses `bundle`, with the reason's own advice unless another is given."""
    return BundleError(what, reason=reason, subject=printable(bundle), advice=advice or _ADVICE[reason])


def unreadable(bundle: str, name: str, error: OSError) -> BundleError:
    """The error for a file or folder that the operating system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return refused(bundle, BundleReason.MISSING_FILE, f"{printable(name)} is missing")
    cause = error.strerror or type(error).__name__
    return refused(bundle, BundleReason.UNREADABLE, f"{printable(name)} cannot be read ({cause})")


def printable(text: str, longest: int = 120) -> str:
    """`text` for a message: what does not print (control characters, broken Unicode) escaped, the rest cut."""
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names for a message: "a, b, c and 2 more"."""
    ordered = sorted(names)
    shown = ", ".join(printable(name) for name in ordered[:most])
    return shown if len(ordered) <= most else f"{shown} and {len(ordered) - most} more"
