"""The program's icon in the forms that Windows and macOS want, drawn from the SVG."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SIDE_PX = 512


def write(folder: Path, suffix: str) -> Path:
    """Write `leukdesk.ico` or `leukdesk.icns` into `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    QGuiApplication.instance() or QGuiApplication([])
    picture = QImage(_SIDE_PX, _SIDE_PX, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(ROOT / "resources" / "icons" / "leukdesk.svg")).render(painter)
    painter.end()
    drawn = folder / "leukdesk.png"
    picture.save(str(drawn))
    icon = folder / f"leukdesk{suffix}"
    with Image.open(drawn) as image:
        image.save(icon)
    return icon
