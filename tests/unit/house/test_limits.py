"""The size of things, the names of modules and what may lie in the repository: enforced, not promised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("leukdesk", "training")
SOURCES = (*PACKAGES, "tests", "benchmarks", "docs", "packaging", "resources", "models", ".ci")

FILE_LINES = 500
FUNCTION_LINES = 40
FILE_BYTES = 4_000_000
WEIGHTS = ("models/", "resources/backbones/")
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"})
MACHINE_PATH = re.compile(r"(?<![\w./~-])(?:/(?:work|farm|root)/|/(?:home|Users)/\w|[A-Z]:\\Users\\)")
TEXT_SUFFIXES = frozenset(
    {"", ".csv", ".json", ".jsonl", ".md", ".py", ".sh", ".svg", ".toml", ".txt", ".yaml", ".yml"}
)


def package_modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def repository_files() -> Iterator[Path]:
    ours = (path for path in ROOT.iterdir() if path.name != ".git")  # a file in a linked worktree
    yield from (path for path in ours if path.is_file() and not path.name.startswith(".coverage"))
    for folder in SOURCES:
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_files_are_short() -> None:
    lines = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in package_modules()}
    assert {path: n for path, n in lines.items() if n > FILE_LINES} == {}


def test_functions_are_short() -> None:
    measured = ((path, node.name, function_lines(node)) for path in package_modules() for node in functions(path))
    assert [(shown(path), name, lines) for path, name, lines in measured if lines > FUNCTION_LINES] == []


def test_a_long_function_is_measured_with_its_docstring(tmp_path: Path) -> None:
    module = tmp_path / "long.py"
    module.write_text('@decorated\ndef first():\n    """Doc\n    string."""\n    return 1\n', encoding="utf-8")
    assert [function_lines(node) for node in functions(module)] == [4]


def test_module_names_say_what_is_inside() -> None:
    named = {shown(path): {*path.relative_to(ROOT).parts[:-1], path.stem} for path in package_modules()}
    assert [path for path, parts in named.items() if parts & EMPTY_NAMES] == []


def test_no_path_of_one_machine() -> None:
    hits = [
        f"{shown(path)}:{number}"
        for path in repository_files()
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert hits == []


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        ("open('" + "/".join(["", "work", "data.csv"]) + "')", True),
        ("cd " + "/".join(["", "home", "ada", "smears"]), True),
        ("see https://example.org/root/page and ./work/x and ../shared/data", False),
    ],
)
def test_machine_paths_are_told_from_others(line: str, hit: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is hit


def test_large_files_are_weights_only() -> None:
    large = [shown(path) for path in repository_files() if path.stat().st_size > FILE_BYTES]
    assert [path for path in large if not path.startswith(WEIGHTS)] == []
