"""What was open and how the window stood: kept whole, and forgotten without a word where it cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk import workspace
from leukdesk.workspace import Workspace

LEFT = Workspace(("smears", "a b.png"), "smears/ä.png", "go_models", ("as_list",), (-10, 20, 900, 700), True, 7, False)


def test_what_was_left_is_found(tmp_path: Path) -> None:
    workspace.save(tmp_path / "new" / "workspace.json", LEFT)
    assert workspace.load(tmp_path / "new" / "workspace.json") == LEFT


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[" * 100_000, '{"version": 2}', '{"version": 1}'])
def test_what_cannot_be_read_is_an_empty_desk(tmp_path: Path, content: str) -> None:
    file = tmp_path / "workspace.json"
    file.write_text(content, encoding="utf-8")
    assert workspace.load(file) == Workspace()
    assert workspace.load(tmp_path) == Workspace()
    assert workspace.load(tmp_path / "absent") == Workspace()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(list(Workspace.__dataclass_fields__)), json_values)
def test_any_damage_is_an_empty_desk_or_a_sound_one(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    file = tmp_path_factory.mktemp("desk") / "workspace.json"
    workspace.save(file, LEFT)
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {name: value}), encoding="utf-8")
    found = workspace.load(file)
    assert len(found.rect) == 4
    assert all(isinstance(one, str) for one in (*found.open, found.image, found.place, *found.switches))
