"""What is installed: good and refused bundles, in order; the newest is found, never an older one in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from leukdesk.bundles.library import find, installed
from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import BundleError, BundleReason
from tests.bundle_factory import KNOWN, make_bundle


def test_bundles_of_all_roots_are_listed_by_name_the_newest_first(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for root, name, version in [(shipped, "b", "1.9"), (own, "b", "1.10"), (own, "a", "0.1"), (shipped, "b", "1.9.1")]:
        make_bundle(root, name=name, version=version)
    found = installed([shipped, own, tmp_path / "absent"], KNOWN)
    assert [one.folder.name for one in found] == ["a-0.1", "b-1.10", "b-1.9.1", "b-1.9"]
    assert all(one.error is None and one.card is not None for one in found)
    assert found[0].ref == load_bundle(own / "a-0.1", KNOWN).ref


def test_a_refused_bundle_is_listed_with_its_reason_beside_the_good(tmp_path: Path) -> None:
    make_bundle(tmp_path, name="good")
    bad = make_bundle(tmp_path, name="bad")
    (bad / "LICENSE").write_bytes(b"other")
    (tmp_path / "something").mkdir()
    found = {one.folder.name: one for one in installed([tmp_path], KNOWN)}
    assert found["good-1.0"].error is None
    assert found["bad-1.0"].card is None
    assert found["bad-1.0"].error is not None
    assert found["bad-1.0"].error.reason == BundleReason.WRONG_HASH
    assert found["something"].error is not None
    assert found["something"].error.reason == BundleReason.MISSING_FILE


def test_files_and_work_in_progress_are_passed_over(tmp_path: Path) -> None:
    make_bundle(tmp_path / ".publishing-1")
    (tmp_path / "README.md").touch()
    (tmp_path / ".trash").mkdir()
    assert installed([tmp_path], KNOWN) == []
    assert installed([tmp_path / "README.md"], KNOWN) == []
    assert installed([], KNOWN) == []


def test_of_two_with_one_name_the_earlier_root_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    make_bundle(first, title="The first")
    make_bundle(second, title="The second")
    [only] = installed([first, second], KNOWN)
    assert only.card is not None
    assert only.card.title == "The first"
    assert find([first, second], KNOWN, "toy") == first / "toy-1.0"


def test_a_link_to_a_bundle_is_refused_not_followed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "toy-1.0").symlink_to(make_bundle(tmp_path / "elsewhere"))
    [only] = installed([tmp_path / "models"], KNOWN)
    assert only.error is not None
    assert only.error.reason == BundleReason.LINK


def test_a_root_that_cannot_be_read_is_listed_as_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good"
    make_bundle(good)
    real_iterdir = Path.iterdir

    def forbidding(path: Path) -> object:  # root may read everything, so the system's answer is played
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real_iterdir(path)

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(Path, "iterdir", forbidding)
    found = installed([tmp_path / "closed", good], KNOWN)
    assert [(one.folder.name, one.error is None) for one in found] == [("closed", False), ("toy-1.0", True)]


def test_the_newest_version_is_found_unless_one_is_given(tmp_path: Path) -> None:
    for version in ("1.2", "1.10", "0.30"):
        make_bundle(tmp_path, version=version)
    make_bundle(tmp_path, name="toy-large", version="9.0")
    assert find([tmp_path], KNOWN, "toy").name == "toy-1.10"
    assert find([tmp_path], KNOWN, "toy", "1.2").name == "toy-1.2"
    assert find([tmp_path], KNOWN, "toy-0.30").name == "toy-0.30"
    assert find([tmp_path], KNOWN, "toy-large").name == "toy-large-9.0"


@pytest.mark.parametrize(
    ("name", "version"), [("blood", None), ("toy", "2.0"), ("toy-2.0", None), ("", None), ("../x", None)]
)
def test_what_is_not_installed_is_told_with_what_is(tmp_path: Path, name: str, version: str | None) -> None:
    make_bundle(tmp_path)
    with pytest.raises(BundleError) as caught:
        find([tmp_path], KNOWN, name, version)
    assert caught.value.reason == BundleReason.NOT_FOUND
    assert caught.value.advice == "Installed are: toy-1.0."


def test_nothing_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="Installed are: none"):
        find([tmp_path], KNOWN, "toy")


def test_an_older_version_is_never_taken_for_a_damaged_newer_one(tmp_path: Path) -> None:
    make_bundle(tmp_path, version="1.0")
    newer = make_bundle(tmp_path, version="1.1")
    (newer / "bundle.json").write_bytes(b"{")
    with pytest.raises(BundleError) as caught:
        find([tmp_path], KNOWN, "toy")
    assert caught.value.subject == "toy-1.1"
    assert caught.value.reason == BundleReason.BAD_MANIFEST


def test_the_newest_with_an_unknown_architecture_is_told(tmp_path: Path) -> None:
    make_bundle(tmp_path)
    with pytest.raises(BundleError) as caught:
        find([tmp_path], ("mobilenetv2",), "toy")
    assert caught.value.reason == BundleReason.UNKNOWN_ARCHITECTURE
