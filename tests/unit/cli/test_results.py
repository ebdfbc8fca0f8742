"""What the command line shows to people."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.analysis.walk import Walk
from leukdesk.cli.results import Tally, write_screen
from leukdesk.cli.terminal import columns, plain
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Decision, DecisionReason, Failure
from leukdesk.domain.quality import QualityFlag
from tests.bundle_factory import make_card
from tests.findings import CountingPredictor, make_finding, make_quality

FAILURE = Failure(
    Path("b.jpg"), ImageError("the file ends early", reason=ImageReason.TRUNCATED, advice="Copy it again.")
)


@given(st.text())
def test_nothing_that_steers_a_terminal_is_shown(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()


def test_columns_are_aligned() -> None:
    assert columns([["a", "long"], ["longer", "b"]]) == ["a       long", "longer  b"]


def test_each_outcome_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    blurred = make_finding(
        "c.png",
        quality=make_quality(QualityFlag.GREY, QualityFlag.BLURRED),
        decision=Decision.REJECTED,
        reason=DecisionReason.QUALITY,
    )
    outcomes = [make_finding("folder/a.png"), FAILURE, blurred]
    write_screen(outcomes, make_card(), [Path("folder/a.png"), Path("b.jpg"), Path("c.png")])
    assert capsys.readouterr().out.splitlines() == [
        "folder/a.png  Benign         90.0%  accepted",
        "b.jpg         FAILED: the file ends early",
        "c.png         Benign         90.0%  rejected (blurred)",
    ]


def test_long_paths_keep_their_end(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("x" * 100) / "field 7.png"
    write_screen([make_finding(path)], make_card(), [path])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("...x")
    assert "/field 7.png  Benign" in line.replace("\\", "/")
    assert len(line) < 100


def told(tally: Tally, capsys: pytest.CaptureFixture[str], **walk: int) -> str:
    tally.tell(Walk(**walk), CountingPredictor())
    return capsys.readouterr().err


def test_the_summary_counts_and_gives_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally(make_card())
    unsure = make_finding("c.png", decision=Decision.UNIDENTIFIED, reason=DecisionReason.UNCERTAIN)
    outcomes = [make_finding(), FAILURE, unsure]
    assert list(tally.counting(outcomes)) == outcomes
    said = told(tally, capsys, skipped=3, folders=2)
    assert "failed: b.jpg: the file ends early. Copy it again." in said
    assert "3 images: 1 accepted, 1 unidentified, 0 rejected, 1 failed." in said
    assert "3 skipped" in said
    assert "--recursive" in said
    assert "Mind" not in said


@pytest.mark.parametrize(
    ("model", "words"), [(True, "synthetic ones only"), (False, "2 of these images are synthetic")]
)
def test_images_of_the_other_world_are_pointed_out(capsys: pytest.CaptureFixture[str], model: bool, words: str) -> None:
    tally = Tally(make_card(synthetic=model))
    list(tally.counting([make_finding(synthetic=not model)] * 2))
    assert words in told(tally, capsys)
