"""The frozen file: it comes back as it was, notices edits and changed data, and is written whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from leukdesk.domain.errors import DataError, OutputError
from training.datasets import DataSet, Sample
from training.splits import GROUPED, Facts, Split, holdout, read_split


@pytest.fixture
def dataset() -> DataSet:
    samples = tuple(
        Sample(
            Path(f"/absent/{label}{number}.png"),
            f"{label}{number}.png",
            label,
            f"{label}-{number % 6}",
            f"{label}{number:063}",
        )
        for label in "ab"
        for number in range(10, 34)
    )
    return DataSet(Path("/absent"), samples, ("a", "b"), "subject")


def test_comes_back_as_it_was(dataset: DataSet, tmp_path: Path) -> None:
    split = holdout(dataset, seed=4)
    split.write(tmp_path / "new folder" / "split.json")
    assert read_split(tmp_path / "new folder" / "split.json") == split
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["split.json"]


def test_file_lists_hashes_and_levels_in_the_open(dataset: DataSet, tmp_path: Path) -> None:
    split = holdout(dataset)
    split.write(tmp_path / "split.json")
    document = json.loads((tmp_path / "split.json").read_text())
    assert document["level"] == GROUPED
    assert document["grouping"] == "subject"
    assert document["dataset_sha256"] == dataset.sha256
    assert document["sha256"] == split.sha256
    first = dict(zip(document["columns"], document["images"]["train"][0], strict=True))
    assert first["sha256"] == dataset.by_id()[first["image_id"]].sha256


def test_an_edited_file_is_refused(dataset: DataSet, tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    holdout(dataset).write(path)
    document = json.loads(path.read_text())
    document["images"]["train"].append(document["images"]["test"].pop())
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match=r"changed after it was frozen|same group"):
        read_split(path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format": 2}', '{"format": 1, "level": "grouped", "images": 3}']
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "split.json"
    path.write_text(text)
    with pytest.raises(DataError, match="no split file of leukdesk"):
        read_split(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_split(tmp_path / "absent.json")


def test_changed_data_is_noticed(dataset: DataSet) -> None:
    split = holdout(dataset)
    split.verify(dataset)
    split.verify(replace(dataset, samples=tuple(replace(one, sha256=None) for one in dataset.samples)))
    first, *others = dataset.samples
    for other in (replace(first, label="b"), replace(first, group="x"), replace(first, sha256="0" * 64)):
        with pytest.raises(DataError, match=f"1 images have another.*{first.image_id}"):
            split.verify(replace(dataset, samples=(other, *others)))
    with pytest.raises(DataError, match="not in the data set"):
        split.verify(replace(dataset, samples=tuple(others)))


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"1": Facts("a", "P", None), "2": Facts("a", "P", None)}, "group"),
        ({"1": Facts("a", "P", "f"), "2": Facts("a", "Q", "f")}, "content"),
    ],
)
def test_overlap_cannot_be_built(facts: dict[str, Facts], what: str) -> None:
    with pytest.raises(DataError, match=f"same {what} are in train and in test") as caught:
        Split(("1",), (), ("2",), seed=0, method="x", level=GROUPED, grouping="patient", dataset_sha256="", facts=facts)
    assert caught.value.reason == "overlap"


def test_hash_follows_every_part(dataset: DataSet) -> None:
    split = holdout(dataset)
    others = [
        holdout(dataset, seed=1),
        replace(split, seed=9),
        replace(split, method="x"),
        replace(split, grouping="y"),
    ]
    assert len({one.sha256 for one in [split, *others]}) == 5


def test_nothing_is_left_behind_where_it_cannot_be_written(dataset: DataSet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        holdout(dataset).write(tmp_path / "file" / "split.json")
    (tmp_path / "split.json").mkdir()
    with pytest.raises(OutputError, match="could not be written"):
        holdout(dataset).write(tmp_path / "split.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "split.json"]
