"""The one stylesheet, generated from the tokens."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from leukdesk.app.theme import tokens
from leukdesk.app.theme.tokens import Colours

_RULES = Template("""
* { font-size: ${body}px; }
QMainWindow, QDialog { background: $window; }
QWidget { color: $text; }
QWidget:disabled { color: $disabled; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: ${s1}px ${s2}px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="section"] { font-size: ${caption}px; font-weight: 600; color: $muted; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { font-size: ${caption}px; color: $muted; }
QLabel[role="research"] { font-size: ${caption}px; font-weight: 600; color: $text; }

QWidget[panel="surface"] { background: $surface; }
QWidget[panel="canvas"] { background: $canvas; }
QWidget[panel="rail"] { background: $window; border-right: 1px solid $border; }
QWidget[panel="header"] { background: $surface; border-bottom: 1px solid $border; }
QWidget[panel="inspector"] { background: $surface; border-left: 1px solid $border; }
QWidget[panel="side"] { background: $surface; border-right: 1px solid $border; }
QWidget[panel="status"] { background: $window; border-top: 1px solid $border; }
QWidget[panel="list"] { background: $surface; border-top: 1px solid $border; }
QWidget[panel="card"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="rule"] { background: $border; border: none; max-height: 1px; min-height: 1px; }

QPushButton {
  background: $raised; border: 1px solid $outline; border-radius: ${radius}px;
  padding: ${s2}px ${s4}px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 2px solid $focus; padding: 7px 15px; }
QPushButton:disabled { background: transparent; border-color: $border; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { border: 1px solid $text; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $track; color: $disabled; border: 1px solid $border; }
QPushButton[kind="small"] { padding: 3px ${s2}px; font-size: ${caption}px; }
QPushButton[kind="small"]:focus { padding: 2px 7px; }
QPushButton[kind="choice"] { padding: 0; text-align: left; }
QPushButton[kind="choice"]:focus { padding: 0; }
QPushButton[kind="filter"] {
  background: transparent; padding: 3px ${s2}px; font-size: ${caption}px; border-radius: 11px;
}
QPushButton[kind="filter"]:hover { background: $hover; }
QPushButton[kind="filter"]:checked { background: $tint; border: 2px solid $accent; padding: 2px 7px; }
QPushButton[kind="filter"]:disabled { color: $disabled; }
QPushButton[kind="filter"]:focus { border: 2px solid $focus; padding: 2px 7px; background: $hover; }
QPushButton[kind="link"] {
  background: transparent; color: $accent; padding: 0; font-size: ${caption}px;
  border: 2px solid transparent;
}
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $focus; padding: 0; text-decoration: underline; }
QPushButton[kind="link"]:disabled { color: $disabled; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: ${radius}px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $tint; border: 1px solid $accent; padding: 4px; }
QToolButton:focus { border: 2px solid $focus; padding: 3px; }
QToolButton[kind="toggle"] { padding: 3px 6px; }
QToolButton[kind="toggle"]:checked { padding: 4px 7px; }
QToolButton[kind="toggle"]:focus { padding: 3px 6px; }
QToolButton[kind="rail"] { font-size: ${caption}px; padding: ${s2}px 0; border-radius: 0; color: $muted; }
QToolButton[kind="rail"]:checked {
  color: $text; border: 2px solid $tint; border-left: 3px solid $accent; border-radius: 0; padding: ${s2}px 0;
}
QToolButton[kind="rail"]:focus { border: 2px solid $focus; padding: ${s2}px 0; }
QFrame[segments="true"] { background: $track; border: 1px solid $outline; border-radius: ${radius}px; }
QToolButton[kind="segment"] { padding: 2px ${s2}px; border-radius: 5px; color: $text; }
QToolButton[kind="segment"]:checked { background: $raised; border: 1px solid $accent; padding: 3px 9px; }
QToolButton[kind="segment"]:disabled { color: $disabled; }
QToolButton[kind="segment"]:focus { border: 2px solid $focus; padding: 2px ${s2}px; }

QFrame[chip] { border-radius: 10px; background: $track; }
QFrame[chip="ok"] { background: $ok_ground; }
QFrame[chip="attention"] { background: $attention_ground; }
QFrame[chip="refuse"] { background: $refuse_ground; }
QFrame[chip="strong"] { background: $accent; }
QLabel[chiptext] { font-size: ${caption}px; font-weight: 600; color: $text; }
QLabel[chiptext="ok"] { color: $ok; }
QLabel[chiptext="attention"] { color: $attention; }
QLabel[chiptext="refuse"] { color: $refuse; }
QLabel[chiptext="strong"] { color: $on_accent; }
QFrame[banner] { background: $surface; border-bottom: 1px solid $border; }
QFrame[banner="ok"] { background: $ok_ground; }
QFrame[banner="attention"] { background: $attention_ground; }
QFrame[banner="refuse"] { background: $refuse_ground; }
QFrame[error="true"] { background: $raised; border: 1px solid $border; border-left: 3px solid $refuse; }
QFrame[drop="true"] { border: 3px solid $focus; background: transparent; }
QFrame[overlay="true"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QLabel[tone="ok"] { color: $ok; font-weight: 600; }
QLabel[tone="attention"] { color: $attention; font-weight: 600; }
QLabel[tone="refuse"] { color: $refuse; font-weight: 600; }

QListView, QTreeView, QTableView {
  background: transparent; border: none; outline: none; gridline-color: $border;
  selection-background-color: $tint; selection-color: $text;
}
QTableView::item, QTreeView::item { padding: ${s1}px ${s2}px; border-bottom: 1px solid $border; }
QTableView::item:hover, QTreeView::item:hover { background: $hover; }
QTableView::item:selected, QTreeView::item:selected { background: $tint; color: $text; }
QTableView::item:focus, QTreeView::item:focus { border: 2px solid $focus; }
QHeaderView, QTableCornerButton::section { background: $surface; border: none; }
QHeaderView::section {
  background: $surface; color: $muted; border: none; border-bottom: 1px solid $outline; padding: ${s1}px ${s2}px;
  font-size: ${caption}px; font-weight: 600;
}
QHeaderView::section:hover { background: $hover; color: $text; }
QGraphicsView { border: 2px solid $canvas; background: $canvas; }
QGraphicsView:focus { border: 2px solid $focus; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QComboBox QAbstractItemView, QListView:window {
  background: $raised; border: 1px solid $outline; padding: ${s1}px; outline: none;
  selection-background-color: $tint; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 ${s2}px; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $disabled; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $raised; border: 1px solid $outline;
}
QSlider::handle:horizontal:hover { background: $hover; }
QSlider::handle:horizontal:focus { border: 2px solid $focus; }
QSlider::handle:horizontal:disabled { border: 1px solid $border; background: $surface; }

QProgressBar { background: $track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QMenuBar { background: $window; border-bottom: 1px solid $border; padding: 2px ${s1}px; }
QMenuBar::item { padding: ${s1}px ${s2}px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $outline; padding: ${s1}px; }
QMenu::item { padding: 6px ${s5}px 6px ${s5}px; border-radius: 4px; }
QMenu::item:selected { background: $tint; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: ${s1}px ${s2}px; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $outline; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; border-radius: 4px; margin: 1px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QLineEdit, QPlainTextEdit, QTextEdit, QTextBrowser, QAbstractSpinBox {
  background: $raised; border: 1px solid $outline; border-radius: ${radius}px; padding: ${s1}px;
  selection-background-color: $accent; selection-color: $on_accent; placeholder-text-color: $muted;
}
QLineEdit { padding: 5px ${s2}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus, QAbstractSpinBox:focus {
  border: 2px solid $focus; padding: 3px;
}
QLineEdit:focus { padding: 4px 7px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled { border-color: $border; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: $surface; }
QLineEdit QToolButton { border: none; padding: 0; background: transparent; }
""")


def stylesheet(colours: Colours, text_size: int = 100) -> str:
    """The stylesheet of one theme; lengths beside and inside text grow with `text_size` (per cent), lines do not."""
    lengths = {
        "s1": tokens.SPACE_1, "s2": tokens.SPACE_2, "s3": tokens.SPACE_3, "s4": tokens.SPACE_4, "s5": tokens.SPACE_5,
        "radius": tokens.RADIUS, "caption": tokens.CAPTION, "body": tokens.BODY,
        "heading": tokens.HEADING, "title": tokens.TITLE,
    }  # fmt: skip
    grown = {"caption", "body", "heading", "title"}
    sizes = {name: round(px * text_size / 100) if name in grown else px for name, px in lengths.items()}
    return _RULES.substitute(asdict(colours) | sizes)
