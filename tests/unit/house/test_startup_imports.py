"""The window paints before any heavy library is loaded: nothing on the way there imports one at module level."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
START_UP = ("__main__", "app", "bootstrap", "cli", "domain", "logs", "paths", "settings")
# The card is a pydantic model; whoever needs it at start-up names it under TYPE_CHECKING only.
NOT_AT_START_UP = frozenset({"leukdesk.domain.card"})
HEAVY = frozenset(
    {
        *(
            "PIL",
            "ai_edge_litert",
            "alembic",
            "argon2",
            "cv2",
            "h5py",
            "imagecodecs",
            "keras",
            "matplotlib",
            "numpy",
            "pandas",
        ),
        *("pooch", "pydantic", "requests", "safetensors", "scipy", "simplejpeg", "sklearn", "sqlalchemy", "tensorflow"),
        "tifffile",
    }
)


# Built when first shown (`app/views/late_places.py`, `made_when_shown.py`): none of them before the first paint.
SHOWN_LATER = (
    "leukdesk.analysis.relink",
    *(
        f"leukdesk.app.views.{name}"
        for name in (
            *("account_settings", "adaptation_view", "batch_setup", "batch_view", "batch_work", "calibration_dialog"),
            *("case_judging", "case_list_view", "case_page_view", "cases_view", "comparing_models_view", "gate_view"),
            *("key_settings", "made_when_shown", "model_card", "models_view", "report_dialog", "reporting"),
            *("review_desk", "review_view", "run_list_view", "run_page_view", "settings_view", "train_setup_view"),
            *("train_view", "watch_view", "widget_gallery"),
        )
    ),
)


def start_up_modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "leukdesk").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if len(parts) > 1 and parts[1] in START_UP and name not in NOT_AT_START_UP:
            yield name, path


def imported_when_loaded(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and top-level package of imports that run when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").split(".")[0]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from (hit for branch in node.orelse for hit in imported_when_loaded(branch))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported_when_loaded(node)


def test_no_heavy_import_at_module_level() -> None:
    hits = [
        f"{path.relative_to(ROOT).as_posix()}:{line} imports {package}"
        for _, path in start_up_modules()
        for line, package in imported_when_loaded(ast.parse(path.read_text(encoding="utf-8")))
        if package in HEAVY
    ]
    assert hits == []


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import numpy.linalg", ["numpy"]),
        ("try:\n    from cv2 import imread\nexcept ImportError:\n    pass", ["cv2"]),
        ("class A:\n    import PIL", ["PIL"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy", ["typing"]),
        ("def later():\n    import numpy", []),
    ],
)
def test_what_counts_as_module_level(source: str, packages: list[str]) -> None:
    assert [package for _, package in imported_when_loaded(ast.parse(source))] == packages


def test_loading_every_start_up_module_loads_nothing_heavy() -> None:
    """Also through other rooms: imports every module in a process of its own, and looks at what came along."""
    from_qt = ("leukdesk.app", "leukdesk.__main__")
    blocked = any("without_qt" in entry for entry in sys.path)
    names = [name for name, _ in start_up_modules() if not (blocked and name.startswith(from_qt))]
    script = (
        "import importlib, json, sys\n"
        "heavy, hits = set(json.loads(sys.argv[2])), {}\n"
        "for name in json.loads(sys.argv[1]):\n"
        "    importlib.import_module(name)\n"
        "    new = heavy & set(sys.modules)\n"
        "    heavy -= new\n"
        "    hits.update({name: sorted(new)} if new else {})\n"
        "print(json.dumps(hits))\n"
    )
    arguments = [sys.executable, "-c", script, json.dumps(names), json.dumps(sorted(HEAVY))]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}


@pytest.mark.skipif(any("without_qt" in entry for entry in sys.path), reason="needs Qt")
def test_the_window_is_imported_without_pages_that_are_shown_later() -> None:
    script = (
        "import json, sys, leukdesk.app.main; print(json.dumps([one for one in sys.argv[1:] if one in sys.modules]))"
    )
    arguments = [sys.executable, "-c", script, *SHOWN_LATER]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == []


def test_pages_that_are_shown_later_exist() -> None:
    assert [one for one in SHOWN_LATER if not (ROOT / one.replace(".", "/")).with_suffix(".py").is_file()] == []


@pytest.mark.skipif(any("without_qt" in entry for entry in sys.path), reason="needs Qt")
def test_modules_are_imported_without_pyside_reading_their_sources() -> None:
    script = (
        "from leukdesk.app.plain_imports import use_plain_imports\n"
        "use_plain_imports()\n"
        "from PySide6.support import feature\n"
        "import leukdesk.domain.finding, PySide6.QtGui\n"
        "print(sorted(one for one in feature.pyside_feature_dict if one.startswith('leukdesk.domain')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
