"""The public sets: complete descriptions, and downloads compared with what was published."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest

from leukdesk.domain.errors import DataError, OutputError
from training.datasets import LAYOUTS, load_dataset
from training.datasets.pcam import CLASSES, SIDES, export
from training.datasets.public import PublicSet, check_download, public_set, public_sets

IMAGE = cv2.imencode(".png", np.full((8, 8, 3), 200, np.uint8))[1].tobytes()


def small(name: str, **changes: object) -> PublicSet:
    """A public set with counts small enough to make."""
    return replace(public_set(name), **changes)  # type: ignore[arg-type]


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(IMAGE)
    return root


def test_the_sets_that_the_published_systems_need_are_described() -> None:
    names = {one.name for one in public_sets()}
    assert names == {"c-nmc", "all-idb1", "all-idb2", "taleqani-all", "pbc", "pcam", "aml-munich"}
    for one in public_sets():
        assert one.source.startswith("https://")
        assert one.licence
        assert one.cite
        assert one.expected
        assert one.layout in (*LAYOUTS, "hdf5")
    assert sum(public_set("pbc").per_class.values()) == 17092
    assert sum(public_set("aml-munich").per_class.values()) == 18365
    assert sum(public_set("taleqani-all").per_class.values()) == 3256
    cells = public_set("c-nmc")
    assert sum(cells.per_class.values()) + cells.unlabelled == 15114


def test_unknown_set_is_refused_with_the_known_names() -> None:
    with pytest.raises(DataError, match="Known are c-nmc"):
        public_set("kaggle")


def test_a_complete_download_is_recognised(tmp_path: Path) -> None:
    folder = put(tmp_path, "img/Im001_1.tif", "img/Im002_0.tif", "img/Im003_0.tif")
    result = check_download(small("all-idb2", per_class={"blast": 1, "normal": 2}), folder)
    assert result.complete
    assert result.findings == ("blast: 1, ok", "normal: 2, ok")


def test_missing_surplus_and_unlabelled_images_are_told(tmp_path: Path) -> None:
    folder = put(tmp_path, "a/UID_1_1_1_all.bmp", "a/UID_1_1_2_all.bmp", "a/UID_H1_1_1_hem.bmp", "test/1.bmp")
    result = check_download(small("c-nmc", per_class={"all": 1, "hem": 3}, unlabelled=1), folder)
    assert not result.complete
    assert result.findings[0] == "all: 2 instead of 1, 1 too many (augmented copies?)"
    assert result.findings[1] == "hem: 1 of 3, 2 missing"
    assert result.findings[2] == "without label: 1, ok"


def test_a_folder_too_high_up_is_told_where_to_look(tmp_path: Path) -> None:
    names = [
        f"{kind}/{label}/1.jpg" for kind in ("Original", "Segmented") for label in ("Benign", "Early", "Pre", "Pro")
    ]
    with pytest.raises(DataError, match=r"classes Original, Segmented.*Try .*Original") as caught:
        check_download(public_set("taleqani-all"), put(tmp_path, *names))
    assert caught.value.advice


@pytest.mark.real_data
def test_real_parts_are_known_as_parts(real_data: Path) -> None:
    result = check_download(public_set("taleqani-all"), real_data / "taleqani-all")
    assert not result.complete
    assert result.findings[0] == "Benign: 424 of 504, 80 missing"


@pytest.fixture
def pcam(tmp_path: Path) -> Path:
    """Six HDF5 files in the shapes of PatchCamelyon, with few patches; even numbers are normal."""
    folder = tmp_path / "pcam"
    folder.mkdir()
    for side in SIDES:
        stem = f"camelyonpatch_level_2_split_{side}"
        with h5py.File(folder / f"{stem}_x.h5", "w") as file:
            file["x"] = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1) * np.ones((10, 96, 96, 3), np.uint8)
        with h5py.File(folder / f"{stem}_y.h5", "w") as file:
            file["y"] = (np.arange(10) % 2).astype(np.uint8).reshape(10, 1, 1, 1)
    return folder


def test_pcam_is_written_as_class_folders_with_the_published_sides(pcam: Path, tmp_path: Path) -> None:
    assert export(pcam, tmp_path / "out", per_class=3) == 3 * len(SIDES) * len(CLASSES)
    dataset = load_dataset(tmp_path / "out")
    assert dataset.per_class() == {"normal": 9, "tumour": 9}
    for sample in dataset.samples:
        number = int(sample.path.stem)
        assert sample.label == CLASSES[number % 2]
        assert cv2.imread(str(sample.path))[0, 0].tolist() == [number] * 3


def test_pcam_files_are_checked_packed_or_not(pcam: Path) -> None:
    result = check_download(public_set("pcam"), pcam)
    assert not result.complete
    assert "holds (10, 96, 96, 3) instead of (262144, 96, 96, 3)" in result.findings[0]
    name = next(iter(public_set("pcam").md5))
    packed = gzip.compress((pcam / name).with_suffix("").read_bytes(), mtime=0)
    (pcam / name).write_bytes(packed)
    good = small("pcam", md5={name: hashlib.md5(packed).hexdigest()})
    assert check_download(good, pcam).complete
    (pcam / name).write_bytes(packed + b"x")
    assert check_download(good, pcam).findings == (f"{name}: damaged, download it again",)


def test_pcam_files_that_are_absent_or_something_else_are_told(pcam: Path, tmp_path: Path) -> None:
    (pcam / "camelyonpatch_level_2_split_test_y.h5").unlink()
    assert check_download(public_set("pcam"), pcam).findings[-1].endswith("test_y.h5: missing")
    with pytest.raises(DataError, match="is not there"):
        export(pcam, tmp_path / "out", per_class=1)
    (pcam / "camelyonpatch_level_2_split_test_y.h5").write_text("x")
    with pytest.raises(DataError, match="no PatchCamelyon file"):
        check_download(public_set("pcam"), pcam)


def test_pcam_cannot_be_written_into_a_file(pcam: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        export(pcam, tmp_path / "out", per_class=1)
