"""docs/evaluation.md: written from records, up to date with them, and plain about what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from leukdesk.domain.errors import DataError
from training.__main__ import main
from training.evaluation_page.command import MODELS, PAGE, RESULTS
from training.evaluation_page.page import render
from training.evaluation_page.sources import read_sources


def written(tmp_path: Path, *options: str) -> str:
    assert main(["page", "--out", str(tmp_path / "page.md"), *options]) == 0
    return (tmp_path / "page.md").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    return page.partition(f"# {title}\n")[2].partition("\n##")[0]


def test_the_page_in_the_repository_is_what_its_records_say(tmp_path):
    assert PAGE.read_text(encoding="utf-8") == written(tmp_path), "run `leukdesk-train page` and commit what it writes"


def test_without_records_the_page_gives_the_cards_figures_and_says_what_was_not_done(tmp_path):
    page = written(tmp_path, "--results", str(tmp_path / "none"))
    assert "these are the figures on its sealed card" in section(page, "phantom-demo-1.0: test results")
    assert "97.2 % (94.4 to 99.5)" in section(page, "phantom-demo-1.0: test results")
    assert "Not audited" in section(page, "phantom-demo-1.0: what the score is evidence of")
    assert "Not measured" in section(page, "phantom-demo-1.0: where the heatmaps lie")
    assert "Groups: not recorded." in page
    assert "No two kept models" in section(page, "Models on the same test images")
    assert "Not measured" in section(page, "Size and speed against accuracy")
    assert "not run" in section(page, "On a GPU")
    assert "## Published systems" in page


def test_without_bundles_the_page_still_compares_the_published_systems(tmp_path):
    page = written(tmp_path, "--models", str(tmp_path / "none"))
    assert "| nadim2024 | sequential CNN | accuracy 92.16 %" in page
    assert ": test results" not in page


def test_a_bundle_of_single_cells_without_groups_is_described_as_such(tmp_path):
    results = tmp_path / "results"
    kept = results / "logs" / "cells-1.0"
    shutil.copytree(RESULTS / "logs" / "phantom-demo-1.0", kept)
    evaluation = json.loads((kept / "evaluation.json").read_text())
    shutil.copytree(MODELS / "phantom-demo-1.0", tmp_path / "models" / "cells-1.0")
    manifest = tmp_path / "models" / "cells-1.0" / "bundle.json"
    manifest.write_text(manifest.read_text().replace('"scope": "field"', '"scope": "cell"'))
    single = [{"group": f"g{one}", "n": 1, "accuracy": float(one > 3), "low": 0.0, "high": 1.0} for one in range(200)]
    (kept / "evaluation.json").write_text(json.dumps(evaluation | {"groups": single}))
    page = render(read_sources(tmp_path / "models", results))
    assert "200 groups of 216 images, hardly more than one each: 4 have a miss." in page
    assert "accuracy in the worst group" not in page
    (kept / "evaluation.json").write_text(json.dumps(evaluation | {"groups": []}))
    page = render(read_sources(tmp_path / "models", results))
    assert "| looks at | single cells |" in page
    assert "No groups are known for these images." in section(page, "cells-1.0: hits and misses by group")


def test_figures_measured_elsewhere_are_shown_as_recorded(tmp_path):
    folder = tmp_path / "measurements"
    folder.mkdir()
    row = {"architecture": "vgg19", "parameters": 20_024_384, "tflite_bytes": 1 << 20, "label_ms": 1.26, "maps_ms": 2.0}
    facts = {"machine": "one core", "images": 9, "input_size": 224, "rows": [row]}
    (folder / "trade-off.json").write_text(json.dumps(facts))
    (folder / "gpu.json").write_text(
        json.dumps({"device": "D", "backend": "jax", "rows": [{"what": "w", "images_per_s": 1234.4}]})
    )
    page = written(tmp_path, "--results", str(tmp_path))
    assert "| vgg19 | 20 024 384 | 1.0 | 1.3 | 2.0 | not run |" in page
    assert "| w | 1234 |" in section(page, "On a GPU")


def test_a_damaged_record_is_named(tmp_path):
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "gpu.json").write_text("{")
    with pytest.raises(DataError, match=r"gpu\.json"):
        read_sources(MODELS, tmp_path)
