"""The user guide in a window of its own: pages on the left, text and pictures on the right; no network."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.guide import GuideViewModel

_MARGIN = 12  # px around the text


class GuideText(QTextBrowser):
    """Shows one page; pictures come from the view-model and are made as wide as the text."""

    def __init__(self, model: GuideViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setOpenLinks(False)
        self.document().setDocumentMargin(_MARGIN)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        picture = self._picture(QUrl(name).toString())
        if kind == QTextDocument.ResourceType.ImageResource and not picture.isNull():
            room = max(self.viewport().width() - 2 * _MARGIN - 4, 100)
            if picture.width() <= room:
                return picture
            ratio = self.devicePixelRatioF()
            sharp = picture.scaledToWidth(round(room * ratio), Qt.TransformationMode.SmoothTransformation)
            sharp.setDevicePixelRatio(ratio)
            return sharp
        return None

    def _picture(self, name: str) -> QImage:
        guide = self._model.guide
        return guide.pictures.get(name, QImage()) if guide is not None else QImage()


class GuideWindow(QDialog):
    """Stays open beside the work."""

    def __init__(self, model: GuideViewModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setWindowTitle(self.tr("User guide"))
        self.setWindowFlag(Qt.WindowType.Window)
        self.pages, self.text = QListWidget(), GuideText(model)
        self.pages.setAccessibleName(self.tr("Pages of the guide"))
        self.text.setAccessibleName(self.tr("Text of the guide"))
        self.pages.setFixedWidth(theme.px(220))
        self.pages.setWordWrap(True)
        self.resize(1000, 720)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        row.addWidget(self.pages)
        row.addWidget(self.text, 1)
        self.pages.currentRowChanged.connect(self._show)
        self.text.anchorClicked.connect(self._follow)
        model.loaded.connect(self._fill)
        model.failed.connect(lambda error: self.text.setPlainText(str(error)))
        model.load()

    def show_page(self, name: str) -> None:
        """Go to a page by its file's name."""
        guide = self._model.guide
        for row, page in enumerate(guide.pages if guide is not None else ()):
            if page.name == name:
                self.pages.setCurrentRow(row)

    def _fill(self) -> None:
        if self._model.guide is not None and not self.pages.count():
            self.pages.addItems([page.title for page in self._model.guide.pages])
            self.pages.setCurrentRow(0)
            self.pages.setFocus()

    def _show(self, row: int) -> None:
        if self._model.guide is not None and row >= 0:
            self.text.setMarkdown(self._model.guide.pages[row].text)
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)

    def _follow(self, url: QUrl) -> None:
        """Links lead to other pages of the guide; nothing else is opened."""
        self.show_page(url.fileName())
