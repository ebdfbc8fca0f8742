"""Heatmap pictures: one for each finding, under a name of its own, saying what they are."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from leukdesk.analysis.analyse import analyse_file
from leukdesk.domain.errors import OutputError
from leukdesk.domain.finding import Failure, Finding
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report import overlays
from leukdesk.report.overlays import Overlays, drawing, unique_stems
from tests.findings import CountingPredictor

LIMIT = 1_000_000


def picture(path: Path, size: tuple[int, int] = (64, 48), colour: tuple[int, int, int] = (200, 40, 40)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def analysed(path: Path) -> Finding:
    return analyse_file(path, CountingPredictor(), limit_px=LIMIT)


def test_an_overlay_has_the_size_of_the_image_and_its_own_colours(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    written = Overlays(tmp_path / "h", [image], limit_px=LIMIT).write(analysed(image))
    assert written == tmp_path / "h" / "a.Benign.png"
    with Image.open(written) as overlay, Image.open(image) as original:
        assert overlay.size == original.size
        assert not np.array_equal(np.asarray(overlay), np.asarray(original))


def test_an_overlay_says_what_it_is(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    finding = analysed(image)
    with Image.open(Overlays(tmp_path, [image], limit_px=LIMIT).write(finding)) as overlay:
        text = overlay.text
    assert text["Disclaimer"] == RESEARCH_USE
    assert text["Title"].startswith("Benign")
    assert finding.source.sha256 in text["Source"]
    assert "toy 1.0" in text["Source"]
    assert "leukdesk-synthetic" not in text


def test_an_overlay_of_a_synthetic_image_is_marked_as_one(tmp_path: Path) -> None:
    from training.phantom import random_slide, render_field, write_phantom

    image = tmp_path / "phantom.png"
    write_phantom(render_field(1, slide=random_slide(1), width=64, height=64, cells={"blast": 1}), image)
    with Image.open(Overlays(tmp_path, [image], limit_px=LIMIT).write(analysed(image))) as overlay:
        assert overlay.text["leukdesk-synthetic"] == "1"


def test_images_of_one_name_keep_apart(tmp_path: Path) -> None:
    images = [picture(tmp_path / folder / name) for folder in "ab" for name in ("1.png", "1.bmp")]
    target = Overlays(tmp_path / "h", images, limit_px=LIMIT)
    written = [target.write(analysed(image)).name for image in images]
    assert written == ["1.Benign.png", "1-2.Benign.png", "1-3.Benign.png", "1-4.Benign.png"]


def test_two_models_that_say_the_same_of_an_image_write_two_pictures(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    finding = analysed(image)
    other = replace(finding, bundle=replace(finding.bundle, name="other"))
    target = Overlays(tmp_path / "h", [image], limit_px=LIMIT, by_model=True)
    written = [target.write(one) for one in (finding, other)]
    assert [path.relative_to(tmp_path / "h").as_posix() for path in written] == [
        f"{one.bundle.name}-{one.bundle.version}/a.{one.prediction.label}.png" for one in (finding, other)
    ]
    assert all(path.is_file() for path in written)


def test_large_images_are_scaled_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlays, "LONGEST_PX", 50)
    image = picture(tmp_path / "wide.png", (200, 3))
    with Image.open(Overlays(tmp_path, [image], limit_px=LIMIT).write(analysed(image))) as overlay:
        assert overlay.size == (50, 1)


def test_an_image_that_changed_or_went_is_a_failure_and_the_others_are_drawn(tmp_path: Path) -> None:
    images = [picture(tmp_path / f"{name}.png") for name in "abc"]
    findings = [analysed(image) for image in images]
    picture(images[0], colour=(1, 2, 3))
    images[1].unlink()
    first, second, third = drawing(findings, Overlays(tmp_path / "h", images, limit_px=LIMIT))
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert (first.path, second.path, third) == (images[0], images[1], findings[2])
    assert [path.name for path in (tmp_path / "h").iterdir()] == ["c.Benign.png"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        Overlays(tmp_path / "file" / "h", [], limit_px=LIMIT)


@given(st.lists(st.text("aA1-2", min_size=1, max_size=4), max_size=30))
def test_stems_are_never_shared_whatever_the_case(names: list[str]) -> None:
    paths = [Path(str(number), f"{name}.png") for number, name in enumerate(names)]
    stems = unique_stems(paths)
    assert len({stem.casefold() for stem in stems.values()}) == len(paths)
    for path, stem in stems.items():
        assert stem.startswith(path.stem)


def test_very_long_names_and_broken_unicode_make_a_name(tmp_path: Path) -> None:
    long = ["ä" * 120 + "1", "ä" * 120 + "2"]
    stems = unique_stems([Path(f"{name}.png") for name in long] + [Path(os.fsdecode(b"\xff\xfe.png"))])
    assert len(set(stems.values())) == 3
    assert all(len(f"{stem}.immature_granulocyte.png".encode()) < 255 for stem in stems.values())


def test_ten_thousand_images_of_one_name_are_named_at_once() -> None:
    stems = unique_stems([Path(str(number), "field.png") for number in range(10_000)])
    assert len(set(stems.values())) == 10_000
