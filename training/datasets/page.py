"""A data report as files: report.json, and report.html with its plots and pictures inside."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError, OutputError
from leukdesk.domain.vocabulary import RESEARCH_USE
from training.datasets.plots import balance_plot, colour_plot, separation_plot, size_plot

if TYPE_CHECKING:
    from training.datasets.burnt_in import Mark
    from training.datasets.check import DataReport

_SHOWN = 12
_ROWS = 200
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
img { max-width: 100%; height: auto } .plots { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
table { border-collapse: collapse; font-size: 13px } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
li { margin: .3rem 0 } li.error { color: #a02020; font-weight: 600 } li.warning { color: #7a4a00 }
figcaption { font-size: 13px }
"""


def write_report(report: DataReport, folder: Path) -> Path:
    """Write report.json and report.html, each whole or not at all; returns the page. Raises `OutputError`."""
    _write(folder / "report.json", json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
    page = folder / "report.html"
    _write(page, _page(report))
    return page


def write_plots(report: DataReport, folder: Path) -> list[Path]:
    """The plots of the page as PNG files beside it. Raises `OutputError`."""
    files = []
    for name, png in _plots(report).items():
        files.append(folder / f"{name}.png")
        _write(files[-1], png)
    return files


def _plots(report: DataReport) -> dict[str, bytes]:
    plots = {"balance": balance_plot, "sizes": size_plot, "colour": colour_plot, "separation": separation_plot}
    return {name: plot(report) for name, plot in plots.items()}


def _page(report: DataReport) -> str:
    plots = _plots(report).values()
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Data check</title><style>{_STYLE}</style>",
        f"<h1>Data check: {_text(Path(report.root).name)}</h1><p>{_text(RESEARCH_USE)}</p>",
        _findings(report.lines()),
        "<div class='plots'>" + "".join(_image(plot) for plot in plots) + "</div>",
        *(_mark(report, mark) for mark in report.marks[:4]),
        _near(report),
        _problems(report),
        f"<p>Layout: {_text(report.layout)}; groups: {_text(report.grouping)}; data <code>{report.sha256}</code></p>",
        "</html>",
    ]
    return "\n".join(parts)


def _findings(lines: Iterable[str]) -> str:
    items = (f"<li class='{line.partition(':')[0] if ': ' in line else ''}'>{_text(line)}</li>" for line in lines)
    return "<ul>" + "".join(items) + "</ul>"


def _mark(report: DataReport, mark: Mark) -> str:
    """What stands at the place of a mark in images of every class."""
    crops = [crop for one in _spread(report) if (crop := _crop(Path(report.root) / one, mark)) is not None]
    if not crops:
        return ""
    caption = f"The place of a mark found in {mark.share:.0%} of the images, in {len(crops)} images of all classes"
    return f"<figure>{_image(_strip(crops))}<figcaption>{caption}</figcaption></figure>"


def _spread(report: DataReport) -> list[str]:
    """Ids of images from all classes, evenly spaced."""
    share = max(1, _SHOWN // max(1, len(report.per_class)))
    chosen = []
    for label in report.per_class:
        ids = [one.image_id for one in report.colours if one.label == label]
        chosen += ids[:: max(1, len(ids) // share)][:share]
    return chosen


def _crop(path: Path, mark: Mark) -> NDArray[np.uint8] | None:
    whole = _thumbnail(path, 448)
    if whole is None:
        return None
    height, width = whole.shape[:2]
    left, top, right, bottom = mark.box
    part = whole[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return np.asarray(cv2.resize(part, (120, 120), interpolation=cv2.INTER_AREA), np.uint8)


def _near(report: DataReport) -> str:
    pairs = sorted(report.near_duplicates, key=lambda one: one.across == "")[:_SHOWN]
    figures = []
    for pair in pairs:
        both = [_thumbnail(Path(report.root) / one, 160) for one in (pair.first, pair.second)]
        squares = [_square(one) for one in both if one is not None]
        across = f", between {pair.across}" if pair.across else ""
        caption = _text(f"{pair.first} and {pair.second}: {pair.likeness:.2f}{across}")
        figures.append(f"<figure>{_image(_strip(squares))}<figcaption>{caption}</figcaption></figure>")
    return f"<h2>Nearly the same view</h2><div class='plots'>{''.join(figures)}</div>" if figures else ""


def _problems(report: DataReport) -> str:
    if not report.problems:
        return ""
    rows = "".join(
        f"<tr><td>{_text(one.kind)}</td><td>{_text(one.image_id)}</td><td>{_text(one.detail)}</td></tr>"
        for one in report.problems[:_ROWS]
    )
    more = len(report.problems) - _ROWS
    rest = f"<p>{more} more in report.json</p>" if more > 0 else ""
    return f"<h2>Problems</h2><table><tr><th>kind<th>image<th>detail</tr>{rows}</table>{rest}"


def _thumbnail(path: Path, size: int) -> NDArray[np.uint8] | None:
    from leukdesk.imaging.thumbnail import read_thumbnail

    try:
        return read_thumbnail(path, size, limit_px=64_000_000)
    except ImageError:
        return None  # already listed among the problems


def _square(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    canvas = np.full((160, 160, 3), 255, np.uint8)
    canvas[: image.shape[0], : image.shape[1]] = image
    return canvas


def _strip(tiles: list[NDArray[np.uint8]]) -> bytes:
    gap = np.full((tiles[0].shape[0], 4, 3), 255, np.uint8)
    row = np.hstack([part for tile in tiles for part in (tile, gap)])
    return cv2.imencode(".png", cv2.cvtColor(row, cv2.COLOR_RGB2BGR))[1].tobytes()


def _image(png: bytes) -> str:
    return f"<img alt='' src='data:image/png;base64,{base64.b64encode(png).decode()}'>"


def _text(value: str) -> str:
    return html.escape(value)


def _write(path: Path, content: str | bytes) -> None:
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        advice = "Check the free space and the permissions of the folder."
        raise OutputError(f"the report could not be written: {error.strerror}", subject=path, advice=advice) from error
