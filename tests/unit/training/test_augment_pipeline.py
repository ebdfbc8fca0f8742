"""Pipelines as data: what is accepted, what is refused and how, and what the draws depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError
from training.augment import Pipeline, named, names, rng_for, shift, shift_names

SYSTEMS = {"lubna2024", "abed2022", "raju2025", "nadim2024", "samhitha2025"}


@pytest.fixture
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (96, 96, 3)).astype(np.uint8)


@given(st.integers(0, 2**31), st.integers(0, 10_000), st.text(max_size=40))
def test_numbers_are_a_function_of_seed_epoch_and_image(seed: int, epoch: int, image_id: str) -> None:
    first = rng_for(seed, epoch, image_id).random(4)
    assert np.array_equal(first, rng_for(seed, epoch, image_id).random(4))
    assert not np.array_equal(first, rng_for(seed + 1, epoch, image_id).random(4))
    assert not np.array_equal(first, rng_for(seed, epoch + 1, image_id).random(4))
    assert not np.array_equal(first, rng_for(seed, epoch, image_id + "x").random(4))


def test_numbers_stay_the_same_from_version_to_version() -> None:
    """A run resumed after an upgrade must go on with the same images; this pins the stream."""
    assert rng_for(1, 2, "Early/a.jpg").integers(0, 1000, 5).tolist() == [990, 307, 237, 496, 400]


def test_order_of_images_does_not_matter(image: NDArray[np.uint8]) -> None:
    pipeline = named("morphology")
    ids = [f"{number}.png" for number in range(6)]
    forward = {one: pipeline(image, rng_for(3, 1, one)) for one in ids}
    backward = {one: pipeline(image, rng_for(3, 1, one)) for one in reversed(ids)}
    assert all(np.array_equal(forward[one], backward[one]) for one in ids)


def test_probability_is_the_share_of_images_changed(image: NDArray[np.uint8]) -> None:
    pipeline = Pipeline.from_spec([{"op": "flip_horizontal", "p": 0.3}])
    changed = sum(not np.array_equal(pipeline(image, rng_for(0, 0, str(number))), image) for number in range(2000))
    assert 0.26 < changed / 2000 < 0.34


def test_probability_zero_never_and_one_always(image: NDArray[np.uint8]) -> None:
    never = Pipeline.from_spec([{"op": "grey", "p": 0}])
    always = Pipeline.from_spec([{"op": "grey", "p": 1}])
    for number in range(50):
        assert np.array_equal(never(image, rng_for(0, 0, str(number))), image)
        assert not np.array_equal(always(image, rng_for(0, 0, str(number))), image)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ([{"op": "flip_horizontl"}], "Did you mean 'flip_horizontal'?"),
        ([{"op": "blur", "parms": {}}], "Did you mean 'params'?"),
        ([{"op": "blur", "params": {"sigm": [0, 1]}}], "Did you mean 'sigma'?"),
        ([{"op": "flip_vertical", "params": {"p": 1}}], "Known here: none."),
        ([{"p": 1}], "there is no operation None"),
        ([{"op": "rot90"}, {"op": "blur", "params": {"sigma": [1, 0]}}], "augmentation step 2 (blur), sigma"),
        ([{"op": "blur", "params": {"sigma": [0, 1, 2]}}], "two numbers"),
        ([{"op": "blur", "params": {"sigma": "much"}}], "two numbers"),
        ([{"op": "blur", "params": {"sigma": [0, True]}}], "two numbers"),
        ([{"op": "blur", "params": {"sigma": float("nan")}}], "two numbers"),
        ([{"op": "blur", "params": {"sigma": [-1, 1]}}], "within 0 and 20"),
        ([{"op": "rotate", "params": {"fill": "wrap"}}], "one of reflect, nearest"),
        ([{"op": "noise", "params": {"per_channel": 2}}], "from 0 to 1"),
        ([{"op": "rot90", "p": 1.5}], "from 0 to 1"),
        ([{"op": "rot90", "p": "often"}], "from 0 to 1"),
        ([{"op": "blur", "params": [0, 1]}], "params must be a table"),
        (["rot90"], "a step must be a table"),
        ({"op": "rot90"}, "must be a list"),
        ("rot90", "must be a list"),
    ],
)
def test_wrong_words_and_values_are_refused_with_advice(spec: list[dict[str, object]], says: str) -> None:
    with pytest.raises(DataError) as caught:
        Pipeline.from_spec(spec)
    assert says in str(caught.value)
    assert caught.value.advice


def test_spec_comes_back_with_all_defaults_and_builds_the_same_pipeline() -> None:
    spec = Pipeline.from_spec([{"op": "affine", "p": 0.5}]).to_spec()
    assert spec[0]["params"]["fill"] == "reflect"
    assert Pipeline.from_spec(spec).to_spec() == spec


def test_every_system_has_its_list_and_every_list_works(image: NDArray[np.uint8]) -> None:
    assert set(names()) >= SYSTEMS | {"none", "morphology"}
    for name in names():
        assert named(name)(image, rng_for(0, 0, "x")).shape == image.shape
    assert np.array_equal(named("none")(image, rng_for(0, 0, "x")), image)


def test_unknown_list_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'lubna2024'"):
        named("lubna2023")


def test_shifts_are_deterministic_and_each_changes_the_image(image: NDArray[np.uint8]) -> None:
    for name in shift_names():
        shifted = shift(image, name)
        assert shifted.shape == image.shape
        assert shifted.dtype == np.uint8
        assert not np.array_equal(shifted, image)
        assert np.array_equal(shifted, shift(image, name))


def test_opposite_hue_shifts_differ() -> None:
    violet = np.full((8, 8, 3), (120, 60, 160), np.uint8)
    assert int(shift(violet, "hue_plus_20")[0, 0, 0]) > 120 > int(shift(violet, "hue_minus_20")[0, 0, 0])


def test_unknown_shift_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'grey'"):
        shift(np.zeros((4, 4, 3), np.uint8), "gray")
