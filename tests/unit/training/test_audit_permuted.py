"""Labels dealt anew within groups: known only through a split that lets groups through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.audit.look import OWN, Look
from training.audit.permuted import REPEATS, dealt, permuted_rows
from training.audit.subject import Answers
from training.baselines import Features, Labelled
from training.evaluate import evaluate

CLASSES = ("pro", "early", "benign")


@given(st.text(min_size=1), st.integers(0, 2**31), st.integers(0, 99))
def test_within_a_group_the_classes_change_names_one_for_one(group, seed, repeat):
    names = [dealt(one, group, CLASSES, seed=seed, repeat=repeat) for one in CLASSES]
    assert sorted(names) == sorted(CLASSES)
    assert names == [dealt(one, group, CLASSES, seed=seed, repeat=repeat) for one in CLASSES]


def test_over_many_groups_every_class_is_dealt_as_often():
    names = [dealt("pro", f"patient {number}", CLASSES, seed=0) for number in range(900)]
    assert all(240 < names.count(one) < 360 for one in CLASSES)


def look(places, *, n_groups=24, per_group=10):
    """Images that show their group plainly, and through it their class: 24 patients, 8 of each class."""
    rng = np.random.default_rng(5)
    looks = rng.normal(0, 1, (n_groups, 8))
    groups = np.repeat(np.arange(n_groups), per_group)[places]
    values = (looks[groups] + rng.normal(0, 0.05, (len(places), 8))).astype(np.float32)
    part = Labelled(
        tuple(map(str, places)), tuple(CLASSES[g % 3] for g in groups), tuple(f"patient {g}" for g in groups)
    )
    features = Features(part, values)
    return Look(part, Answers(values, values, values), {OWN: features, "colour": features})


ALL = np.arange(240)


def test_a_split_that_lets_groups_through_keeps_the_dealt_labels_known():
    test = np.random.default_rng(0).random(240) < 0.3
    for name, rows in permuted_rows(look(ALL[~test]), look(ALL[test]), CLASSES, seed=1).items():
        found = evaluate(rows, seed=0, resamples=100).overall["accuracy"]
        assert found.low > (0.85 if name.startswith("k-NN") else 0.4), name


def test_a_split_by_group_leaves_chance():
    test = ALL // 10 % 4 == 0
    found = permuted_rows(look(ALL[~test]), look(ALL[test]), CLASSES, seed=1)
    assert len(found) == 3
    for name, rows in found.items():
        accuracy = evaluate(rows, seed=0, resamples=100).overall["accuracy"]
        assert accuracy.value == pytest.approx(1 / 3, abs=0.12), name
        assert len(rows) == REPEATS * test.sum()
        assert len(set(rows.groups or ())) == REPEATS * 6


def test_a_lot_that_leaves_one_class_to_learn_from_is_passed_over():
    two = permuted_rows(look(ALL[:10]), look(ALL[10:20]), CLASSES, seed=1)
    assert two == {}
