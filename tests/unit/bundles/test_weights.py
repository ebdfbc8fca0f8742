"""Tensors: what a safetensors file may state, checked before anything is allocated for it."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.weights import decode_tensors, encode_tensors, tensor_specs
from leukdesk.domain.errors import BundleError, BundleReason
from tests.bundle_factory import KNOWN, forge, make_bundle

NAME = "weights.safetensors"
FLOATS = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}


def crafted(header: Any, values: bytes = bytes(24)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + values


def refusal(data: bytes) -> BundleError:
    with pytest.raises(BundleError) as caught:
        decode_tensors(data, bundle="toy-1.0", name=NAME)
    assert caught.value.subject == "toy-1.0"
    assert caught.value.what.isprintable()
    return caught.value


def test_the_crafted_file_is_right_but_for_what_a_test_changes() -> None:
    assert decode_tensors(crafted({"a": FLOATS}), bundle="toy-1.0", name=NAME)["a"].shape == (2, 3)
    with_metadata = crafted({"__metadata__": {"format": "np"}, "a": FLOATS})
    assert list(decode_tensors(with_metadata, bundle="toy-1.0", name=NAME)) == ["a"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"dtype": "F64"}, "holds a as F64, not as float32 or float16"),
        ({"dtype": "BF16"}, "holds a as BF16"),
        ({"dtype": "I8"}, "holds a as I8"),
        ({"dtype": None}, "holds a as None"),
        ({"dtype": ["F32"]}, "not as float32 or float16"),
        ({"shape": [2, 4]}, "does not take the bytes stated"),
        ({"shape": [2, -3]}, "no tensor of a network has"),
        ({"shape": [-2, -3]}, "no tensor of a network has"),
        ({"shape": [0, 3], "data_offsets": [0, 0]}, "no tensor of a network has"),
        ({"shape": [2.0, 3]}, "no tensor of a network has"),
        ({"shape": [True, 6]}, "no tensor of a network has"),
        ({"shape": "23"}, "no tensor of a network has"),
        ({"shape": [1] * 9}, "no tensor of a network has"),
        ({"shape": [2**62, 2**62]}, "does not take the bytes stated"),
        ({"data_offsets": [0, 23]}, "does not take the bytes stated"),
        ({"data_offsets": [24, 0]}, "does not take the bytes stated"),
        ({"data_offsets": [0, 12, 24]}, "does not take the bytes stated"),
        ({"data_offsets": [-24, 0]}, "does not take the bytes stated"),
        ({"data_offsets": [4, 28]}, "overlap or leave gaps"),
        ({"code": "x"}, "does not describe a by dtype, shape and place"),
        ({"shape": [2**28], "data_offsets": [0, 2**30]}, "its tensors take 1073741824"),
    ],
)
def test_a_tensor_stated_wrongly_is_refused(entry: dict[str, Any], words: str) -> None:
    error = refusal(crafted({"a": {**FLOATS, **entry}}))
    assert error.reason == BundleReason.BAD_WEIGHTS
    assert words in error.what


@pytest.mark.parametrize(
    "name", ["", "../a", "a/../b", "/a", "a/", "a//b", "a b", "a\n", "é", "x" * 201, "a\x1b[2J", "__metadata__x/"]
)
def test_a_tensor_with_an_odd_name_is_refused(name: str) -> None:
    assert "has a tensor with the name" in refusal(crafted({name: FLOATS})).what


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is cut off"),
        (b"\x10\0\0", "is cut off"),
        ((2**63).to_bytes(8, "little") + b"{}", "is cut off"),
        (crafted(b"{}")[:9], "is cut off"),
        (crafted(b"[]"), "has no list of tensors"),
        (crafted({}), "states 0 tensors"),
        (crafted({"__metadata__": {}}), "states 0 tensors"),
        (crafted(b"{'a'}"), "the header of weights.safetensors is not valid JSON"),
        (crafted(b"\xff"), "the header of weights.safetensors is not UTF-8"),
        (crafted(b'{"a": 1, "a": 2}'), '"a" is stated twice'),
        (crafted({"a": None}), "does not describe a"),
        (crafted({"a": FLOATS}, bytes(28)), "holds 28 bytes of values"),
        (crafted({"a": FLOATS}, bytes(20)), "holds 20 bytes of values"),
        (crafted({"a": FLOATS, "b": FLOATS}), "overlap or leave gaps"),
        (crafted({str(n): FLOATS for n in range(10_001)}), "states 10001 tensors"),
    ],
)
def test_a_file_that_is_no_safetensors_file_is_refused(data: bytes, words: str) -> None:
    error = refusal(data)
    assert error.reason == BundleReason.BAD_WEIGHTS
    assert words in error.what


def test_a_very_long_header_is_refused() -> None:
    assert refusal(crafted(b" " * (4 * 1024 * 1024 + 1))).reason == BundleReason.TOO_LARGE


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(value: float) -> None:
    error = refusal(crafted({"a": FLOATS}, np.array([0, 1, 2, value, 4, 5], np.float32).tobytes()))
    assert "holds values in a that are not finite numbers" in error.what


def test_a_bomb_is_refused_without_memory_for_it() -> None:
    """Four million values are stated eight times over in a file of a kilobyte."""
    stated = {f"t{n}": {"dtype": "F32", "shape": [2**22], "data_offsets": [0, 2**24]} for n in range(8)}
    tracemalloc.start()
    refusal(crafted(stated))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_refusal(data: bytes) -> None:
    refusal(data)


@given(st.binary(max_size=60))
def test_no_header_ends_in_anything_but_a_refusal(text: bytes) -> None:
    refusal(crafted(text))


def finite(dtype: type) -> st.SearchStrategy[Any]:
    shapes = arrays_of.array_shapes(min_dims=0, max_dims=4, max_side=4)
    return arrays_of.arrays(
        dtype, shapes, elements=arrays_of.from_dtype(np.dtype(dtype), allow_nan=False, allow_infinity=False)
    )


@given(array=finite(np.float32) | finite(np.float16), transposed=st.booleans())
def test_tensors_come_back_as_they_were(array: Any, transposed: bool) -> None:
    array = array.T if transposed else array
    data = encode_tensors({"head/0000/kernel": array, "z": np.float32([1])})
    back = decode_tensors(data, bundle="toy-1.0", name=NAME)["head/0000/kernel"]
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    spec = tensor_specs(data, len(data), bundle="toy-1.0", name=NAME)["head/0000/kernel"]
    assert (spec.shape, spec.dtype) == (array.shape, array.dtype.name)


def test_other_dtypes_are_not_written() -> None:
    with pytest.raises(ValueError, match="float32 or float16: b"):
        encode_tensors({"a": np.zeros(2, np.float32), "b": np.zeros(2)})


@pytest.mark.parametrize("name", ["weights.safetensors", "novelty.safetensors"])
def test_a_bundle_whose_tensors_are_bad_is_refused_at_loading(tmp_path: Path, name: str) -> None:
    bundle = make_bundle(tmp_path)
    (bundle / name).write_bytes(crafted({"a": {**FLOATS, "dtype": "I32"}}))
    forge(bundle)
    with pytest.raises(BundleError, match=f"{name} holds a as I32") as caught:
        load_bundle(bundle, KNOWN)
    assert caught.value.reason == BundleReason.BAD_WEIGHTS
