"""The check as a whole: every kind of fault is named, nothing is changed, and both files of the report can be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from leukdesk.domain.errors import DataError, OutputError
from training.datasets import load_dataset, require_images
from training.datasets.check import DataReport, check_dataset
from training.datasets.names import name_conflict, wrong_suffix
from training.datasets.page import write_report


def picture(
    seed: int, tint: tuple[int, int, int] = (150, 100, 160), size: int = 96
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rng = np.random.default_rng(seed)
    image = np.full((size, size, 3), 225, np.uint8)
    for _ in range(9):
        place = tuple(int(one) for one in rng.integers(0, size, 2))
        cv2.circle(image, place, int(rng.integers(5, 16)), tint, -1)
    return np.clip(image.astype(np.int16) + rng.integers(-4, 5, image.shape), 0, 255).astype(np.uint8)


def save(path: Path, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A set of three classes with one fault of each kind."""
    root = tmp_path / "set"
    for number, label in enumerate(("Early", "Pre", "Pro")):
        for image in range(6):
            save(root / label / f"{label}-{image}.png", picture(100 * number + image))
    (root / "Early" / "broken.png").write_bytes((root / "Early" / "Early-0.png").read_bytes()[:900])
    (root / "Early" / "words.jpg").write_text("no image")
    (root / "Pre" / "copy.png").write_bytes((root / "Early" / "Early-1.png").read_bytes())
    save(root / "Pre" / "WBC-Malignant-Pro-9.png", picture(900))
    save(root / "Pro" / "dot.png", picture(1)[:1, :1])
    (root / "Pro" / "really-a-png.jpg").write_bytes((root / "Pro" / "Pro-0.png").read_bytes())
    save(root / "Pro" / "Pro-1 again.jpg", cv2.imread(str(root / "Pro" / "Pro-1.png")))
    return root


def kinds(report: DataReport) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in report.problems:
        found.setdefault(problem.kind, []).append(problem.image_id)
    return found


def test_every_fault_is_named_with_its_file(faulty: Path) -> None:
    report = check_dataset(load_dataset(faulty))
    assert kinds(report) == {
        "truncated": ["Early/broken.png"],
        "unreadable": ["Early/words.jpg"],
        "two_classes": ["Early/Early-1.png", "Pre/copy.png"],
        "mislabelled": ["Pre/WBC-Malignant-Pro-9.png"],
        "too_small": ["Pro/dot.png"],
        "wrong_suffix": ["Pro/really-a-png.jpg"],
    }
    assert [one.kind for one in report.problems if not one.error] == ["wrong_suffix"]
    assert report.duplicates == (("Early/Early-1.png", "Pre/copy.png"), ("Pro/Pro-0.png", "Pro/really-a-png.jpg"))
    assert [(one.first, one.second) for one in report.near_duplicates] == [("Pro/Pro-1 again.jpg", "Pro/Pro-1.png")]


def test_nothing_is_changed(faulty: Path) -> None:
    before = {path: path.read_bytes() for path in faulty.rglob("*") if path.is_file()}
    check_dataset(load_dataset(faulty))
    assert {path: path.read_bytes() for path in faulty.rglob("*") if path.is_file()} == before


def test_missing_files_and_wrong_hashes_of_a_manifest(tmp_path: Path) -> None:
    save(tmp_path / "1.png", picture(1))
    save(tmp_path / "2.png", picture(2))
    lines = ["path,class,patient,sha256", f"1.png,a,P1,{'0' * 64}", "2.png,b,P2,", "3.png,b,P3,"]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    report = check_dataset(load_dataset(tmp_path))
    assert kinds(report) == {"missing": ["3.png"], "wrong_hash": ["1.png"]}
    assert report.groups_per_class == {"a": 1, "b": 2}
    assert any("too few groups" in line for line in report.lines())


def test_statistics_of_a_set_whose_classes_differ_in_colour(tmp_path: Path) -> None:
    for image in range(8):
        save(tmp_path / "violet" / f"{image}.png", picture(image, (180, 60, 140)))
        save(tmp_path / "pale" / f"{image}.png", picture(50 + image, (215, 205, 212), size=120))
    for image in range(8, 24):
        save(tmp_path / "pale" / f"{image}.png", picture(50 + image, (215, 205, 212)))
    report = check_dataset(load_dataset(tmp_path))
    assert report.per_class == {"pale": 24, "violet": 8}
    assert report.sizes == {"96x96": 24, "120x120": 8}
    assert report.formats == {"PNG": 32}
    assert report.separation["saturation"] > 0.8
    text = "\n".join(report.lines())
    assert "3.0 times the smallest" in text
    assert "colour differs between classes" in text
    assert "2 image sizes" in text
    assert "patients are not recorded" in text


def test_a_clean_set_has_no_errors_and_equal_classes_no_separation(tmp_path: Path) -> None:
    for image in range(12):
        save(tmp_path / "ab"[image % 2] / f"{image}.png", picture(image))
    report = check_dataset(load_dataset(tmp_path))
    assert not report.problems
    assert not report.near_duplicates
    assert max(report.separation.values()) < 0.3


def test_one_class_is_reported_as_an_error_in_words(tmp_path: Path) -> None:
    save(tmp_path / "only" / "1.png", picture(1))
    assert any(
        line.startswith("error: there is only one class") for line in check_dataset(load_dataset(tmp_path)).lines()
    )


def test_a_set_of_unreadable_files_still_gets_its_report(tmp_path: Path) -> None:
    for label in "ab":
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.png").write_bytes(b"")
    report = check_dataset(load_dataset(tmp_path))
    assert len(report.errors) == 2
    assert write_report(report, tmp_path / "out").is_file()


def test_progress_is_told_of_every_image(faulty: Path) -> None:
    seen: list[int] = []
    dataset = load_dataset(faulty)
    check_dataset(dataset, progress=lambda: seen.append(1))
    assert len(seen) == len(dataset.samples)


def test_the_report_is_json_and_a_page_that_needs_nothing_else(faulty: Path, tmp_path: Path) -> None:
    save(faulty / "Pre" / "<b>&.png", picture(77)[:8])
    report = check_dataset(load_dataset(faulty))
    page = write_report(report, tmp_path / "out").read_text(encoding="utf-8")
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert data["per_class"] == report.per_class
    assert data["findings"] == report.lines()
    assert len(data["colours"]) == len(report.colours) == 24
    assert page.count("data:image/png;base64,") >= 5
    assert "http" not in page
    assert "&lt;b&gt;&amp;.png" in page
    assert "<b>&.png" not in page
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.json"]


def test_a_report_that_cannot_be_written_says_so(faulty: Path, tmp_path: Path) -> None:
    report = check_dataset(load_dataset(faulty))
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        write_report(report, tmp_path / "file" / "out")


def test_words_in_names_are_compared_with_the_class() -> None:
    classes = ("all", "hem")
    assert name_conflict("fold/all/UID_1_2_3_hem.bmp", "all", classes) == "hem"
    assert name_conflict("fold/all/UID_1_2_3_all.bmp", "all", classes) is None
    assert name_conflict("fold/all/small.bmp", "hem", classes) is None
    assert name_conflict("Pre/WBC-Pre-Pro-1.jpg", "Pre", ("Pre", "Pro")) is None


def test_suffixes_are_compared_with_the_content() -> None:
    assert wrong_suffix(Path("a.JPEG"), "JPEG") is None
    assert wrong_suffix(Path("a.tif"), "TIFF") is None
    assert wrong_suffix(Path("a.bmp"), "PNG") == "named .bmp, but the content is PNG"


def test_before_training_absent_and_tiny_images_are_refused(faulty: Path) -> None:
    dataset = load_dataset(faulty)
    with pytest.raises(DataError, match=r"1 images are smaller than 16 px.*Pro/dot\.png"):
        require_images(dataset)
    (faulty / "Pro" / "dot.png").unlink()
    with pytest.raises(DataError, match=r"1 images are not there: Pro/dot\.png"):
        require_images(dataset)
    require_images(replace(dataset, samples=tuple(one for one in dataset.samples if one.path.is_file())))
