"""A good bundle opens; one with a file changed, missing, surplus, renamed or linked is refused with its reason."""

from __future__ import annotations

import hashlib
import os
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import BundleError, BundleReason
from tests.bundle_factory import KNOWN, bundle_files, forge, make_bundle, make_card, novelty_arrays, random_weights

FILES = sorted(["bundle.json", *bundle_files(make_card())])


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One bundle for properties, which put back what they change; checked whole at the end."""
    folder = make_bundle(tmp_path_factory.mktemp("kept"))
    yield folder
    load_bundle(folder, KNOWN)


def refusal(folder: Path, known: tuple[str, ...] = KNOWN) -> BundleError:
    with pytest.raises(BundleError) as caught:
        load_bundle(folder, known)
    error = caught.value
    assert error.subject
    assert error.advice.endswith(".")
    assert not error.what.endswith(".")
    return error


# --- good bundles ---


def test_a_sealed_bundle_opens_and_gives_back_what_was_put_in(bundle: Path) -> None:
    opened = load_bundle(bundle, KNOWN)
    assert opened.card.class_ids == ("Benign", "Early", "Pre")
    assert opened.folder == bundle
    assert (opened.ref.name, opened.ref.version) == ("toy", "1.0")
    assert opened.ref.sha256 == hashlib.sha256((bundle / "bundle.json").read_bytes()).hexdigest()
    assert opened.read("LICENSE") == (bundle / "LICENSE").read_bytes()
    for name, array in random_weights().items():
        np.testing.assert_array_equal(opened.weights()[name], array)
    for name, array in novelty_arrays().items():
        np.testing.assert_array_equal(opened.novelty_arrays()[name], array)
    assert [sample.name for sample in opened.golden()] == ["00.png", "01.png"]


def test_a_bundle_without_novelty_has_no_arrays_of_it(tmp_path: Path) -> None:
    opened = load_bundle(make_bundle(tmp_path, novelty=None), KNOWN)
    assert opened.novelty_arrays() == {}


def test_the_folder_may_be_named_from_within(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bundle / "golden")
    assert load_bundle(Path(".."), KNOWN).folder == bundle.resolve()
    monkeypatch.chdir(bundle)
    assert load_bundle(Path(), KNOWN).card.name == "toy"
    monkeypatch.chdir(bundle.parent)
    assert load_bundle(Path("toy-1.0"), KNOWN).card.name == "toy"


def test_a_path_may_be_long_and_in_any_script(tmp_path: Path) -> None:
    place = tmp_path / "Blutausstriche übung 血液" / ("x" * 100) / ("y" * 100)
    assert load_bundle(make_bundle(place), KNOWN).card.name == "toy"


# --- properties: whatever is changed, the bundle is refused ---


@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_flipped_byte_is_refused(kept: Path, name: str, place: float, flip: int) -> None:
    path = kept / name
    good = path.read_bytes()
    at = int(place * len(good))
    path.write_bytes(good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :])
    try:
        error = refusal(kept)
    finally:
        path.write_bytes(good)
    if name != "bundle.json":
        assert error.reason == BundleReason.WRONG_HASH
        assert name in error.what


@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True))
def test_any_file_cut_short_is_refused(kept: Path, name: str, place: float) -> None:
    path = kept / name
    good = path.read_bytes()
    path.write_bytes(good[: int(place * len(good))])
    try:
        error = refusal(kept)
    finally:
        path.write_bytes(good)
    assert error.reason in {BundleReason.WRONG_HASH, BundleReason.BAD_MANIFEST}


@pytest.mark.parametrize("name", FILES)
def test_any_missing_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    error = refusal(bundle)
    assert error.reason == BundleReason.MISSING_FILE
    assert name in error.what
    assert error.subject == "toy-1.0"


@pytest.mark.parametrize("name", [name for name in FILES if name != "bundle.json"])
def test_any_renamed_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).rename(bundle / f"{name}x")
    assert refusal(bundle).reason == BundleReason.MISSING_FILE


plain = st.text(st.characters(codec="utf-8", exclude_characters='/\0\\:*?"<>|', exclude_categories=["Cc"]), min_size=1)


@given(
    name=plain.filter(lambda name: name.strip(". ") and len(name.encode()) < 200), below=st.sampled_from(["", "golden"])
)
def test_any_surplus_file_is_refused(kept: Path, name: str, below: str) -> None:
    surplus = kept / below / name
    if surplus.exists():
        return
    surplus.write_bytes(b"")
    try:
        error = refusal(kept)
    finally:
        surplus.unlink()
    assert error.reason == BundleReason.SURPLUS_FILE
    assert "does not list" in error.what
    assert error.what.isprintable()


@pytest.mark.parametrize("name", ["empty", "golden/empty", "deep/er/still", ".hidden"])
def test_any_surplus_folder_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).mkdir(parents=True)
    assert refusal(bundle).reason == BundleReason.SURPLUS_FILE


def test_many_surplus_files_are_named_in_short(bundle: Path) -> None:
    for name in "abcde":
        (bundle / name).touch()
    assert "a, b, c and 2 more" in refusal(bundle).what


@pytest.mark.parametrize("name", ["toy", "toy-1.1", "toy-1.0.0", "Toy-1.0", "toy-1.0 copy"])
def test_a_renamed_folder_is_refused(bundle: Path, name: str) -> None:
    renamed = bundle.rename(bundle.with_name(name))
    error = refusal(renamed)
    assert error.reason == BundleReason.WRONG_NAME
    assert "toy-1.0" in error.what
    assert error.subject == name


# --- what no hash can say ---


def test_an_unknown_architecture_is_refused_by_name(bundle: Path) -> None:
    error = refusal(bundle, known=("mobilenetv2",))
    assert error.reason == BundleReason.UNKNOWN_ARCHITECTURE
    assert '"compact_cnn"' in error.what


def test_no_folder_is_not_found(tmp_path: Path) -> None:
    error = refusal(tmp_path / "absent-1.0")
    assert error.reason == BundleReason.NOT_FOUND
    assert str(tmp_path / "absent-1.0") == error.subject


def test_a_file_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "toy-1.0").write_bytes(b"PK")
    assert refusal(tmp_path / "toy-1.0").reason == BundleReason.NOT_FOUND


def test_a_path_with_a_zero_byte_is_not_found() -> None:
    assert refusal(Path("toy\0-1.0")).reason == BundleReason.NOT_FOUND


def test_an_empty_folder_lacks_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "toy-1.0").mkdir()
    error = refusal(tmp_path / "toy-1.0")
    assert error.reason == BundleReason.MISSING_FILE
    assert error.what == "bundle.json is missing"


def replace_by_link(path: Path) -> None:
    elsewhere = path.parent.parent / f"{path.name}.elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@pytest.mark.parametrize("name", [*FILES, "golden"])
def test_any_link_is_refused_even_to_the_right_bytes(bundle: Path, name: str) -> None:
    replace_by_link(bundle / name)
    error = refusal(bundle)
    assert error.reason == BundleReason.LINK
    assert f"{name} is a link" in error.what


def test_a_surplus_link_is_refused_as_a_link(bundle: Path) -> None:
    (bundle / "broken").symlink_to(bundle / "nothing")
    assert refusal(bundle).reason == BundleReason.LINK


def test_a_link_in_place_of_the_folder_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    bundle.rename(tmp_path / "other" / "toy-1.0")
    bundle.symlink_to(tmp_path / "other" / "toy-1.0")
    assert refusal(bundle).reason == BundleReason.LINK


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are files only on POSIX systems")
@pytest.mark.parametrize("name", ["bundle.json", "weights.safetensors", "surplus"])
def test_a_pipe_is_refused_and_not_waited_for(bundle: Path, name: str) -> None:
    (bundle / name).unlink(missing_ok=True)
    os.mkfifo(bundle / name)
    error = refusal(bundle)
    assert error.reason == BundleReason.LINK
    assert "pipe" in error.what


def sparse(path: Path, size: int) -> None:
    with path.open("r+b" if path.exists() else "wb") as stream:
        stream.truncate(size)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("bundle.json", 1024 * 1024 + 1),
        ("weights.safetensors", 1024**3 + 1),
        ("model.tflite", 1024**3 + 1),
        ("novelty.safetensors", 256 * 1024**2 + 1),
        ("card.md", 16 * 1024**2 + 1),
        ("surplus.bin", 1024**4),
    ],
)
def test_what_is_too_large_is_refused_unread(bundle: Path, name: str, size: int) -> None:
    sparse(bundle / name, size)
    error = refusal(bundle)
    assert error.reason == BundleReason.TOO_LARGE
    assert name in error.what


def test_a_bundle_too_large_as_a_whole_is_refused(bundle: Path) -> None:
    for index in range(170):
        sparse(bundle / f"part{index}.csv", 16 * 1024**2)
    error = refusal(bundle)
    assert error.reason == BundleReason.TOO_LARGE
    assert "2560 MiB" in error.what


def test_a_folder_of_very_many_files_is_refused(bundle: Path) -> None:
    for index in range(513):
        (bundle / f"{index}").touch()
    assert refusal(bundle).reason == BundleReason.TOO_LARGE


def test_names_that_would_forge_a_message_are_escaped(bundle: Path) -> None:
    (bundle / "a\n\x1b[31mall is well").touch()
    error = refusal(bundle)
    assert error.reason == BundleReason.SURPLUS_FILE
    assert "a\\n\\x1b[31mall is well" in error.what


# --- between check and use ---


CHANGES: list[tuple[Callable[[Path], object], BundleReason]] = [
    (lambda path: path.write_bytes(b"other"), BundleReason.WRONG_HASH),
    (lambda path: path.unlink(), BundleReason.MISSING_FILE),
    (replace_by_link, BundleReason.LINK),
    (lambda path: sparse(path, 1024**3 + 1), BundleReason.TOO_LARGE),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_file_changed_after_loading_is_refused_when_it_is_read(
    bundle: Path, change: Callable[[Path], object], reason: BundleReason
) -> None:
    opened = load_bundle(bundle, KNOWN)
    change(bundle / "weights.safetensors")
    with pytest.raises(BundleError) as caught:
        opened.weights()
    assert caught.value.reason == reason


def test_a_file_that_grew_after_loading_is_refused_without_memory_for_it(bundle: Path) -> None:
    opened = load_bundle(bundle, KNOWN)
    sparse(bundle / "weights.safetensors", 1024**4)
    tracemalloc.start()
    with pytest.raises(BundleError):
        opened.weights()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024**2


def test_golden_pictures_and_novelty_are_checked_at_reading_too(bundle: Path) -> None:
    opened = load_bundle(bundle, KNOWN)
    shutil.copy(bundle / "golden" / "00.png", bundle / "golden" / "01.png")
    (bundle / "novelty.safetensors").write_bytes((bundle / "weights.safetensors").read_bytes())
    for use in (opened.golden, opened.novelty_arrays):
        with pytest.raises(BundleError) as caught:
            use()
        assert caught.value.reason == BundleReason.WRONG_HASH


@pytest.mark.parametrize("name", ["bundle.json", "../outside", "golden/../LICENSE", "", "absent.md", "golden"])
def test_only_listed_names_are_read(bundle: Path, name: str) -> None:
    (bundle.parent / "outside").write_bytes(b"secret")
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN).read(name)
    assert caught.value.reason == BundleReason.MISSING_FILE


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of this kind are of POSIX systems")
def test_what_may_not_be_read_is_refused_with_the_systems_reason(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def forbidding(path: object, *arguments: int) -> int:  # root may read everything, so the system's answer is played
        if str(path).endswith("model.tflite"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *arguments)

    monkeypatch.setattr(os, "open", forbidding)
    error = refusal(bundle)
    assert error.reason == BundleReason.UNREADABLE
    assert error.what == "model.tflite cannot be read (Permission denied)"


def test_a_forged_bundle_that_is_right_opens(bundle: Path) -> None:
    """The tests of hostile bundles rest on this: what they forge is refused for what it says, not for how."""
    forge(bundle, title="Forged")
    assert load_bundle(bundle, KNOWN).card.title == "Forged"
