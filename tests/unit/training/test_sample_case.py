"""The sample case shows a model right, wrong and unsure, whatever model picks it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError, OutputError
from leukdesk.imaging.read import read_image
from training.sample_case import Answer, make_sample_case

INPUT_WIDTH = 224
SHARP = 60.0  # variance of the Laplacian that this reader asks for
ROUND_UM2 = (20.0, 95.0)  # nucleus of a lymphocyte, at the scale of the sample case
SCALE_UM = 0.225


def reader(pixels: NDArray[np.uint8]) -> Answer:
    """A plain reader of nuclei by size: honest enough to be right on easy fields and to be fooled by small blasts."""
    if cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var() < SHARP:
        return "blasts", 0.4, "rejected"
    small = cv2.resize(pixels, (INPUT_WIDTH, INPUT_WIDTH * 3 // 4), interpolation=cv2.INTER_AREA)
    votes = [vote(area) for area in nuclei_um2(small)]
    counts = {name: votes.count(name) for name in ("blasts", "lymphocytes", "neutrophils")}
    label = max(counts, key=lambda name: counts[name])
    share = counts[label] / max(len(votes), 1)
    return label, share, "accepted" if share > 0.6 else "unidentified"


def nuclei_um2(small: NDArray[np.uint8]) -> list[float]:
    green = small[..., 1].astype(float)
    dark = (green < 0.45 * np.percentile(green, 90)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    areas = stats[1:, cv2.CC_STAT_AREA] * SCALE_UM**2
    return [float(area) for area in areas if area > 4]


def vote(area: float) -> str:
    if area > ROUND_UM2[1]:
        return "blasts"
    return "lymphocytes" if area > ROUND_UM2[0] * 1.6 else "neutrophils"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_case(tmp_path_factory.mktemp("sample"), reader, seed=1, hits_per_class=1)


def test_the_case_holds_every_role_and_the_reader_answers_so(case: Path) -> None:
    document = json.loads(case.read_text())
    assert document["model"] == "phantom-demo"
    roles = [image["role"] for image in document["images"]]
    assert roles == ["hit", "hit", "hit", "miss", "unidentified", "rejected"]
    for image in document["images"]:
        label, _, decision = reader(read_image(case.parent / image["file"], limit_px=1_000_000).pixels)
        right = label == image["truth"]["class"]
        if image["role"] in {"hit", "miss"}:
            assert (decision, right) == ("accepted", image["role"] == "hit")
        else:
            assert decision == image["role"]


def test_hits_cover_every_class(case: Path) -> None:
    images = json.loads(case.read_text())["images"]
    hits = {image["truth"]["class"] for image in images if image["role"] == "hit"}
    assert hits == {"blasts", "lymphocytes", "neutrophils"}


def test_images_are_marked_synthetic_and_carry_their_truth(case: Path) -> None:
    for image in json.loads(case.read_text())["images"]:
        read = read_image(case.parent / image["file"], limit_px=1_000_000)
        assert read.source.synthetic
        assert (read.source.height, read.source.width) == (480, 640)
        assert read.source.um_per_px == pytest.approx(image["truth"]["um_per_px"], rel=1e-3)
        kinds = [cell["kind"] for cell in image["truth"]["cells"]]
        assert {kind: kinds.count(kind) for kind in image["truth"]["counts"]} == image["truth"]["counts"]
        assert all(0 <= x0 < x1 <= 640 for x0, _, x1, _ in (cell["box"] for cell in image["truth"]["cells"]))


def test_a_model_that_never_errs_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.sample_case._TRIES", 2)
    with pytest.raises(DataError, match="hit") as caught:
        make_sample_case(tmp_path, lambda _: ("blasts", 0.5, "unidentified"), seed=1)
    assert "seed" in caught.value.advice


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError):
        make_sample_case(tmp_path / "taken", reader, seed=1)
