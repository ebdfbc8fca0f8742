"""Sealing writes a manifest in one step, or refuses and leaves the folder as it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.seal import seal
from leukdesk.domain.card import CardClass
from leukdesk.domain.errors import BundleError, BundleReason, OutputError
from tests.bundle_factory import KNOWN, bundle_files, make_bundle, make_card


@pytest.fixture
def unsealed(tmp_path: Path) -> Path:
    folder = tmp_path / "toy-1.0"
    for name, data in bundle_files(make_card()).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_sealed_opens_with_the_same_reference(unsealed: Path) -> None:
    ref = seal(unsealed, make_card())
    opened = load_bundle(unsealed, KNOWN)
    assert opened.ref == ref
    assert set(opened.card.files) == set(bundle_files(make_card()))
    assert set(snapshot(unsealed)) == {*bundle_files(make_card()), "bundle.json"}


def test_hashes_a_card_already_has_do_not_count(unsealed: Path) -> None:
    seal(unsealed, make_card(files={"elsewhere.md": "f" * 64}, seal="e" * 64))
    assert "elsewhere.md" not in load_bundle(unsealed, KNOWN).card.files


def test_the_same_folder_and_card_give_the_same_manifest(tmp_path: Path) -> None:
    one, other = make_bundle(tmp_path / "a"), make_bundle(tmp_path / "b")
    assert (one / "bundle.json").read_bytes() == (other / "bundle.json").read_bytes()


def test_a_bundle_can_be_sealed_again(unsealed: Path) -> None:
    first = seal(unsealed, make_card())
    second = seal(unsealed, make_card(title="Another title"))
    assert first.sha256 != second.sha256
    assert load_bundle(unsealed, KNOWN).card.title == "Another title"


def test_what_an_interrupted_call_left_is_taken_away(unsealed: Path) -> None:
    (unsealed / ".bundle.json.new").write_bytes(b"{")
    seal(unsealed, make_card())
    assert load_bundle(unsealed, KNOWN).card.name == "toy"


NO_NOVELTY = make_card(novelty=None)
FOUR_CLASSES = make_card(classes=(*make_card().classes, CardClass(id="Pro", display="Pro-B", colour="#CC79A7")))


@pytest.mark.parametrize(
    ("card", "spoil", "reason"),
    [
        (make_card(), lambda folder: (folder / "LICENSE").unlink(), BundleReason.MISSING_FILE),
        (make_card(), lambda folder: (folder / "Thumbs.db").touch(), BundleReason.BAD_MANIFEST),
        (make_card(), lambda folder: (folder / "empty").mkdir(), BundleReason.SURPLUS_FILE),
        (make_card(), lambda folder: (folder / "link").symlink_to("LICENSE"), BundleReason.LINK),
        (make_card(), lambda folder: (folder / "weights.safetensors").write_bytes(b"x"), BundleReason.BAD_WEIGHTS),
        (make_card(), lambda folder: (folder / "golden" / "02.png").touch(), BundleReason.BAD_GOLDEN),
        (make_card(version="1.1"), lambda folder: None, BundleReason.WRONG_NAME),
        (NO_NOVELTY, lambda folder: None, BundleReason.BAD_MANIFEST),
        (FOUR_CLASSES, lambda folder: None, BundleReason.BAD_GOLDEN),
        (make_card().model_copy(update={"temperature": -1.0}), lambda folder: None, BundleReason.BAD_MANIFEST),
        (make_card().model_copy(update={"temperature": float("nan")}), lambda folder: None, BundleReason.BAD_MANIFEST),
    ],
)
def test_what_would_not_load_is_not_sealed(unsealed: Path, card, spoil, reason: BundleReason) -> None:
    spoil(unsealed)
    before = snapshot(unsealed)
    with pytest.raises(BundleError) as caught:
        seal(unsealed, card)
    assert caught.value.reason == reason
    assert snapshot(unsealed) == before


def test_an_architecture_is_checked_where_the_known_ones_are_given(unsealed: Path) -> None:
    with pytest.raises(BundleError) as caught:
        seal(unsealed, make_card(), known_architectures=("mobilenetv2",))
    assert caught.value.reason == BundleReason.UNKNOWN_ARCHITECTURE
    assert not (unsealed / "bundle.json").exists()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_manifest_and_no_rest(
    unsealed: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(unsealed, make_card())
    before = snapshot(unsealed)

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        seal(unsealed, make_card(title="Another title"))
    assert caught.value.subject == "toy-1.0"
    assert snapshot(unsealed) == before


def test_no_folder_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        seal(tmp_path / "toy-1.0", make_card())
    assert caught.value.reason == BundleReason.NOT_FOUND
