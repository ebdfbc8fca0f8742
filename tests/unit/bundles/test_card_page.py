"""`card.md`: every heading, every number, and "not known" where nothing is known."""

from __future__ import annotations

import re

import pytest

from leukdesk.bundles.card_page import render_card
from leukdesk.domain.card import Metric, TrainingData
from leukdesk.domain.vocabulary import RESEARCH_USE
from tests.bundle_factory import make_card

HEADINGS = [
    "Intended use", "Limits", "Model", "Classes", "Data and split", "Metrics", "Calibration", "Novelty", "Versions",
    "Seeds", "Licence", "Origin",
]  # fmt: skip


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_heading_is_there_in_order_with_something_below_it() -> None:
    found = sections(render_card(make_card()))
    assert list(found) == HEADINGS
    assert all(found.values())


def test_the_page_says_what_it_is_for_before_all_else() -> None:
    head = render_card(make_card()).split("##")[0]
    assert head.startswith("# A toy for tests\n")
    assert RESEARCH_USE in head
    assert "phantoms" in head
    assert "phantoms" not in render_card(make_card(synthetic=False)).split("##")[0]


def test_metrics_stand_in_a_table_with_their_intervals() -> None:
    metrics = (
        Metric(name="accuracy", value=0.98765, low=0.97, high=0.99544, n=649, split="test", note="by | group"),
        Metric(name="ECE", value=0.0123456, low=0.01, high=0.02, n=649, split="test"),
    )
    rows = sections(render_card(make_card(metrics=metrics)))["Metrics"].splitlines()
    assert rows[0] == "| Metric | Value | 95 % interval | Images | Split | Note |"
    assert rows[2] == r"| accuracy | 0.9877 | 0.97 to 0.9954 | 649 | test | by \| group |"
    assert rows[3] == "| ECE | 0.01235 | 0.01 to 0.02 | 649 | test | - |"


def test_numbers_of_the_card_are_on_the_page() -> None:
    found = sections(render_card(make_card()))
    assert "temperature 1.25" in found["Calibration"]
    assert "probability of 0.6" in found["Calibration"]
    assert "97.0 %" in found["Novelty"]
    assert "0.1 um/px" in found["Model"]
    assert "filters = (8.0, 16.0)" in found["Model"]
    assert found["Seeds"] == "- training: 7"
    assert found["Versions"] == "- keras: 3.12.0"
    assert "| Early | Early pre-B | not known |" in found["Classes"]


def test_what_is_not_stated_is_written_not_known() -> None:
    data = TrainingData(name="", source="", licence="", images=0, per_class={}, split="")
    found = sections(
        render_card(
            make_card(
                metrics=(),
                limits=(),
                seeds={},
                library_versions={},
                origin="",
                stain="",
                um_per_px=None,
                training_data=data,
            )
        )
    )
    for title in ("Metrics", "Limits", "Seeds", "Versions", "Origin"):
        assert found[title] == "not known"
    assert found["Data and split"].count("not known") == 7
    assert "Expected stain: not known" in found["Model"]
    assert "Expected scale: not known" in found["Model"]


def test_a_card_without_novelty_says_what_that_means() -> None:
    assert "answers whatever it is shown" in sections(render_card(make_card(novelty=None)))["Novelty"]


@pytest.mark.parametrize("field", ["intended_use", "origin"])
def test_text_cannot_begin_a_heading_or_html(field: str) -> None:
    page = render_card(make_card(**{field: "fine\n\n## Metrics\n<script>x</script>"}))
    assert list(sections(page)) == HEADINGS
    assert "<script" not in page


def test_images_per_class_are_a_table() -> None:
    data = TrainingData(
        name="d", source="s", licence="l", images=30, per_class={"Benign": 10, "Early": 20}, split="by group"
    )
    assert "| Early | 20 |" in sections(render_card(make_card(training_data=data)))["Data and split"]
