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
QWidget[panel="status"] { background: $window; border-top: 1px solid $border; }
QWidget[panel="list"] { background: $surface; border-top: 1px solid $border; }
QWidget[panel="card"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="rule"] { background: $border; border: none; max-height: 1px; min-height: 1px; }

QPushButton {
  background: $raised; border: 1px solid $border; border-radius: ${radius}px;
  padding: ${s2}px ${s4}px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 2px solid $accent; padding: 7px 15px; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="small"] { padding: 3px ${s2}px; min-height: 16px; font-size: ${caption}px; }
QPushButton[kind="small"]:focus { padding: 2px 7px; }
QPushButton[kind="choice"] { padding: 0; text-align: left; }
QPushButton[kind="choice"]:focus { padding: 0; }
QPushButton[kind="link"] {
  background: transparent; border: none; color: $accent; padding: 0; font-size: ${caption}px; min-height: 16px;
}
QPushButton[kind="link"]:hover, QPushButton[kind="link"]:focus { text-decoration: underline; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: ${radius}px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $tint; }
QToolButton:focus { border: 2px solid $accent; }
QToolButton[kind="toggle"] { padding: 3px 6px; }
QToolButton[kind="rail"] { font-size: ${caption}px; padding: ${s2}px 0; margin: 0 6px; color: $muted; }
QToolButton[kind="rail"]:checked { color: $text; }

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
QFrame[banner="attention"] { background: $attention_ground; border-bottom: 1px solid $border; }
QFrame[drop="true"] { border: 3px solid $accent; background: transparent; }
QFrame[overlay="true"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QLabel[tone="ok"] { color: $ok; font-weight: 600; }
QLabel[tone="attention"] { color: $attention; font-weight: 600; }
QLabel[tone="refuse"] { color: $refuse; font-weight: 600; }

QListView { background: transparent; border: none; outline: none; }
QGraphicsView { border: none; background: $canvas; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QComboBox QAbstractItemView {
  background: $raised; border: 1px solid $border; padding: ${s1}px; outline: none;
  selection-background-color: $tint; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 ${s2}px; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $disabled; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $raised; border: 1px solid $muted;
}
QSlider::handle:horizontal:hover { background: $hover; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; }

QProgressBar { background: $track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QMenuBar { background: $window; border-bottom: 1px solid $border; padding: 2px ${s1}px; }
QMenuBar::item { padding: ${s1}px ${s2}px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border; padding: ${s1}px; }
QMenu::item { padding: 6px ${s5}px 6px ${s5}px; border-radius: 4px; }
QMenu::item:selected { background: $tint; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: ${s1}px ${s2}px; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $track; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QPlainTextEdit {
  background: $surface; border: 1px solid $border; border-radius: ${radius}px; padding: ${s1}px;
  selection-background-color: $accent; selection-color: $on_accent;
}
""")


def stylesheet(colours: Colours) -> str:
    """The stylesheet of one theme."""
    sizes = {
        "s1": tokens.SPACE_1, "s2": tokens.SPACE_2, "s3": tokens.SPACE_3, "s4": tokens.SPACE_4, "s5": tokens.SPACE_5,
        "radius": tokens.RADIUS, "caption": tokens.CAPTION, "body": tokens.BODY,
        "heading": tokens.HEADING, "title": tokens.TITLE,
    }  # fmt: skip
    return _RULES.substitute(asdict(colours) | sizes)
