"""Opening data sets in every layout, and refusing those that nothing can be learned from."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain.errors import DataError
from training.datasets import DataSet, hashed, load_dataset, require_learnable


def put(path: Path, value: int = 0) -> Path:
    """A small real image whose content depends on `value` alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.random.default_rng(value).integers(0, 256, (24, 24, 3)).astype(np.uint8))
    return path


def fill(root: Path, **classes: int) -> Path:
    value = 0
    for label, count in classes.items():
        for number in range(count):
            put(root / label / f"{number}.png", value)
            value += 1
    return root


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def labels(dataset: DataSet) -> dict[str, str]:
    return {sample.image_id: sample.label for sample in dataset.samples}


def test_one_folder_per_class(tmp_path: Path) -> None:
    dataset = load_dataset(fill(tmp_path, Pro=2, Early=3))
    assert dataset.classes == ("Early", "Pro")
    assert dataset.per_class() == {"Early": 3, "Pro": 2}
    assert dataset.grouping == "none"
    assert [sample.image_id for sample in dataset.samples][:2] == ["Early/0.png", "Early/1.png"]
    assert all(sample.path.is_file() and sample.group is None for sample in dataset.samples)


def test_train_and_test_folders_are_no_classes(tmp_path: Path) -> None:
    put(tmp_path / "train" / "ALL" / "a.png")
    put(tmp_path / "test" / "HEM" / "day 2" / "b.png")
    put(tmp_path / "stray.png")
    dataset = load_dataset(tmp_path)
    assert labels(dataset) == {"train/ALL/a.png": "ALL", "test/HEM/day 2/b.png": "HEM"}
    assert dataset.unlabelled == 1


def test_hidden_files_archive_debris_and_other_files_are_no_images(tmp_path: Path) -> None:
    fill(tmp_path, a=1, b=1)
    put(tmp_path / "__MACOSX" / "a" / "._0.png")
    put(tmp_path / "a" / ".thumbnails" / "0.png")
    (tmp_path / "a" / "notes.txt").write_text("x")
    assert load_dataset(tmp_path).per_class() == {"a": 1, "b": 1}


def test_c_nmc_subjects_come_from_file_names(tmp_path: Path) -> None:
    for name in ("fold_0/all/UID_11_2_3_all.bmp", "fold_1/hem/UID_H11_4_1_hem.bmp", "fold_1/hem/UID_h3_4_1_hem.bmp"):
        put(tmp_path / "C-NMC_training_data" / name)
    put(tmp_path / "C-NMC_test_prelim_phase_data" / "1.bmp")
    dataset = load_dataset(tmp_path)
    assert dataset.layout == "c-nmc"
    assert dataset.grouping == "subject"
    assert [(sample.label, sample.group) for sample in dataset.samples] == [
        ("all", "11"),
        ("hem", "H11"),
        ("hem", "H3"),
    ]
    assert dataset.unlabelled == 1


def test_all_idb_answer_comes_from_file_names(tmp_path: Path) -> None:
    put(tmp_path / "Im001_1.tif")
    put(tmp_path / "img" / "Im002_0.tif")
    dataset = load_dataset(tmp_path)
    assert labels(dataset) == {"Im001_1.tif": "blast", "img/Im002_0.tif": "normal"}


def test_manifest_with_patients_and_hashes_needs_no_images(tmp_path: Path) -> None:
    sha = "a" * 64
    write(tmp_path / "manifest.csv", f"path,class,patient,sha256\nx/1.png,ALL,P1,{sha}\nx/2.png,HEM,P2,\nx/3.png,,,\n")
    dataset = load_dataset(tmp_path)
    assert dataset.grouping == "patient"
    assert dataset.unlabelled == 1
    assert [(one.image_id, one.group, one.sha256) for one in dataset.samples] == [
        ("x/1.png", "P1", sha),
        ("x/2.png", "P2", None),
    ]


@pytest.mark.parametrize(
    ("header", "grouping"), [("subject_id", "subject"), ("Group", "group column"), ("slide", "none")]
)
def test_grouping_is_named_after_its_column(tmp_path: Path, header: str, grouping: str) -> None:
    write(tmp_path / "manifest.csv", f"path,class,{header}\n1.png,a,g1\n2.png,b,g2\n")
    assert load_dataset(tmp_path).grouping == grouping


def test_columns_of_other_names_are_taken_when_named(tmp_path: Path) -> None:
    table = write(tmp_path / "cells.csv", "﻿file;diagnosis;slide\r\nsub\\1.png;ALL;s1\r\n2.png;AML;s2\r\n")
    dataset = load_dataset(table, label_column="diagnosis", group_column="slide")
    assert labels(dataset) == {"2.png": "AML", "sub/1.png": "ALL"}
    assert dataset.grouping == "group column"
    assert dataset.root == tmp_path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("path,kind\n1.png,a\n", "there is no class column"),
        ("class\na\n", "there is no path column"),
        ("path,class\n/etc/1.png,a\n", "no path below"),
        ("path,class\n../1.png,a\n", "no path below"),
        ("path,class\nC:\\1.png,a\n", "no path below"),
        ("path,class\n,a\n", "no path below"),
        ("path,class,sha256\n1.png,a,abc\n", "line 2: sha256"),
        ("path,class,patient\n1.png,a,P\n2.png,a,\n", "line 3: the column 'patient' is empty"),
        ("path,class\n1.png,a\n1.png,a\n", "listed twice"),
        ("path,class\n1.png,a\n1.png,b\n", "two classes, a and b"),
        ("path,class\n1.png,\n", "no labelled images"),
        ("path,class\n", "no labelled images"),
        ("", "there is no path column"),
    ],
)
def test_wrong_manifests_are_refused_with_advice(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path / "manifest.csv", text)
    with pytest.raises(DataError) as caught:
        load_dataset(tmp_path)
    assert says in str(caught.value)
    assert caught.value.advice


def test_manifest_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes("path,class\nü.png,a\n".encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8"):
        load_dataset(tmp_path)


@given(st.text(max_size=200))
def test_any_text_as_a_manifest_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    table = write(tmp_path_factory.mktemp("m") / "manifest.csv", text)
    with suppress(DataError):
        assert load_dataset(table).samples


def test_empty_and_absent_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no labelled images"):
        load_dataset(tmp_path)
    with pytest.raises(DataError, match="there is no data set here"):
        load_dataset(tmp_path / "absent")
    with pytest.raises(DataError, match="there is no data set here"):
        load_dataset(put(tmp_path / "one.png"))
    with pytest.raises(DataError, match="Known are auto"):
        load_dataset(tmp_path, layout="zip")


def test_one_class_and_one_image_cannot_be_learned_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only one class, a"):
        require_learnable(load_dataset(fill(tmp_path / "one", a=5)))
    with pytest.raises(DataError, match=r"too few images.*b \(1\)"):
        require_learnable(load_dataset(fill(tmp_path / "two", a=5, b=1)))


def test_same_content_in_two_classes_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, a=3, b=3)
    (tmp_path / "b" / "copy.png").write_bytes((tmp_path / "a" / "1.png").read_bytes())
    dataset = load_dataset(tmp_path)
    with pytest.raises(DataError, match=r"a/1\.png and b/copy\.png"):
        require_learnable(hashed(dataset))


def test_hashes_are_those_of_the_bytes_and_absent_files_have_none(tmp_path: Path) -> None:
    fill(tmp_path, a=1, b=1)
    dataset = load_dataset(tmp_path)
    (tmp_path / "b" / "0.png").unlink()
    first, second = hashed(dataset).samples
    assert first.sha256 == hashlib.sha256((tmp_path / "a" / "0.png").read_bytes()).hexdigest()
    assert second.sha256 is None


def test_hash_of_the_set_changes_with_a_label_a_group_or_a_file(tmp_path: Path) -> None:
    seen = set()
    for text in (
        "1.png,a,g\n2.png,b,g\n",
        "1.png,b,g\n2.png,b,g\n",
        "1.png,a,h\n2.png,b,g\n",
        "1.png,a,g\n3.png,b,g\n",
    ):
        write(tmp_path / "manifest.csv", "path,class,group\n" + text)
        seen.add(load_dataset(tmp_path).sha256)
    assert len(seen) == 4


def test_subset_keeps_the_order_asked_for_and_refuses_unknown_ids(tmp_path: Path) -> None:
    dataset = load_dataset(fill(tmp_path, a=2, b=2))
    assert [one.image_id for one in dataset.subset(["b/1.png", "a/0.png"])] == ["b/1.png", "a/0.png"]
    with pytest.raises(DataError, match="c/0"):
        dataset.subset(["a/0.png", "c/0.png"])


@pytest.mark.real_data
def test_real_sets_open_with_their_groups(real_data: Path) -> None:
    taleqani = load_dataset(real_data / "taleqani-all")
    assert taleqani.per_class() == {"Benign": 424, "Early": 865, "Pre": 843, "Pro": 684}
    assert taleqani.grouping == "group column"
    cells = load_dataset(real_data / "c-nmc-samples", layout="c-nmc")
    assert {one.group for one in cells.samples} == {"1", "3", "53", "H10", "H3"}
    full = load_dataset(real_data / "c-nmc-samples" / "full_manifest_no_images.csv")
    assert full.per_class() == {"all": 7272, "hem": 3389}
    assert full.unlabelled == 4453
