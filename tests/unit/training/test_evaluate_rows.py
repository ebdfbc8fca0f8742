"""Rows survive the disk exactly and refuse everything that could mix up labels and predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leukdesk.domain.errors import DataError, OutputError
from training.evaluate import Rows, load_rows, save_rows

CLASSES = ("Pro", "Early", "Benign")
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=8)


def rows(**changes):
    values = {
        "image_ids": ("a/1.jpg", "a/2.jpg"),
        "labels": ("Pro", "Benign"),
        "classes": CLASSES,
        "scores": np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]),
        "groups": ("p1", "p2"),
    }
    return Rows(**(values | changes))


@st.composite
def any_rows(draw):
    classes = tuple(draw(st.lists(NAMES, min_size=2, max_size=5, unique=True)))
    ids = tuple(draw(st.lists(NAMES, min_size=1, max_size=8, unique=True)))
    raw = draw(st.lists(st.floats(0, 1), min_size=len(ids) * len(classes), max_size=len(ids) * len(classes)))
    scores = np.array(raw).reshape(len(ids), -1) + 1e-9
    return Rows(
        ids,
        tuple(draw(st.sampled_from(classes)) for _ in ids),
        classes,
        scores / scores.sum(axis=1, keepdims=True),
        tuple(draw(NAMES) for _ in ids) if draw(st.booleans()) else None,
    )


@given(any_rows())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_come_back_from_the_disk_exactly(tmp_path, saved):
    path = tmp_path / "run" / "rows.csv"
    save_rows(saved, path)
    found = load_rows(path, classes=saved.classes)
    assert (found.image_ids, found.labels, found.classes) == (saved.image_ids, saved.labels, saved.classes)
    assert found.groups == saved.groups
    assert (found.scores == saved.scores).all()
    assert found.sha256() == saved.sha256()


def test_the_file_names_its_classes_in_order(tmp_path):
    save_rows(rows(), tmp_path / "rows.csv")
    header = (tmp_path / "rows.csv").read_text().splitlines()[0]
    assert header == "image_id,group,label,score_Pro,score_Early,score_Benign"


def test_another_class_order_is_refused(tmp_path):
    save_rows(rows(), tmp_path / "rows.csv")
    with pytest.raises(DataError, match="order Pro, Early, Benign") as raised:
        load_rows(tmp_path / "rows.csv", classes=sorted(CLASSES))
    assert raised.value.reason == "class_order"


def test_reordered_classes_keep_each_score_with_its_class():
    found = rows().with_classes(("Benign", "Pro", "Early"))
    assert found.scores[0].tolist() == [0.1, 0.7, 0.2]
    assert [found.classes[i] for i in found.predicted] == ["Pro", "Benign"]


def test_labels_joined_in_another_order_are_found_out():
    rows().check_labels({"a/1.jpg": "Pro", "a/2.jpg": "Benign"})
    with pytest.raises(DataError, match="different orders"):
        rows().check_labels({"a/1.jpg": "Benign", "a/2.jpg": "Pro"})
    with pytest.raises(DataError, match="nothing"):
        rows().check_labels({"a/1.jpg": "Pro"})


@pytest.mark.parametrize(
    "changes",
    [
        {"image_ids": ("a", "a")},
        {"image_ids": (), "labels": (), "groups": (), "scores": np.empty((0, 3))},
        {"labels": ("Pro", "HEM")},
        {"labels": ("Pro",)},
        {"groups": ("p1", "")},
        {"groups": ("p1",)},
        {"classes": ("Pro", "Pro", "Benign")},
        {"classes": ("Pro",), "labels": ("Pro", "Pro"), "scores": np.ones((2, 1))},
        {"scores": np.array([[0.7, 0.2], [0.1, 0.9]])},
        {"scores": np.array([[0.7, 0.2, 0.3], [0.1, 0.3, 0.6]])},
        {"scores": np.array([[1.2, -0.2, 0.0], [0.1, 0.3, 0.6]])},
        {"scores": np.array([[np.nan, 0.5, 0.5], [0.1, 0.3, 0.6]])},
        {"scores": np.array([[4.0, 1.0, -2.0], [0.1, 0.3, 0.6]])},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes):
    with pytest.raises(DataError) as raised:
        rows(**changes)
    assert raised.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name,probability\nx,0.5\n",
        "image_id,group,label,score_a,score_b\nx,,a,0.5\n",
        "image_id,group,label,score_a,score_b\nx,,a,half,0.5\n",
        "image_id,group,label,score_a,score_b\n",
        "image_id,group,label,score_a,score_b\nx,g,a,0.5,0.5\ny,,b,0.5,0.5\n",
    ],
)
def test_a_damaged_table_is_refused(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with pytest.raises(DataError):
        load_rows(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="could not be read"):
        load_rows(tmp_path / "absent.csv")


def test_a_place_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder is wanted")
    with pytest.raises(OutputError):
        save_rows(rows(), tmp_path / "taken" / "rows.csv")
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(OutputError):
        save_rows(rows(), tmp_path / "rows.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rows.csv", "taken"]


def test_equal_scores_go_to_the_first_class_as_on_the_screen():
    assert rows(scores=np.full((2, 3), 1 / 3)).predicted.tolist() == [0, 0]
