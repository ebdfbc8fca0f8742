"""Colours: readable by measure in every theme, and none beside the tokens."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.app.theme.stylesheet import stylesheet
from leukdesk.app.theme.tokens import CONTROL_PAIRS, TEXT_SIZES, THEMES, contrast, text_pairs
from leukdesk.settings import THEMES as CHOICES

COLOURS = st.from_regex(r"#[0-9A-F]{6}", fullmatch=True)
EVERY_THEME = pytest.mark.parametrize("name", THEMES)
ICONS = Path(__file__).resolve().parents[3] / "resources" / "icons"


@EVERY_THEME
def test_text_can_be_read(name: str) -> None:
    least = 7.0 if name == "high-contrast" else 4.5
    colours = asdict(THEMES[name])
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in text_pairs()}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}


@EVERY_THEME
def test_controls_and_the_focus_can_be_seen(name: str) -> None:
    colours = asdict(THEMES[name])
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in CONTROL_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3.0} == {}


def test_every_theme_can_be_chosen() -> None:
    assert ("system", *THEMES) == CHOICES


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#0072B2", "#0072B2", 1.0)],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == pytest.approx(ratio, abs=0.01)


@given(COLOURS, COLOURS)
def test_contrast_does_not_ask_which_is_the_text(first: str, second: str) -> None:
    assert 1.0 <= contrast(first, second) == contrast(second, first) <= 21.0


@EVERY_THEME
def test_the_stylesheet_uses_no_colour_of_its_own(name: str) -> None:
    made = stylesheet(THEMES[name])
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", made)) <= set(asdict(THEMES[name]).values())
    assert "$" not in made


def test_all_text_grows() -> None:
    sizes = [
        [int(px) for px in re.findall(r"font-size: (\d+)px", stylesheet(THEMES["light"], size))] for size in TEXT_SIZES
    ]
    assert len(sizes[0]) > 5
    for size, found in zip(TEXT_SIZES, sizes, strict=True):
        assert found == [round(px * size / 100) for px in sizes[0]]


def test_icons_have_no_colour_of_their_own() -> None:
    own = {path.stem: re.findall(r"#[0-9A-Fa-f]{3,6}", path.read_text(encoding="utf-8")) for path in ICONS.iterdir()}
    assert {name for name, found in own.items() if found} <= {"leukdesk"}  # the program's sign has its own
