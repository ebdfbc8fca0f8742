"""Models come in by `leukdesk models import`: an archive is hostile until proven otherwise, and leaves no trace."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from leukdesk.bundles.weights import decode_tensors, encode_tensors
from leukdesk.domain.errors import BundleError, Cancelled, KnownError
from leukdesk.model_shelf import ModelShelf, Places
from tests.bundle_factory import forge
from tests.command_line import in_process
from tests.hostile_archives import HOSTILE, NAME, pack, sound

SHIPPED = Path(__file__).resolve().parents[2] / "models"


def shelf_in(folder: Path, **how: object) -> ModelShelf:
    """A shelf whose user has nothing yet."""
    user = folder / "user"
    places = Places((SHIPPED, user / "models"), user / "models", user / "compiled", user / "keys", user / "log.jsonl")
    return ModelShelf(places, **how)  # type: ignore[arg-type]


def tree(folder: Path) -> dict[str, str]:
    """Everything below a folder: what kind, and the hash of what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        held = hashlib.sha256(path.read_bytes()).hexdigest() if kind == "file" else ""
        found[path.relative_to(folder).as_posix()] = f"{kind} {held} {os.lstat(path).st_mode}"
    return found


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_refused_with_the_reason_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    craft, reason = HOSTILE[what]
    (tmp_path / "sent").mkdir()
    archive = tmp_path / "sent" / "model.zip"
    craft(sound(tmp_path / "sent"), archive)
    before = tree(tmp_path)
    with pytest.raises(KnownError) as caught:
        shelf_in(tmp_path, has_tensorflow=False).add(archive)
    assert caught.value.reason == reason, str(caught.value)
    assert caught.value.subject
    assert caught.value.advice
    assert tree(tmp_path) == before
    assert not Path("/tmp/leukdesk-escaped.json").exists()


def test_a_file_of_another_kind_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(b"\x89HDF")
    with pytest.raises(BundleError, match="a model comes as a file"):
        shelf_in(tmp_path).add(tmp_path / "model.h5")


@pytest.fixture
def vouched(tmp_path: Path) -> ModelShelf:
    """A shelf without TensorFlow that trusts the key of another laboratory."""
    shelf = shelf_in(tmp_path, has_tensorflow=False)
    shelf.keys.trust(shelf_in(tmp_path / "elsewhere").keys.make("Lab A"))
    return shelf


def signed(folder: Path, **entries: object) -> Path:
    """An archive that the other laboratory signed."""
    user = folder / "elsewhere" / "user"
    bundle = sound(user / "models", **entries)
    places = Places((user / "models",), user / "nowhere", user / "compiled", user / "keys", user / "log.jsonl")
    there = ModelShelf(places)
    there.sign(NAME)
    there.export(NAME, folder / "signed.zip")
    assert (bundle / "signature.json").is_file()
    return folder / "signed.zip"


def test_a_trusted_signature_stands_for_the_rebuilding(tmp_path: Path, vouched: ModelShelf) -> None:
    archive = signed(tmp_path)
    bundle = vouched.add(archive)
    assert bundle.folder == tmp_path / "user" / "models" / NAME
    (shown,) = [one for one in vouched.models() if one.is_imported]
    assert (shown.owner, shown.folder.name) == ("Lab A", NAME)
    with pytest.raises(BundleError, match="is installed"):
        vouched.add(archive)
    vouched.keys.distrust("Lab A")
    with pytest.raises(BundleError, match="no trusted key"):
        vouched.load(bundle.folder)


def test_a_signature_does_not_stand_for_right_answers(tmp_path: Path, vouched: ModelShelf) -> None:
    archive = signed(tmp_path, temperature=9.0)
    before = tree(tmp_path)
    with pytest.raises(BundleError) as caught:
        vouched.add(archive)
    assert caught.value.reason == "bad_golden"
    assert tree(tmp_path) == before


def test_another_name_on_a_signature_breaks_it(tmp_path: Path, vouched: ModelShelf) -> None:
    archive = signed(tmp_path)
    bundle = tmp_path / "elsewhere" / "user" / "models" / NAME
    stated = json.loads((bundle / "signature.json").read_text())
    (bundle / "signature.json").write_text(json.dumps({**stated, "owner": "Lab B"}))
    pack(bundle, archive)
    with pytest.raises(BundleError, match="signature is wrong"):
        vouched.add(archive)


def test_cancelling_leaves_nothing(tmp_path: Path, vouched: ModelShelf) -> None:
    archive = signed(tmp_path)
    before = tree(tmp_path)
    asked = iter([False] * 5 + [True] * 100)
    with pytest.raises(Cancelled):
        vouched.add(archive, cancelled=lambda: next(asked))
    assert tree(tmp_path) == before


def test_the_archive_of_a_bundle_is_always_the_same(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    for name in ("a.zip", "b.zip"):
        shelf.export("phantom-demo", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.slow
def test_wrong_shapes_are_refused_by_the_network(tmp_path: Path) -> None:
    bundle = sound(tmp_path)
    file = bundle / "weights.safetensors"
    arrays = decode_tensors(file.read_bytes(), bundle=NAME, name=file.name)
    first = next(name for name in sorted(arrays) if arrays[name].ndim == 1)
    file.write_bytes(encode_tensors({**arrays, first: np.zeros(arrays[first].size + 1, np.float32)}))
    forge(bundle)
    pack(bundle, tmp_path / "model.zip")
    before = tree(tmp_path)
    with pytest.raises(BundleError) as caught:
        shelf_in(tmp_path).add(tmp_path / "model.zip")
    assert caught.value.reason == "bad_weights"
    assert tree(tmp_path) == before


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limits of this kind")
def test_a_network_that_wants_all_memory_is_not_built(tmp_path: Path) -> None:
    wide = {"name": "compact_cnn", "parameters": {"filters": [200_000.0] * 4, "dropout": 0.2}}
    pack(sound(tmp_path, architecture=wide), tmp_path / "model.zip")
    before = tree(tmp_path)
    with pytest.raises(BundleError) as caught:
        shelf_in(tmp_path).add(tmp_path / "model.zip")
    assert caught.value.reason == "too_large"
    assert tree(tmp_path) == before


@pytest.mark.slow
def test_import_activate_roll_back_remove(
    tmp_path: Path, user_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The way of a model that nobody signed, through the command line; its own graph is noise and is never run."""
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    bundle = sound(tmp_path, synthetic=False)
    (bundle / "model.tflite").write_bytes(b"\x1c\x00\x00\x00TFL3 no network at all")
    forge(bundle)
    pack(bundle, tmp_path / "model.zip")
    assert in_process(capsys, "models", "import", tmp_path / "model.zip").status == 0
    assert in_process(capsys, "models", "verify", NAME).out.startswith("ok")

    active = in_process(capsys, "models", "list").out
    assert "*  all-stage" in active
    assert in_process(capsys, "models", "activate", "phantom-lab").status == 0
    assert "*  phantom-lab" in in_process(capsys, "models", "list").out
    refused = in_process(capsys, "models", "remove", NAME, "--yes")
    assert (refused.status, "active model" in refused.err) == (2, True)
    assert in_process(capsys, "models", "roll-back").status == 0
    assert in_process(capsys, "models", "list").out == active
    assert in_process(capsys, "models", "roll-back").status == 2

    (compiled,) = (user_folder / "compiled").glob("*/model.tflite")
    compiled.write_bytes(compiled.read_bytes() + b" ")
    assert "was changed since" in in_process(capsys, "models", "verify", NAME).out
    assert in_process(capsys, "models", "remove", "all-stage", "--yes").status == 2
    assert in_process(capsys, "models", "remove", NAME, "--yes").status == 0
    assert not any((user_folder / "models").iterdir())
    deeds = [json.loads(line)["deed"] for line in (user_folder / "activations.jsonl").read_text().splitlines()]
    assert deeds == ["activated", "rolled back"]


def test_keys_and_signatures_on_the_command_line(
    tmp_path: Path, user_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models"
    sound(models)
    monkeypatch.setenv("LEUKDESK_MODELS", str(models))
    assert in_process(capsys, "models", "sign", NAME).status == 2
    public = Path(in_process(capsys, "models", "keys", "new", "Lab A").out.strip())
    assert os.name == "nt" or (public.with_name("Lab A.pem").stat().st_mode & 0o777) == 0o600
    assert "PRIVATE" not in public.read_text()
    assert in_process(capsys, "models", "keys", "new", "../x").status == 2
    assert in_process(capsys, "models", "sign", NAME).out.startswith("Signed by Lab A")
    assert "Lab A, who is trusted here" in in_process(capsys, "models", "show", NAME).out
    given = tmp_path / "lab-a.key.json"
    given.write_bytes(public.read_bytes())
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "other"))
    assert "not trusted here" in in_process(capsys, "models", "show", NAME).out
    assert in_process(capsys, "models", "trust", given).status == 0
    assert "Lab A, who is trusted here" in in_process(capsys, "models", "show", NAME).out
    assert "trusted" in in_process(capsys, "models", "keys", "list").out
    assert in_process(capsys, "models", "distrust", "Lab A").status == 0
    assert in_process(capsys, "models", "trust", models / NAME / "LICENSE").status == 2
    assert in_process(capsys, "models", "import", tmp_path / "none.zip").status == 2
