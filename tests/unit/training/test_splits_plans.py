"""Dividing data sets: nothing on two sides, classes in their shares, and the level said honestly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leukdesk.domain.errors import DataError
from training.datasets import DataSet, Sample, load_dataset
from training.splits import GROUPED, OPTIMISTIC, Split, explicit, holdout, k_fold, system_names, system_split

Row = tuple[str, str, str | None]  # label, group, content


def made(rows: list[Row], grouping: str = "patient") -> DataSet:
    """A data set of absent images."""
    samples = tuple(
        Sample(Path(f"/absent/{number:04}"), f"{number:04}", label, group, content)
        for number, (label, group, content) in enumerate(rows)
    )
    return DataSet(Path("/absent"), samples, tuple(sorted({row[0] for row in rows})), grouping)  # type: ignore[arg-type]


def blocks(groups: int = 10, images: int = 8) -> DataSet:
    """Two classes, each in `groups` groups of `images` images."""
    rows: list[Row] = [
        (label, f"{label}{group}", None) for label in "ab" for group in range(groups) for _ in range(images)
    ]
    return made(rows)


def assert_no_group_on_two_sides(split: Split) -> None:
    where = Counter(group for ids in split.sides().values() for group in set(split.groups(ids)))
    assert max(where.values()) == 1


@st.composite
def datasets(draw: st.DrawFn) -> DataSet:
    """Groups of uneven size and mixed classes, some sharing a content with another group."""
    rows: list[Row] = []
    for group in range(draw(st.integers(6, 20))):
        for _ in range(draw(st.integers(1, 9))):
            rows.append((draw(st.sampled_from("abc")), f"g{group}", None))
    for index in draw(st.lists(st.integers(0, len(rows) - 1), max_size=4)):
        label, group, _ = rows[index]
        rows[index] = (label, group, f"{index:064x}")
        rows.append((label, f"g{draw(st.integers(0, 19))}", f"{index:064x}"))
    return made(rows)


@settings(max_examples=60, deadline=None)
@given(datasets(), st.sampled_from(["grouped", "random"]), st.integers(0, 5))
def test_every_image_is_on_one_side_and_every_class_on_all(dataset: DataSet, method: str, seed: int) -> None:
    try:
        split = holdout(dataset, method=method, validation=0.2, test=0.25, seed=seed)
    except DataError as error:
        assume(error.reason not in ("too_few_groups", "small_class", "one_class"))
        raise
    assert sorted(one for ids in split.sides().values() for one in ids) == [one.image_id for one in dataset.samples]
    assert all(count > 0 for counts in split.per_class().values() for count in counts.values())
    if method == "grouped":
        assert_no_group_on_two_sides(split)


def test_shares_are_met_per_class() -> None:
    split = holdout(blocks(groups=20), validation=0.15, test=0.2)
    assert split.per_class() == {
        "train": {"a": 104, "b": 104},
        "validation": {"a": 24, "b": 24},
        "test": {"a": 32, "b": 32},
    }


def test_random_holdout_is_stratified_to_the_image() -> None:
    split = holdout(blocks(groups=1, images=100), method="random", validation=0.1, test=0.3)
    assert split.per_class()["test"] == {"a": 30, "b": 30}
    assert split.per_class()["validation"] == {"a": 10, "b": 10}


def test_same_seed_same_split_and_another_seed_another() -> None:
    dataset = blocks()
    assert holdout(dataset, seed=3).test == holdout(dataset, seed=3).test
    assert len({holdout(dataset, seed=seed).test for seed in range(5)}) > 1


def test_levels_are_honest() -> None:
    dataset = blocks()
    assert holdout(dataset).level == GROUPED
    assert holdout(dataset, method="random").level == OPTIMISTIC
    assert k_fold(dataset, folds=3)[0].level == GROUPED
    assert system_split(dataset, "raju2025").level == OPTIMISTIC


def test_groups_that_share_a_file_stay_together() -> None:
    rows: list[Row] = [(label, f"{label}{number}", None) for label in "ab" for number in range(12)]
    rows += [("a", "a0", "f" * 64), ("a", "a1", "f" * 64)]
    for seed in range(10):
        split = holdout(made(rows), seed=seed)
        sides = [side for side, ids in split.sides().items() if {"a0", "a1"} & set(split.groups(ids))]
        assert len(sides) == 1


def test_copies_of_a_file_stay_together_even_in_a_random_split() -> None:
    rows: list[Row] = [(label, None, f"{index // 2:063}{label}") for label in "ab" for index in range(40)]  # type: ignore[misc]
    split = holdout(made(rows, "none"), method="random")
    assert len(split.facts) == 80


def test_folds_test_every_image_once_and_keep_groups_apart() -> None:
    dataset = blocks(groups=11, images=5)
    folds = k_fold(dataset, folds=5, validation=0.2)
    tested = [one for split in folds for one in split.test]
    assert sorted(tested) == [one.image_id for one in dataset.samples]
    for split in folds:
        assert_no_group_on_two_sides(split)
        assert len(split.facts) == 110
    assert folds[0].method == "grouped 5-fold, fold 1"


def test_each_published_split_has_its_shares() -> None:
    dataset = blocks(groups=1, images=1000)
    shares = {name: system_split(dataset, name) for name in system_names()}
    assert set(shares) == {"lubna2024", "abed2022", "raju2025", "nadim2024", "samhitha2025"}
    assert {name: (len(split.validation), len(split.test)) for name, split in shares.items()} == {
        "lubna2024": (320, 400),
        "abed2022": (100, 400),
        "raju2025": (300, 400),
        "nadim2024": (300, 300),
        "samhitha2025": (300, 300),
    }
    assert shares["raju2025"].method.startswith("as raju2025")


def test_explicit_sides_are_grouped_only_if_they_are() -> None:
    dataset = blocks(groups=3, images=2)
    ids = [one.image_id for one in dataset.samples]
    apart = explicit(dataset, train=ids[:2] + ids[6:8], validation=ids[2:4] + ids[8:10], test=ids[4:6] + ids[10:])
    torn = explicit(dataset, train=ids[:1], validation=(), test=ids[1:2])
    assert (apart.level, torn.level) == (GROUPED, OPTIMISTIC)
    with pytest.raises(DataError, match="same image are in train and in test"):
        explicit(dataset, train=ids[:2], validation=(), test=ids[1:3])
    with pytest.raises(DataError, match="not in the data set"):
        explicit(dataset, train=ids[:2], validation=(), test=["other"])
    with pytest.raises(DataError, match="test side is empty"):
        explicit(dataset, train=ids[:2], validation=(), test=())


@pytest.mark.parametrize(
    ("dataset", "options", "says"),
    [
        (made([("a", f"g{number}", None) for number in range(9)]), {}, "only one class"),
        (made([("a", f"g{number}", None) for number in range(9)] + [("b", "g", None)]), {}, "too few images"),
        (
            made([("a", f"g{number}", None) for number in range(9)] + [("b", "x", None)] * 9),
            {},
            "class b is in 1 groups",
        ),
        (made([("a", "g1", "0" * 64)] * 3 + [("b", "g2", "0" * 64)] * 3), {}, "two classes"),
        (blocks(), {"validation": 0.5, "test": 0.5}, "leave nothing to train on"),
        (blocks(), {"test": 0.0}, "leave nothing to train on"),
        (blocks(), {"method": "stratified"}, "Known are grouped, random"),
    ],
)
def test_what_cannot_be_divided_is_refused_with_advice(dataset: DataSet, options: dict[str, float], says: str) -> None:
    with pytest.raises(DataError) as caught:
        holdout(dataset, **options)  # type: ignore[arg-type]
    assert says in str(caught.value)
    assert caught.value.advice


def test_impossible_folds_and_unknown_systems_are_refused() -> None:
    with pytest.raises(DataError, match="at least 2 folds"):
        k_fold(blocks(), folds=1)
    with pytest.raises(DataError, match="fewer folds"):
        k_fold(blocks(groups=4), folds=5)
    with pytest.raises(DataError, match="Known are lubna2024"):
        system_split(blocks(), "unknown2020")


def test_without_groups_copies_of_a_view_stay_together_and_the_level_says_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label in "ab":
        (tmp_path / label).mkdir()
        for number in range(8):
            coarse = rng.integers(60, 255, (12, 12, 3)).astype(np.uint8)
            view = cv2.resize(coarse, (96, 96), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(tmp_path / label / f"{number}.png"), view)
            cv2.imwrite(str(tmp_path / label / f"{number} turned.jpg"), np.rot90(view), [cv2.IMWRITE_JPEG_QUALITY, 80])
    dataset = load_dataset(tmp_path)
    split = holdout(dataset, validation=0.25, test=0.25)
    assert split.level == OPTIMISTIC
    assert split.grouping == "near-duplicate"
    for ids in split.sides().values():
        assert all(count == 2 for count in Counter(one.split(".")[0].split(" ")[0] for one in ids).values())
    split.verify(dataset)


@pytest.mark.real_data
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), method=st.sampled_from(["holdout", "fold"]))
def test_c_nmc_subjects_never_stand_on_two_sides(real_data: Path, seed: int, method: str) -> None:
    """Real manifest without images: 73 subjects; 99 files stand under two subjects, so those subjects go together."""
    dataset = load_dataset(real_data / "c-nmc-samples" / "full_manifest_no_images.csv")
    splits = (holdout(dataset, seed=seed),) if method == "holdout" else k_fold(dataset, folds=5, seed=seed)
    subject = {one.image_id: one.group for one in dataset.samples}
    for split in splits:
        assert split.level == GROUPED
        sides = [{subject[one] for one in ids} for ids in split.sides().values()]
        assert sum(map(len, sides)) == len(set().union(*sides)) == 73
        assert len(split.facts) == 10661


@pytest.mark.real_data
def test_c_nmc_shares_are_near_their_targets(real_data: Path) -> None:
    dataset = load_dataset(real_data / "c-nmc-samples" / "full_manifest_no_images.csv")
    counts = holdout(dataset, validation=0.15, test=0.2).per_class()
    for label, total in dataset.per_class().items():
        assert abs(counts["test"][label] / total - 0.2) < 0.03
        assert abs(counts["validation"][label] / total - 0.15) < 0.03
