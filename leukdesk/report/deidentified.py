"""Cases as a folder without names: data, images written anew, and a ledger of what was done to each image.

An image is decoded to its pixels and written as PNG: nothing of its file but these goes out. Where something is written
in the picture it is held back, or painted over if the one who exports wants that.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image as Photo
from PIL.PngImagePlugin import PngInfo

from leukdesk.domain.errors import ImageError
from leukdesk.domain.taken_out import Deidentified, HeldBack, TakenOut
from leukdesk.imaging.burnt_in import blanked, find_writing
from leukdesk.imaging.read import read_image
from leukdesk.report.atomic import replacing, require_empty, write_whole
from leukdesk.report.deidentified_case import Json, without_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.recorded import RecordedImage

LEDGER = "ledger.csv"
_WRITTEN, _BLANKED = "written", "written, writing in it painted over"
_WRITING = "there is writing in the picture"
_CHANGED = "its file has other content than was recorded"


class DeidentifiedExport:
    """Writes cases into one new or empty folder."""

    def __init__(self, folder: Path, locate: Callable[[RecordedImage], Path], *, blank: bool, limit_px: int) -> None:
        """`locate` says where an image's file is; `blank`: paint over writing instead of holding the image back.

        Raises `OutputError` where the folder holds something.
        """
        require_empty(folder)
        self._folder, self._locate, self._blank, self._limit_px = folder, locate, blank, limit_px
        self._ledger: list[tuple[str, int, str]] = []
        self._held_back: list[HeldBack] = []

    def write(self, cases: Iterable[TakenOut]) -> Deidentified:
        """Write all of them. Raises `OutputError`; an image that cannot go out is told, and the rest goes on."""
        for one in cases:
            self._case(one)
        with replacing(self._folder / LEDGER, make_folder=True) as stream:
            writer = csv.writer(stream)
            writer.writerow(("case", "image", "what was done"))
            writer.writerows(self._ledger)
        done = [what for _, _, what in self._ledger]
        return Deidentified(done.count(_WRITTEN) + done.count(_BLANKED), done.count(_BLANKED), tuple(self._held_back))

    def _case(self, taken: TakenOut) -> None:
        files: dict[int, Json] = {}
        for number, image in enumerate(taken.record.images, 1):
            files[image.id], what = self._image(taken.case, number, image)
            self._ledger.append((taken.case, number, what))
        with replacing(self._folder / taken.case / "case.json", make_folder=True) as stream:
            json.dump(without_names(taken, files), stream, indent=1)
            stream.write("\n")

    def _image(self, case: str, number: int, image: RecordedImage) -> tuple[Json, str]:
        facts: Json = {"width": image.width, "height": image.height, "um_per_px": image.um_per_px}
        facts |= {"synthetic": image.synthetic, "file": None, "sha256": None}
        pixels, what = self._pixels(image)
        if pixels is None:
            self._held_back.append(HeldBack(case, number, image.path, what))
            return facts, f"held back: {what}"
        name, data = f"{number:06d}.png", _png(pixels, synthetic=image.synthetic)
        folder = self._folder / case / "images"
        write_whole(folder / name, data, make_folder=True)
        return facts | {"file": f"images/{name}", "sha256": hashlib.sha256(data).hexdigest()}, what

    def _pixels(self, image: RecordedImage) -> tuple[NDArray[np.uint8] | None, str]:
        """What may go out of an image, and what was done; or None, and why not."""
        try:
            read = read_image(self._locate(image), limit_px=self._limit_px)
        except ImageError as error:
            return None, error.what
        if read.source.sha256 != image.sha256:
            return None, _CHANGED
        written = find_writing(read.pixels)
        if not written:
            return read.pixels, _WRITTEN
        painted = blanked(read.pixels, written)
        if not self._blank or find_writing(painted):
            return None, _WRITING
        return painted, _BLANKED


def _png(pixels: NDArray[np.uint8], *, synthetic: bool) -> bytes:
    text = PngInfo()
    if synthetic:
        text.add_text("leukdesk-synthetic", "1")
    stream = io.BytesIO()
    Photo.fromarray(pixels).save(stream, "PNG", pnginfo=text)
    return stream.getvalue()
