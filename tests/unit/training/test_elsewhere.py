"""What a model of single cells makes of other laboratories' cells: counted from its own answers, whoever read them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from leukdesk import paths
from leukdesk.bundles.manifest import parse_manifest
from leukdesk.domain.errors import BundleError, DataError
from training.__main__ import main
from training.elsewhere.measure import measure_elsewhere
from training.elsewhere.readings import cells_of_fields
from training.phantom_set import fields

BUNDLE = max((paths.shipped() / "models").glob("wbc-type-*"))
CARD = parse_manifest((BUNDLE / "bundle.json").read_bytes(), BUNDLE.name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three phantom fields, a table that reads one cell of each, and a folder of single cells by other names."""
    root = tmp_path_factory.mktemp("site")
    lines = ["image,x,y,class"]
    for at, one in enumerate(fields(classes=("blasts",), slides=3, per_slide=1, size=224, seed=5)):
        Image.fromarray(one.phantom.pixels).save(root / f"{at}.png")
        left, top, right, bottom = one.phantom.truth.cells[0].box
        lines.append(f"{at}.png,{(left + right) / 2},{(top + bottom) / 2},lymphocyte")
    (root / "readings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for label in ("EOS", "MYO"):
        folder = root / "aml-lmu-samples" / label
        folder.mkdir(parents=True)
        for at in range(3):
            noise = np.random.default_rng(at).integers(0, 255, (64, 64, 3), np.uint8)
            Image.fromarray(noise).save(folder / f"{at}.png")
    return root


def test_every_cell_is_counted_once_under_what_the_reader_and_the_program_call_it(site, tmp_path, capsys):
    out = tmp_path / "record.json"
    options = ["--readings", str(site / "readings.csv"), "--cells", str(site / "aml-lmu-samples"), "--out", str(out)]
    assert main(["elsewhere", str(BUNDLE), "--fields", str(site), *options]) == 0
    whole, cells = json.loads(out.read_text("utf-8"))["sets"]
    assert whole["n"] == sum(whole["answers"]["lymphocyte"].values()) == 3
    assert whole["named"]["value"] == pytest.approx(1 - whole["answers"]["lymphocyte"].get("unidentified", 0) / 3)
    assert list(cells["answers"]) == ["eosinophil"], "myeloblasts are no class of this model and are left out"
    assert cells["n"] == 3
    assert "3 cells" in capsys.readouterr().out


def test_a_cell_is_framed_as_the_program_frames_it(site):
    first, *others = cells_of_fields(site, site / "readings.csv", CARD)
    assert len(others) == 2
    assert first.pixels.shape == (CARD.input_size, CARD.input_size, 3)
    assert first.label == "lymphocyte"


def test_what_cannot_be_measured_is_said(site, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("image,class\na.png,lymphocyte\n", encoding="utf-8")
    with pytest.raises(DataError, match="other columns"):
        measure_elsewhere(BUNDLE, site, other, None)
    with pytest.raises(DataError, match="no table"):
        measure_elsewhere(BUNDLE, site, tmp_path / "none.csv", None)
    with pytest.raises(DataError, match="other names"):
        measure_elsewhere(BUNDLE, site, site / "readings.csv", site)
    with pytest.raises(BundleError, match="whole fields"):
        measure_elsewhere(max(BUNDLE.parent.glob("phantom-demo-*")), site, site / "readings.csv", None)
