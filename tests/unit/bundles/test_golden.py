"""Golden samples: pictures and what the model answers to them, fitting the card."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from leukdesk.bundles.golden import golden_samples
from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import BundleError, BundleReason
from tests.bundle_factory import KNOWN, forge, golden_files, make_bundle, make_card, png

GOOD = {"file": "00.png", "logits": [1.0, 0.0, -1.0], "probabilities": [0.7, 0.2, 0.1]}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path)


def refusal_of_expected(bundle: Path, document: Any) -> BundleError:
    (bundle / "golden" / "expected.json").write_text(json.dumps(document), encoding="utf-8")
    (bundle / "golden" / "01.png").unlink()
    forge(bundle)
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN)
    assert caught.value.reason == BundleReason.BAD_GOLDEN
    return caught.value


def test_samples_come_back_as_they_were_written(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    document = json.dumps({"samples": [GOOD]}).encode()
    card = make_card(files={"golden/expected.json": "0" * 64, "golden/00.png": "0" * 64})
    [sample] = golden_samples(
        {"golden/expected.json": document, "golden/00.png": png(pixels)}.__getitem__, card, "toy-1.0"
    )
    np.testing.assert_array_equal(sample.input, pixels)
    assert sample.input.dtype == np.uint8
    assert sample.name == "00.png"
    assert sample.logits == (1.0, 0.0, -1.0)
    assert sample.probabilities == (0.7, 0.2, 0.1)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"samples": []}, "samples should have more items: 1 at least"),
        ({}, "samples is missing"),
        ([], "should hold named entries"),
        ({"samples": [GOOD], "more": 1}, "more is not an entry leukdesk knows"),
        ({"samples": [GOOD, GOOD]}, "states one picture twice"),
        ({"samples": [{**GOOD, "file": "09.png"}]}, "states golden/09.png, which the bundle does not hold"),
        ({"samples": [{**GOOD, "file": "../card.md"}]}, "samples[0].file is not written as it should be"),
        ({"samples": [{**GOOD, "file": "expected.json"}]}, "samples[0].file is not written as it should be"),
        ({"samples": [{**GOOD, "logits": [1.0, 0.0]}]}, "2 logits and 3 probabilities for 00.png, and the card has 3"),
        ({"samples": [{**GOOD, "probabilities": [0.5, 0.5]}]}, "3 logits and 2 probabilities"),
        ({"samples": [{**GOOD, "probabilities": [0.5, 0.5, 0.5]}]}, "do not add up to 1"),
        ({"samples": [{**GOOD, "probabilities": [2.0, -0.5, -0.5]}]}, "should be less than or equal to 1"),
        ({"samples": [{**GOOD, "logits": [1.0, 0.0, "x"]}]}, "samples[0].logits[2] should be a number"),
        ({"samples": [{**GOOD, "logits": [1.0, 0.0, float("nan")]}]}, "NaN is not a number"),
    ],
)
def test_expected_answers_that_do_not_fit_are_refused_at_loading(bundle: Path, document: Any, words: str) -> None:
    error = refusal_of_expected(bundle, document)
    assert words in error.what
    assert "golden/expected.json" in error.what


def test_a_picture_nobody_expects_anything_of_is_refused(bundle: Path) -> None:
    (bundle / "golden" / "02.png").write_bytes((bundle / "golden" / "00.png").read_bytes())
    forge(bundle)
    with pytest.raises(BundleError, match=r"does not say what the model answers to golden/02\.png"):
        load_bundle(bundle, KNOWN)


def test_classes_other_than_the_cards_are_refused(bundle: Path) -> None:
    """The samples of a model of three classes in a card of two."""
    forge(bundle, classes=[one.model_dump() for one in make_card().classes[:2]])
    with pytest.raises(BundleError, match=r"3 logits and 3 probabilities for 00\.png, and the card has 2 classes"):
        load_bundle(bundle, KNOWN)


def picture(mode: str, size: tuple[int, int], kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, format=kind)
    return stream.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that states 60 000 x 60 000 px."""
    data = picture("RGB", (32, 32))
    return data[:16] + (60_000).to_bytes(4, "big") * 2 + data[24:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (picture("RGB", (31, 32)), "golden/00.png is 31 x 32 px RGB, and the model's input is 32 x 32 px RGB"),
        (picture("RGBA", (32, 32)), "golden/00.png is 32 x 32 px RGBA"),
        (picture("L", (32, 32)), "golden/00.png is 32 x 32 px L"),
        (picture("RGB", (32, 32), "JPEG"), "cannot be decoded as a PNG picture"),
        (picture("RGB", (32, 32))[:60], "cannot be decoded as a PNG picture"),
        (b"", "cannot be decoded as a PNG picture"),
        (bomb(), "cannot be decoded as a PNG picture"),
    ],
)
def test_a_picture_that_is_no_input_is_refused(bundle: Path, data: bytes, words: str) -> None:
    (bundle / "golden" / "00.png").write_bytes(data)
    forge(bundle)
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN).golden()
    assert caught.value.reason == BundleReason.BAD_GOLDEN
    assert words in caught.value.what


@settings(max_examples=300)
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_no_damage_of_a_picture_ends_in_anything_but_pixels_or_a_refusal(changes: list[tuple[float, int]]) -> None:
    card = make_card(files=dict.fromkeys(golden_files(make_card()), "0" * 64))
    files = golden_files(card)
    data = bytearray(files["golden/00.png"][:400] + files["golden/00.png"][-40:])
    for place, value in changes:
        data[int(place * len(data))] = value
    with suppress(BundleError):
        samples = golden_samples({**files, "golden/00.png": bytes(data)}.__getitem__, card, "toy-1.0")
        assert samples[0].input.shape == (32, 32, 3)
