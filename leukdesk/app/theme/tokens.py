"""Spacing, type, motion and colour: every number and colour of the window stands here and nowhere else.

Colours are quiet and neutral so that the smear is the brightest thing on screen. A test holds every combination that
carries text (`text_pairs`) to a contrast of 4.5:1, and to 7:1 in high contrast, and everything that shows where a
control or the focus is (`CONTROL_PAIRS`) to 3:1 (WCAG 2.2, success criteria 1.4.3, 1.4.6 and 1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass

SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_5 = 4, 8, 12, 16, 24  # px
RADIUS = 6  # px
CAPTION, BODY, HEADING, TITLE = 12, 13, 15, 20  # px, the one type scale

RAIL_WIDTH = 76  # px
INSPECTOR_WIDTH = 320  # px
HEADER_HEIGHT = 48  # px
STATUS_HEIGHT = 32  # px
ICON = 18  # px
ICON_LARGE = 22  # px

ZOOM_MS = 120  # one smooth zoom step
LATE_MS = 120  # shorter waits are not shown, since they would only flicker

TEXT_SIZES = (100, 125, 150, 175, 200)  # per cent, of the type scale and of whatever holds text


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme; every value is `#RRGGBB`."""

    window: str  # behind everything
    surface: str  # panels
    raised: str  # fields, buttons, menus
    hover: str
    pressed: str
    canvas: str  # around the image
    border: str  # between areas, and around what is no control
    outline: str  # around a control: seen by itself
    focus: str  # around what has the keyboard
    text: str
    muted: str  # second-rank text
    disabled: str
    accent: str  # the one accent: selection, focus, main action
    on_accent: str
    tint: str  # a quiet ground for what is selected
    track: str  # empty part of bars and sliders
    ok: str
    ok_ground: str
    attention: str
    attention_ground: str
    refuse: str
    refuse_ground: str


LIGHT = Colours(
    window="#E6E8EB",
    surface="#F3F4F6",
    raised="#FAFBFB",
    hover="#E3E6EA",
    pressed="#D6DADF",
    canvas="#D4D8DC",
    border="#CBD0D6",
    outline="#7C848E",
    focus="#4353B3",
    text="#1C2024",
    muted="#555D66",
    disabled="#9BA3AC",
    accent="#4353B3",
    on_accent="#FFFFFF",
    tint="#DDE1F5",
    track="#DCE0E4",
    ok="#1B6B43",
    ok_ground="#DCEFE4",
    attention="#7A4B00",
    attention_ground="#F8E9C9",
    refuse="#A3231C",
    refuse_ground="#F8DEDB",
)

DARK = Colours(
    window="#141618",
    surface="#1C1F22",
    raised="#262A2E",
    hover="#2A2F34",
    pressed="#343A40",
    canvas="#0D0E10",
    border="#33383E",
    outline="#7A838C",
    focus="#93A1FF",
    text="#E4E7EA",
    muted="#A0A8B0",
    disabled="#626A72",
    accent="#93A1FF",
    on_accent="#11142B",
    tint="#2B3052",
    track="#30353A",
    ok="#6FD09C",
    ok_ground="#173226",
    attention="#EDBB5B",
    attention_ground="#382C12",
    refuse="#FF9C93",
    refuse_ground="#40211E",
)

HIGH_CONTRAST = Colours(
    window="#000000",
    surface="#000000",
    raised="#000000",
    hover="#1F1F1F",
    pressed="#333333",
    canvas="#000000",
    border="#8C8C8C",
    outline="#FFFFFF",
    focus="#FFD83D",
    text="#FFFFFF",
    muted="#E0E0E0",
    disabled="#9A9A9A",
    accent="#7FD4FF",
    on_accent="#000000",
    tint="#0B2F45",
    track="#3A3A3A",
    ok="#7DF0B2",
    ok_ground="#00170B",
    attention="#FFCF66",
    attention_ground="#241800",
    refuse="#FFB3AC",
    refuse_ground="#2B0603",
)

THEMES = {"light": LIGHT, "dark": DARK, "high-contrast": HIGH_CONTRAST}

# Grounds that any text may stand on, and the colours of text that may stand there.
_GROUNDS = ("window", "surface", "raised", "hover", "pressed", "canvas", "tint", "track")
_INKS = ("text", "muted")
_TONES = ("accent", "ok", "attention", "refuse")
# What shows that there is a control, which state it is in, or where the focus is.
CONTROL_PAIRS = (
    *((edge, ground) for edge in ("outline", "focus", "accent") for ground in ("window", "surface", "raised")),
    *(("focus", "canvas"), ("accent", "tint"), ("accent", "track"), ("on_accent", "accent"), ("muted", "track")),
)


def text_pairs() -> list[tuple[str, str]]:
    """(text, ground) token names of all combinations that the window uses; inactive text (`disabled`) is exempt."""
    plain = [(ink, ground) for ink in _INKS for ground in _GROUNDS]
    toned = [(tone, ground) for tone in _TONES for ground in ("window", "surface", "raised", "hover", "canvas", "tint")]
    on_tone = [(ink, f"{tone}_ground") for tone in _TONES[1:] for ink in (tone, *_INKS)]
    return [*plain, *toned, *on_tone, ("on_accent", "accent")]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#RRGGBB` colours, 1..21 (WCAG 2.2, relative luminance of sRGB)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
