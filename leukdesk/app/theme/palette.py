"""The palette: what the stylesheet does not reach (placeholder text, selections, native parts) agrees with it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from leukdesk.app.theme.tokens import Colours


def palette(colours: Colours) -> QPalette:
    """A palette from one theme's tokens."""
    role, made = QPalette.ColorRole, QPalette()
    for one, value in {
        role.Window: colours.surface, role.Base: colours.raised, role.AlternateBase: colours.surface,
        role.Button: colours.raised, role.ToolTipBase: colours.raised, role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent, role.WindowText: colours.text, role.Text: colours.text,
        role.ButtonText: colours.text, role.ToolTipText: colours.text, role.PlaceholderText: colours.muted,
        role.Link: colours.accent, role.LinkVisited: colours.accent, role.Mid: colours.border,
        role.Accent: colours.accent,
    }.items():  # fmt: skip
        made.setColor(one, QColor(value))
    for one in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, one, QColor(colours.disabled))
    return made
