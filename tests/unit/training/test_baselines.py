"""Baselines learn what they are meant to learn and nothing else, and expose a leaking split."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leukdesk.domain.errors import DataError
from training import handmade
from training.baselines import (
    Features,
    Labelled,
    describe,
    feature_baselines,
    image_baselines,
    majority,
    nearest_neighbours,
    random_forest,
    support_vectors,
)
from training.evaluate import evaluate

CLASSES = ("pro", "early", "benign")  # deliberately not sorted: scikit-learn sorts


def labelled(labels, groups=None):
    return Labelled(tuple(f"{i}.png" for i in range(len(labels))), tuple(labels), groups)


def blobs(seed, n=60, spread=0.2):
    """Features that lie about a point of their own for each class."""
    rng = np.random.default_rng(seed)
    labels = [CLASSES[i % 3] for i in range(n)]
    values = np.array([[CLASSES.index(one) * 2.0, -CLASSES.index(one)] for one in labels])
    return Features(labelled(labels), values + rng.normal(0, spread, values.shape))


def tinted(tint, rng, size=32):
    return np.clip(rng.normal(tint, 12, (size, size, 3)), 0, 255).astype(np.uint8)


def right(rows):
    return float((rows.truth == rows.predicted).mean())


def test_the_majority_class_of_the_training_part_is_predicted():
    rows = majority(labelled(["pro", "early", "early"]), labelled(["pro", "benign"]), CLASSES)
    assert rows.predicted.tolist() == [1, 1]
    assert rows.scores[0].tolist() == pytest.approx([1 / 3, 2 / 3, 0])


@pytest.mark.parametrize(
    "baseline",
    [lambda a, b: random_forest(a, b, CLASSES, seed=0), lambda a, b: nearest_neighbours(a, b, CLASSES),
     lambda a, b: support_vectors(a, b, CLASSES)],
)  # fmt: skip
def test_separated_classes_are_told_apart_in_our_class_order(baseline):
    rows = baseline(blobs(1), blobs(2))
    assert rows.classes == CLASSES
    assert right(rows) > 0.95


def test_two_classes_keep_their_order_in_the_support_vector_machine():
    train, test = blobs(1), blobs(2)
    keep = [i for i, one in enumerate(train.part.labels) if one != "benign"]

    def two(features):
        return Features(labelled([features.part.labels[i] for i in keep]), features.values[keep])

    assert right(support_vectors(two(train), two(test), ("pro", "early"))) > 0.95


def test_a_class_without_training_images_scores_nothing():
    train = blobs(1)
    keep = [i for i, one in enumerate(train.part.labels) if one != "pro"]
    fewer = Features(labelled([train.part.labels[i] for i in keep]), train.values[keep])
    for rows in (random_forest(fewer, blobs(2), CLASSES, seed=0), support_vectors(fewer, blobs(2), CLASSES)):
        assert (rows.scores[:, 0] == 0).all()
        assert evaluate(rows, seed=0, resamples=20).per_class["pro"]["recall"].value == 0


def test_one_class_only_is_refused():
    alone = Features(labelled(["pro"] * 4), np.zeros((4, 2)))
    for baseline in (lambda: majority(alone.part, alone.part, CLASSES), lambda: support_vectors(alone, alone, CLASSES)):
        with pytest.raises(DataError, match="one class"):
            baseline()


def test_fewer_images_than_neighbours_is_no_trouble():
    pair = Features(labelled(["pro", "early"]), np.array([[0.0], [1.0]]))
    assert nearest_neighbours(pair, pair, CLASSES).scores[:, :2].tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_no_images_are_refused():
    with pytest.raises(DataError):
        describe(labelled([]), [])


def test_the_same_seed_grows_the_same_forest():
    first, again = (random_forest(blobs(1, spread=2), blobs(2, spread=2), CLASSES, seed=4) for _ in range(2))
    assert (first.scores == again.scores).all()


def test_corner_and_border_see_only_corner_and_border():
    image = np.random.default_rng(0).integers(0, 255, (224, 224, 3), dtype=np.uint8)
    inside = image.copy()
    inside[20:180, 20:170] = 0
    assert (handmade.corner(image) == handmade.corner(inside)).all()
    assert (handmade.border(image) == handmade.border(inside)).all()
    outside = image.copy()
    outside[:190] = 0
    outside[:, :176] = 0
    assert (handmade.corner(image) == handmade.corner(outside)).all()
    assert not (handmade.border(image) == handmade.border(outside)).all()


def test_colour_statistics_know_no_place():
    image = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    shuffled = np.random.default_rng(1).permutation(image.reshape(-1, 3)).reshape(image.shape)
    np.testing.assert_allclose(handmade.colour_statistics(image), handmade.colour_statistics(shuffled), rtol=1e-5)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_every_image_gets_a_finite_vector_of_one_length(data):
    shape = (data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40)), 3)
    image = data.draw(arrays(np.uint8, shape))
    plain = np.zeros((64, 48, 3), dtype=np.uint8)
    for describer in (handmade.colour_statistics, handmade.corner, handmade.border, handmade.colour_shape_texture):
        vector = describer(image)
        assert vector.dtype == np.float32
        assert np.isfinite(vector).all()
        assert vector.shape == describer(plain).shape


def test_a_round_nucleus_is_rounder_than_a_long_one():
    def field(axes):
        import cv2

        image = np.full((128, 128, 3), 230, dtype=np.uint8)
        cv2.ellipse(image, (64, 64), axes, 30, 0, 360, (90, 40, 140), -1)
        return handmade.nucleus_shape(image)

    disc, spindle = field((25, 25)), field((45, 12))
    assert disc[1] == spindle[1] == 1
    assert disc[3] > 0.85 > 0.6 > spindle[3]
    assert disc[5] > 0.9 > 0.4 > spindle[5]


def leaking_set(seed, per_group=24, n_groups=16):
    """Images whose tint names their group; the classes of the groups are drawn by lot."""
    rng = np.random.default_rng(seed)
    images, labels, groups = [], [], []
    for group in range(n_groups):
        tint = rng.uniform(60, 200, 3)
        images += [tinted(tint, rng) for _ in range(per_group)]
        labels += [("blast", "normal")[group % 2]] * per_group
        groups += [f"patient{group}"] * per_group
    return images, np.array(labels), np.array(groups)


def test_a_leaking_split_is_exposed_by_colour_alone():
    images, labels, groups = leaking_set(7)
    found = describe(Labelled(tuple(map(str, range(len(labels)))), tuple(labels), tuple(groups)), images)

    def score(in_test):
        def side(chosen):
            places = np.flatnonzero(chosen)
            part = Labelled(tuple(map(str, places)), tuple(labels[places].tolist()), tuple(groups[places].tolist()))
            return {name: Features(part, one.values[places]) for name, one in found.items()}

        return {name: right(rows) for name, rows in
                image_baselines(side(~in_test), side(in_test), ("blast", "normal"), seed=0).items()}  # fmt: skip

    at_random = score(np.random.default_rng(0).random(len(labels)) < 0.3)
    by_group = np.mean([score(np.isin(groups, np.unique(groups)[fold::4]))["colour only"] for fold in range(4)])
    assert at_random["colour only"] > 0.95
    assert at_random["majority"] < 0.7
    assert 0.2 < by_group < 0.8


def test_features_of_another_number_of_images_are_a_bug():
    with pytest.raises(ValueError, match="images"):
        Features(labelled(["pro"]), np.zeros((2, 3)))


def test_feature_baselines_are_named_after_their_features():
    assert set(feature_baselines(blobs(1), blobs(2), CLASSES, named="CNN features")) == {
        "k-NN, CNN features",
        "SVM, CNN features",
    }


@pytest.mark.real_data
@pytest.mark.slow
def test_the_scale_bar_and_the_colours_of_the_taleqani_images_name_the_class(real_data):
    import cv2

    folder = real_data / "taleqani-all"
    with (folder / "manifest.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    blocks = sorted({line["group"] for line in lines})
    in_test = set(blocks[::5])

    def side(chosen):
        part = Labelled(
            tuple(one["path"] for one in chosen),
            tuple(one["class"] for one in chosen),
            tuple(one["group"] for one in chosen),
        )
        images = (cv2.imread(str(folder / one["path"]), cv2.IMREAD_COLOR_RGB) for one in chosen)
        return describe(part, images, {"colour": handmade.colour_statistics, "corner": handmade.corner})

    train = side([line for line in lines if line["group"] not in in_test])
    test = side([line for line in lines if line["group"] in in_test])
    classes = ("Benign", "Early", "Pre", "Pro")
    assert right(random_forest(train["colour"], test["colour"], classes, seed=0)) > 0.9
    assert right(random_forest(train["corner"], test["corner"], classes, seed=0)) > 0.7
