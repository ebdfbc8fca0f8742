"""Pictures of findings: the image under the heatmap of its predicted class, as PNG."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Failure, Finding, Outcome, outcome_path
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.imaging.overlay import heatmap_rgba
from leukdesk.imaging.read import read_image
from leukdesk.report.atomic import unwritable, write_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.domain.heatmap import Heatmap
    from leukdesk.domain.image import SmearImage

LONGEST_PX = 4096  # larger images are scaled down to this: a heatmap has some 50 values
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")
_STEM_BYTES = 180  # file systems allow 255 for a name; the class and a number follow


class Shown(NamedTuple):
    """What an overlay shows: an image, the model that was asked (name-version), and the class it predicted."""

    image: Path
    model: str
    label: str

    @classmethod
    def of(cls, finding: Finding) -> Shown:
        """What the overlay of a finding shows."""
        return cls(finding.source.path, f"{finding.bundle.name}-{finding.bundle.version}", finding.prediction.label)


class Overlays:
    """Writes `<image>.<class>.png` into one folder; images of one name in several folders get `-2`, `-3`, ...

    With `by_model` into a folder for each model in it, since two models may predict the same class.
    """

    def __init__(self, folder: Path, images: Iterable[Path], *, limit_px: int, by_model: bool = False) -> None:
        """Make the folder and settle all names, so that they do not depend on what fails. Raises `OutputError`."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        self._folder, self._limit_px, self._by_model = folder, limit_px, by_model
        self._stems = unique_stems(images)

    def write(self, finding: Finding) -> Path:
        """Write one overlay and return its path; the image is read again, since no pixels are kept with a finding.

        Raises `ImageError` where the image has changed or gone since, `OutputError`, and ValueError without heatmap.
        """
        return self.put(Shown.of(finding), overlay(finding, limit_px=self._limit_px))

    def put(self, shown: Shown, png: bytes) -> Path:
        """Write what `overlay` made, here or elsewhere, of one of the images. Raises `OutputError`."""
        folder = self._folder / (safe_name(shown.model) if self._by_model else "")
        path = folder / f"{self._stems[shown.image]}.{shown.label}.png"
        write_whole(path, png, make_folder=True)
        return path


def overlay(finding: Finding, *, limit_px: int) -> bytes:
    """The PNG of one image under the heatmap of its class; raises as `Overlays.write` but for `OutputError`."""
    if finding.prediction.heatmap is None:
        raise ValueError("the finding has no heatmap")
    image = read_image(finding.source.path, limit_px=limit_px)
    if image.source.sha256 != finding.source.sha256:
        raise ImageError(
            "the image changed while it was analysed", reason=ImageReason.VANISHED, subject=finding.source.path
        )
    return encode(blend(image, finding.prediction.heatmap, finding.prediction.label), finding)


def drawing(outcomes: Iterable[Outcome], overlays: Overlays) -> Iterator[Outcome]:
    """Pass outcomes on and write an overlay of each finding; an image that changed or went since is a `Failure`."""
    for outcome in outcomes:
        try:
            if isinstance(outcome, Finding):
                overlays.write(outcome)
        except ImageError as error:
            yield Failure(outcome_path(outcome), error)
        else:
            yield outcome


def blend(image: SmearImage, heatmap: Heatmap, label: str) -> NDArray[np.uint8]:
    """The image with the map of one class over it, uint8 RGB, at most `LONGEST_PX` wide and high.

    Full colour is the strongest value of all classes in this image: a class that nothing speaks for stays pale.
    """
    pixels = _bounded(image.pixels)
    height, width = pixels.shape[:2]
    rgba = heatmap_rgba(heatmap.of(label), height=height, width=width, full_scale=float(heatmap.maps.max()) or 1.0)
    alpha = rgba[:, :, 3:].astype(np.uint16)
    mixed = rgba[:, :, :3] * alpha + pixels * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def encode(pixels: NDArray[np.uint8], finding: Finding) -> bytes:
    """PNG whose text says what it shows, by which model, for what use, and whether the image is synthetic."""
    text = PngInfo()
    text.add_text("Title", f"{finding.prediction.label} {finding.prediction.probability:.4f} {finding.decision}")
    text.add_text("Source", f"{finding.bundle.name} {finding.bundle.version}, image SHA-256 {finding.source.sha256}")
    text.add_text("Disclaimer", RESEARCH_USE)
    if finding.source.synthetic:
        text.add_text("leukdesk-synthetic", "1")
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", pnginfo=text, compress_level=1)
    return stream.getvalue()


def unique_stems(images: Iterable[Path]) -> dict[Path, str]:
    """A name for each image: its own without suffix, numbered where an earlier one has it, whatever the case."""
    stems: dict[Path, str] = {}
    taken: dict[str, int] = {}  # a name, and the last number tried after it
    for path in images:
        stem = name = _shortened(path.stem)
        while name.casefold() in taken:
            taken[stem.casefold()] += 1
            name = f"{stem}-{taken[stem.casefold()]}"
        taken[name.casefold()] = 1
        stems[path] = name
    return stems


def safe_name(text: str) -> str:
    """A class or a model as the name of a folder on any system."""
    return _UNSAFE.sub("_", text).strip(".") or "_"


def _shortened(stem: str) -> str:
    return stem.encode("utf-8", "surrogateescape")[:_STEM_BYTES].decode("utf-8", "ignore") or "image"


def _bounded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = LONGEST_PX / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
