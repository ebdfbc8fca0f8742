"""Why a file is not opened as an image, with the advice that belongs to each reason."""

from __future__ import annotations

from leukdesk.domain.errors import ImageError, ImageReason

_COPY_AGAIN = "Copy it again from where it came from, or export the image again."
_ADVICE = {
    ImageReason.NOT_AN_IMAGE: "Choose a JPEG, PNG, BMP or TIFF file.",
    ImageReason.TRUNCATED: _COPY_AGAIN,
    ImageReason.DAMAGED: _COPY_AGAIN,
    ImageReason.TOO_LARGE: "Export a smaller field, or raise the image limit in the settings.",
    ImageReason.EMPTY: _COPY_AGAIN,
    ImageReason.UNSUPPORTED: "Save it as an 8-bit PNG, JPEG or TIFF and open that file.",
    ImageReason.VANISHED: "It was moved, renamed or deleted: open the folder again.",
    ImageReason.PERMISSION: "Ask its owner for the right to read it, or copy it to a folder of your own.",
    ImageReason.UNREADABLE: "Check the drive or the network connection and try again.",
}


def refusal(reason: ImageReason, what: str, advice: str = "") -> ImageError:
    """The error for one reason; `read_image` adds which file it is about."""
    return ImageError(what, reason=reason, advice=advice or _ADVICE[reason])


def truncated(what: str = "the file ends too early: part of the image is missing") -> ImageError:
    """The file is shorter than it says."""
    return refusal(ImageReason.TRUNCATED, what)


def damaged(what: str) -> ImageError:
    """The bytes contradict the format."""
    return refusal(ImageReason.DAMAGED, f"the image data is damaged ({what})")


def unsupported(what: str, advice: str = "") -> ImageError:
    """A sound image of a kind that leukdesk does not read."""
    return refusal(ImageReason.UNSUPPORTED, what, advice)


def check_dimensions(width: int, height: int, limit_px: int) -> None:
    """Refuse, before anything is decoded, an image without pixels or with more than `limit_px` of them."""
    if width < 1 or height < 1:
        raise damaged(f"it says it is {width} x {height} pixels")
    if width * height > limit_px:
        size, limit = width * height / 1e6, limit_px / 1e6
        what = f"the image has {width} x {height} pixels ({size:.3g} megapixels); the limit is {limit:.3g} megapixels"
        raise refusal(ImageReason.TOO_LARGE, what)
