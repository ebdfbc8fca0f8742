"""A judged model: what the gate found is read, the decision recorded, and the bundle put onto the shelf."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import BundleError, DataError
from leukdesk.domain.gate import Verdict
from leukdesk.judged import decide, read_gate, take_in
from leukdesk.model_shelf import ModelShelf, shelf_at
from tests.bundle_factory import KNOWN, make_bundle
from tests.gates import write_gate


def shelf(user: Path) -> ModelShelf:
    return shelf_at([user / "models"], user, user / "models")


def test_what_the_gate_found_is_read(tmp_path: Path) -> None:
    assert read_gate(tmp_path) is None
    write_gate(tmp_path, verdict="better", difference=(0.04, 0.01, 0.07))
    gate = read_gate(tmp_path)
    assert gate is not None
    assert (gate.verdict, gate.new.key, gate.active and gate.active.key) == (Verdict.BETTER, "mine-1.1", "toy-1.0")
    assert gate.sets[0].difference is not None
    assert gate.sets[0].difference.low == 0.01
    assert gate.sets[0].per_class[0].label == "Benign"
    assert all(one.images for one in gate.sets[0].bins_new)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "sets": []}', "\x00"])
def test_a_damaged_gate_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "gate.json").write_text(text)
    with pytest.raises(DataError, match="cannot be read"):
        read_gate(tmp_path)


def test_decisions_are_recorded_and_a_worse_model_needs_a_reason(tmp_path: Path) -> None:
    write_gate(tmp_path, verdict="worse", difference=(-0.04, -0.07, -0.01))
    gate, place = read_gate(tmp_path), shelf(tmp_path / "user")
    assert gate is not None
    with pytest.raises(DataError, match="without a reason"):
        decide(place, gate, "used", "  \n ")
    assert place.decisions.all() == []
    decide(place, gate, "kept", "")
    decide(place, gate, "used", "the old one\ncannot read our stain")
    kept, used = place.decisions.all()
    assert (kept.choice, kept.new, kept.active, kept.verdict, kept.why) == ("kept", "mine-1.1", "toy-1.0", "worse", "")
    assert (used.choice, used.why) == ("used", "the old one cannot read our stain")
    assert kept.at.endswith("+00:00")
    assert place.decisions.last(gate.new.sha256) == used
    assert place.decisions.last("0" * 64) is None


def test_the_new_model_comes_in_by_the_way_of_every_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with the user's key, packed, and only then added: what the shelf makes of an archive others test."""
    sealed = make_bundle(tmp_path / "run" / "models", name="mine", version="1.1")
    bundle = load_bundle(sealed, KNOWN)
    write_gate(tmp_path, folder=sealed, sha256=bundle.ref.sha256)
    gate, place = read_gate(tmp_path), shelf(tmp_path / "user")
    assert gate is not None
    place.keys.make("Lab A")
    added: list[tuple[str, bool]] = []

    def add(self: ModelShelf, archive: Path, **_: object) -> object:
        added.append((archive.name, (sealed / "signature.json").is_file()))
        return bundle

    monkeypatch.setattr(ModelShelf, "add", add)
    assert take_in(place, gate) == "mine-1.1"
    assert added == [("mine-1.1.leukdesk", True)]
    assert place.keys.owner_of(load_bundle(sealed, KNOWN).signature) == "Lab A"


def test_another_bundle_than_the_judged_one_is_refused(tmp_path: Path) -> None:
    sealed = make_bundle(tmp_path / "models", name="mine", version="1.1")
    write_gate(tmp_path, folder=sealed, sha256="a" * 64)
    gate = read_gate(tmp_path)
    assert gate is not None
    with pytest.raises(BundleError, match="another model than the one that was judged"):
        take_in(shelf(tmp_path / "user"), gate)
    assert json.loads((tmp_path / "gate.json").read_text())["new"]["sha256"] == "a" * 64
