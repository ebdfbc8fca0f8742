"""What `build.spec` puts into a package, checked without building one: `.ci/package` builds and tries it."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ROOT / "packaging" / "product"
NOT_ON_THE_CPU = {"keras", "tensorflow"}  # imported by leukdesk, but only where an engine asks for it


@pytest.fixture(scope="module")
def contents() -> Iterator[ModuleType]:
    sys.path.insert(0, str(PRODUCT))
    try:
        yield importlib.import_module("contents")
    finally:
        sys.path.remove(str(PRODUCT))


def imported(package: str) -> set[str]:
    """Modules of others that a package imports anywhere, with what is taken from them ("PySide6.QtSvg")."""
    found: set[str] = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {one for one in found if one.split(".")[0] not in ("leukdesk", "training", "__future__")}


def names_in(source: ast.Module) -> set[str]:
    named = {node.name for node in source.body if isinstance(node, ast.FunctionDef)}
    assigned = [target for node in source.body if isinstance(node, ast.Assign) for target in node.targets]
    return named | {target.id for target in assigned if isinstance(target, ast.Name)}


def left_out(module: str, excluded: list[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in excluded)


def test_the_recipe_is_python_and_calls_what_exists(contents: ModuleType) -> None:
    tree = ast.parse((ROOT / "build.spec").read_text(encoding="utf-8"))
    ours = {"contents", "icons", "libraries", "notices", "qt_support", "stamp"}
    calls = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ours
    }
    assert {module for module, _ in calls} == ours
    for module, name in calls:
        source = ast.parse((PRODUCT / f"{module}.py").read_text(encoding="utf-8"))
        assert name in names_in(source), f"{module}.{name}"


@pytest.mark.parametrize("flavour", ["viewer", "full"])
def test_what_is_copied_exists(contents: ModuleType, flavour: str) -> None:
    assert [source for source, _ in contents.data(flavour) if not Path(source).exists()] == []


@pytest.mark.parametrize("flavour", ["viewer", "full"])
def test_what_is_hidden_can_be_found(contents: ModuleType, flavour: str) -> None:
    names = [one for one in contents.hidden(flavour) if not one.startswith(("psycopg", "leukdesk", "training"))]
    assert [one for one in names if importlib.util.find_spec(one) is None] == []
    assert {"leukdesk.cli.doctor", "leukdesk.history.migrations.env"} <= set(contents.hidden(flavour))


def test_nothing_that_is_imported_is_left_out(contents: ModuleType) -> None:
    wrong = {one for one in imported("leukdesk") if left_out(one, contents.excluded("viewer"))}
    assert {one for one in wrong if one.split(".")[0] not in NOT_ON_THE_CPU} == set()
    both = imported("leukdesk") | imported("training")
    assert {one for one in both if left_out(one, contents.excluded("full"))} - {"torch"} == set()


@pytest.mark.parametrize(("package", "flavour"), [("leukdesk", "viewer"), ("training", "full")])
def test_every_file_beside_the_modules_is_copied(contents: ModuleType, package: str, flavour: str) -> None:
    copied = [Path(source) for source, _ in contents.data(flavour)]
    files = [file for file in (ROOT / package).rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    beside = [file for file in files if file.suffix not in (".py", ".pyc") and file.name != "py.typed"]
    assert [str(file) for file in beside if not any(file.is_relative_to(one) for one in copied)] == []


@pytest.mark.parametrize("flavour", ["viewer", "full"])
def test_nothing_that_is_copied_is_sorted_out_again(contents: ModuleType, flavour: str) -> None:
    places = [
        f"{target}/{file.relative_to(ROOT / source).as_posix()}"
        for source, target in contents.DATA
        for file in (ROOT / source).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    wanted = [place for place in places if contents.wanted(place, flavour)]
    assert len(wanted) > 50
    missing = {place for place in places if place not in set(wanted)}
    assert missing == ({one for one in places if "/backbones/" in one} if flavour == "viewer" else set())


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/translations/qt_de.qm", False),
        ("numpy/_core/tests/data.txt", False),
        ("models/all-stage-1.0/golden/golden.safetensors", True),
        ("tensorflow/include/tensorflow/core/public/session.h", False),
        ("tensorflow/libtensorflow_framework.so.2", True),
        ("tensorflow/_api/v2/test/__init__.pyc", True),
        ("sqlalchemy/dialects/postgresql/psycopg.pyc", True),
    ],
)
def test_files_are_judged_by_their_place(contents: ModuleType, place: str, *, wanted: bool) -> None:
    assert contents.wanted(place, "full") is wanted


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux does a package leave out the system's")
def test_the_system_s_libraries_stay_out_but_not_the_modules_of_its_python(contents: ModuleType) -> None:
    assert contents  # its folder is on the path
    libraries = importlib.import_module("libraries")
    entries = [
        ("python3.11/lib-dynload/_sqlite3.so", "/usr/lib/python3.11/lib-dynload/_sqlite3.so", "EXTENSION"),
        ("libpython3.11.so.1.0", "/lib/x86_64-linux-gnu/libpython3.11.so.1.0", "BINARY"),
        ("libX11.so.6", "/usr/lib/x86_64-linux-gnu/libX11.so.6", "BINARY"),
    ]
    assert [place for place, _, _ in libraries.reached(entries)] == [place for place, _, _ in entries[:2]]


def test_slides_of_every_kind_are_opened_with_leukdesk() -> None:
    from leukdesk.domain.vocabulary import SLIDE_SUFFIXES

    types = (ROOT / "packaging" / "leukdesk-mime.xml").read_text(encoding="utf-8")
    assert [suffix for suffix in sorted(SLIDE_SUFFIXES) if f'pattern="*{suffix}"' not in types] == []
    assert "image/x-leukdesk-slide;" in (ROOT / "packaging" / "leukdesk.desktop").read_text(encoding="utf-8")


def test_a_file_of_a_model_is_opened_with_leukdesk() -> None:
    from leukdesk.domain.vocabulary import MODEL_SUFFIX

    types = (ROOT / "packaging" / "leukdesk-mime.xml").read_text(encoding="utf-8")
    assert f'pattern="*{MODEL_SUFFIX}"' in types
    assert "application/x-leukdesk-model;" in (ROOT / "packaging" / "leukdesk.desktop").read_text(encoding="utf-8")
    assert rf"Software\Classes\{MODEL_SUFFIX}" in (ROOT / "packaging/windows/leukdesk.iss").read_text(encoding="utf-8")


def test_what_a_package_starts_finds_the_libraries_of_the_system() -> None:
    hook = PRODUCT / "system_libraries.py"
    assert f'"{hook.name}"' in (ROOT / "build.spec").read_text(encoding="utf-8")
    script = (
        f"exec(open({str(hook)!r}).read()); print(os.environ.get('LD_LIBRARY_PATH'), '_PYI_ARCHIVE_FILE' in os.environ)"
    )
    for before, after in ({}, "None"), ({"LD_LIBRARY_PATH_ORIG": "/site"}, "/site"):
        environment = {"LD_LIBRARY_PATH": "/usr/lib/leukdesk/_internal", "_PYI_ARCHIVE_FILE": "x", **before}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [after, "False"]
