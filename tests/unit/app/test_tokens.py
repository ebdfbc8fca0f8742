"""Colours: readable by measure, the same tokens in every theme."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.app.theme.stylesheet import stylesheet
from leukdesk.app.theme.tokens import DARK, LIGHT, PAIRS, Colours, contrast

COLOURS = st.from_regex(r"#[0-9A-F]{6}", fullmatch=True)
THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


@THEMES
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#0072B2", "#0072B2", 1.0)],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == pytest.approx(ratio, abs=0.01)


@given(COLOURS, COLOURS)
def test_contrast_does_not_ask_which_is_the_text(first: str, second: str) -> None:
    assert 1.0 <= contrast(first, second) == contrast(second, first) <= 21.0


@THEMES
def test_the_stylesheet_uses_no_colour_of_its_own(colours: Colours) -> None:
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", stylesheet(colours))) <= set(asdict(colours).values())
    assert "$" not in stylesheet(colours)
