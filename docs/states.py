"""The contact sheet: every view in every state, in every theme and two sizes, side by side in `docs/images/states.png`.

`python docs/states.py` renders it (under a display, or with QT_QPA_PLATFORM=offscreen), `python docs/states.py WORDS`
only the states whose names hold one of the words, and no sheet. Each core has a process with a temporary folder of its
own; each state one window, in which theme and size are changed. The pictures in full size go into the git-ignored
`output/screenshots/states/`. Only phantoms are shown. To add a state: write a function in `scenes.py` and name it in
`SCENES` there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

if TYPE_CHECKING:
    from camera import Camera
    from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[1]
SHEET = ROOT / "docs" / "images" / "states.png"
SINGLES = ROOT / "output" / "screenshots" / "states"
THEMES = ("light", "dark", "high-contrast")
SIZES = {1: (1280, 800), 2: (2560, 1440)}  # by pixel ratio: what the window measures in logical px
MARK = "leukdesk-synthetic"

CELL_HEIGHT, MARGIN, LABEL_WIDTH = 144, 10, 190
COLOURS = 80  # of the sheet's palette, to keep the file small


def render(names: Sequence[str]) -> None:
    """These scenes: one window each, in which themes and sizes are changed."""
    from scenes import SCENES

    wanted = {name: SCENES[name] for name in names}
    with tempfile.TemporaryDirectory(prefix="leukdesk-states-") as scratch, ThreadPoolExecutor(1) as writing:
        folder = Path(scratch)
        for number, (name, scene) in enumerate(wanted.items()):
            started = time.monotonic()
            os.environ["LEUKDESK_DATA"] = str(folder / f"data {number}")  # nobody's own settings
            with scene(folder / f"case 24-0{117 + number}") as camera:
                pictures = list(_taken(camera))
            for (theme, ratio), picture in pictures:
                writing.submit(_write, picture, single(name, theme, ratio))
            sys.stdout.write(f"{name}, {time.monotonic() - started:.1f} s\n")
            sys.stdout.flush()
            shutil.rmtree(folder / f"case 24-0{117 + number}", ignore_errors=True)


def _taken(camera: Camera) -> Iterator[tuple[tuple[str, int], QImage]]:
    for theme in THEMES:
        if camera.session.theme.mode != theme:  # to style a whole window takes longer than all else
            camera.session.theme.use(theme)
        for ratio, size in SIZES.items():
            camera.resize(*size)
            camera.rest(0.1)  # thumbnails that came into sight
            yield (theme, ratio), camera.see(ratio=ratio)


def _write(picture: QImage, file: Path) -> None:
    """In full size; Python runs on meanwhile, since Qt needs none for it."""
    picture.setText(MARK, "1")
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(str(file), "PNG", 80)


def single(name: str, theme: str, ratio: int) -> Path:
    """Where one picture in full size goes."""
    width, height = SIZES[ratio]
    return SINGLES / f"{name} {theme} {width}x{height}@{ratio}x.png"


def compose(names: Sequence[str]) -> None:
    """One row a state, one column a theme and size."""
    columns = [(theme, ratio) for ratio in SIZES for theme in THEMES if single(names[0], theme, ratio).exists()]
    widths = [round(CELL_HEIGHT * SIZES[ratio][0] / SIZES[ratio][1]) for _, ratio in columns]
    lefts = [LABEL_WIDTH + sum(widths[:at]) + (at + 1) * MARGIN for at in range(len(columns))]
    step = CELL_HEIGHT + MARGIN
    sheet = Image.new("RGB", (lefts[-1] + widths[-1] + MARGIN, 3 * MARGIN + len(names) * step + MARGIN), "#8A8F95")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for left, (theme, ratio) in zip(lefts, columns, strict=True):
        pen.text((left, MARGIN), f"{theme}, {SIZES[ratio][0]} x {SIZES[ratio][1]} at {ratio}x", "black", font)
    for row, name in enumerate(names):
        top = 3 * MARGIN + row * step
        pen.multiline_text((MARGIN, top), "\n".join(name.split(": ")), "black", font)
        for left, width, (theme, ratio) in zip(lefts, widths, columns, strict=True):
            with Image.open(single(name, theme, ratio)) as picture:
                sheet.paste(picture.convert("RGB").resize((width, CELL_HEIGHT), Image.Resampling.LANCZOS), (left, top))
    info = PngImagePlugin.PngInfo()
    info.add_text(MARK, "1")
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(SHEET, optimize=True, pnginfo=info)
    sys.stdout.write(f"{SHEET.relative_to(ROOT)}: {SHEET.stat().st_size / 1e6:.1f} MB, {len(names)} states\n")


def main(arguments: Sequence[str]) -> int:
    """Render the states on all cores, then put the sheet together, unless only some were wanted."""
    sys.path.insert(0, str(ROOT))  # for the scenes that borrow from the tests
    if arguments[:1] == ["--render"]:
        render(arguments[1:])
        return 0
    from scenes import SCENES

    names = [name for name in SCENES if not arguments or any(word in name for word in arguments)]
    parts = [names[first :: os.cpu_count() or 1] for first in range(os.cpu_count() or 1)]
    running = [subprocess.Popen([sys.executable, __file__, "--render", *part]) for part in parts if part]
    failed = [one for one in running if one.wait() != 0]
    if not arguments and not failed:
        compose(names)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
