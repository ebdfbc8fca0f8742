"""The contact sheet: every view in every state, in every theme and two sizes, side by side in `docs/images/states.png`.

`python docs/states.py` renders it (under a display, or with QT_QPA_PLATFORM=offscreen), `python docs/states.py WORDS`
only the states whose names hold one of the words, and no sheet. The pictures in full size go into the git-ignored
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
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

ROOT = Path(__file__).resolve().parents[1]
SHEET = ROOT / "docs" / "images" / "states.png"
SINGLES = ROOT / "output" / "screenshots" / "states"
THEMES = ("light", "dark", "high-contrast")
SIZES = {1: (1280, 800), 2: (2560, 1440)}  # by pixel ratio: what the window measures in logical px
MARK = "leukdesk-synthetic"

CELL_HEIGHT, MARGIN, LABEL_WIDTH = 160, 10, 190
COLOURS = 80  # of the sheet's palette, to keep the file small


def render(ratio: int, words: Sequence[str]) -> None:
    """All scenes at one pixel ratio; in a process of its own, since Qt asks for the ratio once."""
    from scenes import SCENES

    wanted = {name: scene for name, scene in SCENES.items() if not words or any(word in name for word in words)}
    scratch = Path(tempfile.gettempdir()) / "leukdesk-pictures"  # seen in some pictures, so always the same
    for number, (name, scene) in enumerate(wanted.items()):
        shutil.rmtree(scratch, ignore_errors=True)
        os.environ["LEUKDESK_DATA"] = str(scratch / "data")  # nobody's own settings
        started = time.monotonic()
        with scene(scratch / f"case 24-0{117 + number}") as camera:
            camera.session.window.resize(*SIZES[ratio])
            for theme in THEMES:
                camera.session.theme.use(theme)
                camera.rest(0.1)
                camera.take(single(name, theme, ratio))
        sys.stdout.write(f"{name} at {ratio}x, {time.monotonic() - started:.1f} s\n")
        sys.stdout.flush()
    shutil.rmtree(scratch, ignore_errors=True)


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
    """Render each ratio in a process of its own, then put the sheet together."""
    if arguments and arguments[0].startswith("--ratio="):
        render(int(arguments[0].removeprefix("--ratio=")), arguments[1:])
        return 0
    for ratio in SIZES:
        environment = os.environ | {"QT_SCALE_FACTOR": str(ratio), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, __file__, f"--ratio={ratio}", *arguments], env=environment, check=True)
    if not arguments:
        from scenes import SCENES

        compose(list(SCENES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
