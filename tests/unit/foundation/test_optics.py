"""Calibration profiles and the site's stain: validated, stored, found for an image, and used when it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes import FakePredictor, fake_card

from leukdesk import settings
from leukdesk.analysis.analyse import analyse_file
from leukdesk.domain.errors import SettingsError
from leukdesk.domain.optics import Acquisition, OpticsProfile
from leukdesk.domain.quality import QualityFlag
from leukdesk.settings import Settings
from training.phantom import random_slide, render_field, write_phantom

OIL = OpticsProfile("100x oil", "DFC", 0.064)
DRY = OpticsProfile("40x", "", 0.16)


def test_profiles_survive_the_file(tmp_path: Path) -> None:
    chosen = Settings(optics=(OIL, DRY), optics_of={str(tmp_path): OIL.name}, stain="Leishman", site="Haematology 2")
    settings.save(tmp_path / "settings.json", chosen)
    assert settings.load(tmp_path / "settings.json") == chosen


@pytest.mark.parametrize(
    "wrong",
    [
        {"optics": [{"objective": "100x", "camera": "", "um_per_px": 0}]},
        {"optics": [{"objective": "100x", "camera": "", "um_per_px": True}]},
        {"optics": [{"objective": "100x", "camera": "", "um_per_px": float("nan")}]},
        {"optics": [{"objective": " ", "camera": "", "um_per_px": 0.1}]},
        {"optics": [{"objective": "two\nlines", "camera": "", "um_per_px": 0.1}]},
        {"optics": [{"objective": "100x", "camera": "", "um_per_px": 0.1}] * 2},
        {"optics": [{"objective": "100x"}]},
        {"optics": 7},
        {"optics_of": {"folder": 3}},
        {"stain": "ink"},
        {"site": "two\nlines"},
        {"recent": [1]},
    ],
)
def test_what_no_microscope_has_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="not allowed"):
        Settings(**wrong)


def test_the_nearest_folder_with_a_profile_counts(tmp_path: Path) -> None:
    chosen = Settings(
        optics=(OIL, DRY), optics_of={str(tmp_path): DRY.name, str(tmp_path / "a" / "b"): OIL.name}, stain="Wright"
    )
    assert chosen.acquisition(tmp_path / "a" / "x.png") == Acquisition(0.16, stain="Wright")
    assert chosen.acquisition(tmp_path / "a" / "b" / "c" / "x.png").um_per_px == 0.064
    assert chosen.acquisition(tmp_path.parent / "x.png").um_per_px is None


def test_what_the_file_states_counts_more_than_the_folder_and_less_than_the_images_own_profile() -> None:
    assert Acquisition(0.16).scale(0.2) == 0.2
    assert Acquisition(0.16).scale(None) == 0.16
    assert Acquisition(0.16, for_this_image=True).scale(0.2) == 0.16
    assert Acquisition().scale(0.2) == 0.2


def test_scale_and_stain_are_used_when_an_image_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "field.png"
    write_phantom(render_field(1, slide=random_slide(1), width=64, height=64, cells={"blast": 1}), path)
    card = fake_card().model_copy(update={"um_per_px": 0.2, "stain": "Wright-Giemsa"})
    taken = Acquisition(0.8, for_this_image=True, stain="Leishman")
    finding = analyse_file(path, FakePredictor(card), limit_px=10_000, taken=taken)
    assert finding.source.um_per_px == 0.8
    assert set(finding.quality.flags) >= {QualityFlag.SCALE, QualityFlag.STAIN}
    assert QualityFlag.STAIN not in finding.quality.refuses
    same = Acquisition(stain="wright-giemsa")
    assert QualityFlag.STAIN not in analyse_file(path, FakePredictor(card), limit_px=10_000, taken=same).quality.flags


def test_a_card_that_does_not_say_its_stain_is_never_in_conflict() -> None:
    assert not Acquisition(stain="Leishman").other_stain_than("not known")
    assert not Acquisition().other_stain_than("Leishman")
