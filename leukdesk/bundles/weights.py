"""Tensors of a bundle as safetensors: our own check of the header first, then the library.

Format: 8 bytes little-endian header length, JSON header {name: {dtype, shape, data_offsets}}, then the values.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leukdesk.bundles.document import read_json
from leukdesk.bundles.limits import TENSOR_DIMENSIONS, TENSOR_HEADER_BYTES, TENSORS
from leukdesk.bundles.refusal import printable, refused
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.errors import BundleError

_LENGTH_BYTES: Final = 8
START_BYTES: Final = _LENGTH_BYTES + TENSOR_HEADER_BYTES  # enough for any header that is accepted
_ITEM_BYTES: Final = {"F32": 4, "F16": 2}
_DTYPES: Final = {"F32": "float32", "F16": "float16"}
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_./-]{0,198}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What a header states of one tensor: dtype "float32" or "float16", its shape, where its values are (bytes)."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def tensor_specs(start: bytes, size: int, *, bundle: str, name: str) -> dict[str, TensorSpec]:
    """The tensors a safetensors file of `size` bytes states, from its first `START_BYTES`; their values are not read.

    Raises `BundleError` for other dtypes than float32 and float16, for shapes that do not take exactly the bytes
    stated, for values that overlap, leave gaps or do not fill the file, and for names that are not plain.
    """
    values_from = _header_end(start, size, bundle, name)
    header = read_json(
        start[_LENGTH_BYTES:values_from], bundle=bundle, name=f"the header of {name}", reason=BundleReason.BAD_WEIGHTS
    )
    if not isinstance(header, dict):
        raise _bad(bundle, name, "has no list of tensors")
    stated = {tensor: entry for tensor, entry in header.items() if tensor != "__metadata__"}
    if not stated or len(stated) > TENSORS:
        raise _bad(bundle, name, f"states {len(stated)} tensors, and 1 to {TENSORS} are accepted")
    specs = {tensor: _spec(tensor, entry, bundle, name) for tensor, entry in stated.items()}
    _check_layout(specs.values(), size - values_from, bundle, name)
    return specs


def decode_tensors(data: bytes, *, bundle: str, name: str) -> dict[str, NDArray[Any]]:
    """All tensors of a safetensors file as float32 or float16 arrays by name; raises `BundleError`."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    specs = tensor_specs(data, len(data), bundle=bundle, name=name)
    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except SafetensorError as error:
        raise _bad(bundle, name, f"cannot be read ({printable(str(error))})") from error
    for tensor, spec in specs.items():
        if arrays[tensor].shape != spec.shape or arrays[tensor].dtype != spec.dtype:
            raise _bad(bundle, name, f"states another shape or dtype for {tensor} than it holds")
        if not np.isfinite(arrays[tensor]).all():
            raise _bad(bundle, name, f"holds values in {tensor} that are not finite numbers")
    return arrays


def encode_tensors(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Tensors as the bytes of a safetensors file. Raises ValueError for other dtypes than float32 and float16.

    Arrays are made contiguous first: safetensors writes the bytes of a transposed array in the wrong order, silently.
    """
    import numpy as np
    from safetensors.numpy import save

    wrong = [name for name, array in arrays.items() if array.dtype.name not in _DTYPES.values()]
    if wrong:
        raise ValueError(f"tensors must be float32 or float16: {', '.join(wrong)}")
    contiguous: dict[str, np.ndarray[Any, Any]] = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    return save(contiguous)


def _header_end(start: bytes, size: int, bundle: str, name: str) -> int:
    """Where the values begin, in bytes from the start of the file."""
    length = int.from_bytes(start[:_LENGTH_BYTES], "little")
    if len(start) < _LENGTH_BYTES or length > size - _LENGTH_BYTES:
        raise _bad(bundle, name, "is cut off or is no safetensors file")
    if length > TENSOR_HEADER_BYTES:
        raise refused(bundle, BundleReason.TOO_LARGE, f"the header of {name} is larger than any network needs")
    return _LENGTH_BYTES + length


def _spec(tensor: str, entry: object, bundle: str, name: str) -> TensorSpec:
    shown = printable(tensor, longest=60)
    if not _NAME.fullmatch(tensor) or ".." in tensor or "//" in tensor:
        raise _bad(bundle, name, f'has a tensor with the name "{shown}"')
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _bad(bundle, name, f"does not describe {shown} by dtype, shape and place")
    dtype, shape, place = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise _bad(bundle, name, f"holds {shown} as {printable(str(dtype), 20)}, not as float32 or float16")
    if not _are_counts(shape) or len(shape) > TENSOR_DIMENSIONS or 0 in shape:
        raise _bad(bundle, name, f"states a shape for {shown} that no tensor of a network has")
    if not _are_counts(place) or len(place) != 2 or place[1] - place[0] != math.prod(shape) * _ITEM_BYTES[dtype]:
        raise _bad(bundle, name, f"states a shape for {shown} that does not take the bytes stated")
    return TensorSpec(_DTYPES[dtype], tuple(shape), place[0], place[1])


def _are_counts(value: object) -> bool:
    return isinstance(value, list) and all(type(one) is int and one >= 0 for one in value)


def _check_layout(specs: Iterable[TensorSpec], size: int, bundle: str, name: str) -> None:
    reached = 0
    for spec in sorted(specs, key=lambda one: one.begin):
        if spec.begin != reached:
            raise _bad(bundle, name, "states tensors that overlap or leave gaps")
        reached = spec.end
    if reached != size:
        raise _bad(bundle, name, f"holds {size} bytes of values, and its tensors take {reached}")


def _bad(bundle: str, name: str, what: str) -> BundleError:
    return refused(bundle, BundleReason.BAD_WEIGHTS, f"{name} {what}")
