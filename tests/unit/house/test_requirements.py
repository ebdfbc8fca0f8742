"""`constraints.txt` pins what `pyproject.toml` asks for, the same on every machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in rows}


def asked() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]


def test_every_requirement_is_pinned_to_a_version_it_admits() -> None:
    pinned = pins()
    assert [str(one) for one in asked() if canonicalize_name(one.name) not in pinned] == []
    assert [str(one) for one in asked() if pinned[canonicalize_name(one.name)] not in one.specifier] == []


def test_pins_are_plain_versions() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.!+]*", line)] == []
    assert lines == sorted(lines, key=str.lower)
