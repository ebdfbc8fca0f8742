"""The gallery of widgets, held still: what `states.py` photographs beside `scenes.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from camera import Camera, Held, application
from PySide6.QtCore import QCoreApplication, QEvent

from leukdesk import paths
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widget_gallery import WidgetGallery

Scene = Callable[[Path], AbstractContextManager[Camera]]


@contextmanager
def widgets(_folder: Path) -> Iterator[Camera]:
    """`leukdesk --widgets`."""
    theme = Theme(application(), paths.resources() / "icons")
    theme.moving = False
    gallery = WidgetGallery(theme)
    theme.use("light")
    gallery.show()
    session: Any = SimpleNamespace(window=gallery, theme=theme)
    camera = Camera(session, Held(object), Held(object))
    camera.rest()
    yield camera
    gallery.close()
    gallery.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


WIDGET_SCENES: dict[str, Scene] = {"Widgets": widgets}
