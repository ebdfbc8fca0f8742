"""What the documents point at exists: files, make targets, commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "resources").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
TARGET = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)
CODE = re.compile(r"^```$.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^`?(leukdesk(?:-train)?) ([a-z-]+)(?: ([a-z]+)\b)?", re.MULTILINE)
MODULES = {"leukdesk": "leukdesk", "leukdesk-train": "training"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {a or b for document in DOCUMENTS for a, b in TARGET.findall(document.read_text(encoding="utf-8"))}
    assert {"run", "test"} <= named
    assert named - known == set()


def commands() -> list[tuple[str, ...]]:
    """("leukdesk", "classify"), ("leukdesk", "models", "list") ... as README.md names them."""
    code = CODE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    named = [words for piece in code for words in COMMAND.findall(piece)]
    return sorted({tuple(filter(None, words if words[1] == "models" else words[:2])) for words in named})


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_in_the_readme_exist(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", MODULES[words[0]], *words[1:], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert words[-1] in done.stdout


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}
    assert pages == {link for link in LINK.findall((folder / "README.md").read_text(encoding="utf-8")) if link in pages}
