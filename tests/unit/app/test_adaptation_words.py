"""What an `adaptation.json` says is read, whatever a later or earlier trainer says besides or leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leukdesk.app.viewmodels import adaptation_words as words
from leukdesk.domain.adaptation import adaptation_of
from tests.adaptations import write_adaptation


def test_what_is_new_is_passed_over_and_what_is_missing_left_out(tmp_path: Path) -> None:
    said = write_adaptation(tmp_path, later={"weights": 0.5}, notes=("few_groups", "no code of today"))
    said["sets"].append({"name": "other_site", "images": 3})
    said["sets"][0]["later"] = [1]
    found = adaptation_of(said)
    assert found.local is not None
    assert found.original is not None
    assert found.local.difference is not None
    assert found.local.difference.low == 0.021
    assert len(words.notes(found)) == 1
    bare = adaptation_of({"sets": said["sets"][:1]})
    assert (bare.bundle, bare.images, bare.original, bare.notes) == ("", {}, None, ())
    assert words.learned_words(bare) == ""


@pytest.mark.parametrize("said", [{}, {"sets": []}, {"sets": [{"name": "test"}]}, {"sets": "x", "images": 3}])
def test_nothing_that_can_be_used_is_told(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no images"):
        adaptation_of(said)


@pytest.mark.parametrize(
    ("gain", "tone"), [((0.1, 0.01, 0.2), "ok"), ((-0.1, -0.2, -0.01), "refuse"), ((0.1, -0.01, 0.2), "attention")]
)
def test_the_interval_decides_what_is_said_of_it(tmp_path: Path, gain: tuple[float, ...], tone: str) -> None:
    assert words.headline(adaptation_of(write_adaptation(tmp_path, gain=gain)))[2] == tone


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (None, "was not measured"),
        ((-0.05, -0.08, -0.01), "it has forgotten"),
        ((-0.004, -0.015, 0.01), "about as good as before"),
        ((-0.03, -0.09, 0.03), "too few to tell"),
    ],
)
def test_what_was_forgotten_is_said(tmp_path: Path, lost: tuple[float, ...] | None, said: str) -> None:
    assert said in words.forgetting(adaptation_of(write_adaptation(tmp_path, lost=lost)))[0]
