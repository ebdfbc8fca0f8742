"""The window in languages nobody speaks: every word goes through translation, fits 40 % longer, and runs both ways."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication
from window_desk import Desk
from window_walk import clipped, scenes, texts

from leukdesk.app import language
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.settings import Settings
from tests.training_walk import SAID

ROOT = Path(__file__).resolve().parents[2]
SEGMENT = re.compile(r"\[[^\[\]]*\]")
WORD = re.compile(r"[^\W\d_]{3,}")
# What is data, not words of the window: files, models, classes, formats, engines, keys, languages.
DATA = re.compile(
    r"leukdesk|Apache|smears\d*|field \d+|broken|png|jpg|PNG|JPEG|(?:Test|Sample) case \(synthetic\)|phantom-\d+"
    r"|no GPU used: this is a test|It has learned nothing|none|fake-stage|fake-other|phantom-demo|A stand-in for tests"
    r"|Ig|Neutrophil|Lymphocyte|Erythroblast|fake-cells|mine|toy|µm²|px²"
    r"|Fake CPU|local|not known|English|tests|Benign|Early|Pre|Pro|[Bb]lasts|[Ll]ymphocytes|[Nn]eutrophils"
    r"|May-Gruenwald-Giemsa|Wright|Giemsa|Leishman|American|العربية|\w+_\w+"
    r"|Ctrl|Shift|Space|Left|Right|Up|Down|Esc|Alt|Del|Home|End|Return|Enter|PgUp|PgDown|Backspace|Tab"
)
# Messages of the rooms below the window are English as yet: resources/translations/README.md says so.
MESSAGES = re.compile(
    r"(?i)it was damaged\.|settings\.json|nothing is to be done\.|the file ends too early.*"
    r"|the folder of the control set is gone\.?|connect its disk, or choose a control set anew\.|"
    + "|".join(re.escape(str(one)) for one in sorted(SAID, key=lambda one: -len(str(one))))
)


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """`packaging/translations.py`."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translations"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pseudo-locales, made from the present sources."""
    folder = tmp_path_factory.mktemp("translations")
    script.make_pseudo(folder)
    return folder


@pytest.fixture
def desk_in(
    folder: Path, desk_with: Callable[[Settings], Desk], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Desk]]:
    """Makes a desk in a language; afterwards everything is English again."""
    monkeypatch.setenv("LEUKDESK_TRANSLATIONS", str(folder))
    yield lambda name: desk_with(Settings(theme="light", language=name, welcomed=True))
    QLocale.setDefault(QLocale.c())
    QApplication.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)


def untranslated(text: str) -> str:
    """What is left of a text without its translated parts, names of things, and the user's own."""
    while SEGMENT.search(text):
        text = SEGMENT.sub(" ", text)
    text = MESSAGES.sub(" ", re.sub(r"\S*/\S*", " ", text))
    return " ".join(WORD.findall(DATA.sub(" ", text)))


def test_every_word_of_the_window_is_translated_and_none_is_clipped(
    desk_in: Callable[[str], Desk], smear_folder: Path, broken: Path
) -> None:
    missed: set[tuple[str, str]] = set()
    cut: set[tuple[str, str]] = set()
    for name, top in scenes(desk_in("en_XA"), smear_folder, broken):
        missed |= {(type(one).__name__, left) for one, text in texts(top) if (left := untranslated(text))}
        cut |= {(name, text) for text in clipped(top)}
    assert "\n".join(map(str, sorted(missed))) == ""
    assert "\n".join(map(str, sorted(cut))) == ""


def test_the_window_runs_from_right_to_left(desk_in: Callable[[str], Desk], smear_folder: Path, broken: Path) -> None:
    desk = desk_in("ar_XB")
    cut: set[tuple[str, str]] = set()
    for name, top in scenes(desk, smear_folder, broken):
        assert top.isRightToLeft()
        assert not top.grab().isNull()
        cut |= {(name, text) for text in clipped(top)}
    assert desk.window.rail.x() > desk.analyse.x()
    assert "\n".join(map(str, sorted(cut))) == ""


@pytest.mark.parametrize(("name", "share", "count"), [("de_DE", "97,3", "10.000"), ("en_GB", "97.3", "10,000")])
def test_numbers_follow_the_locale(name: str, share: str, count: str, desk_with: Callable[[Settings], Desk]) -> None:
    from leukdesk.app.viewmodels.faces import percent
    from leukdesk.app.viewmodels.numbers import number

    try:
        desk_with(Settings(language=name))
        assert percent(0.973).startswith(share)
        assert number(10_000) == count
        assert QApplication.layoutDirection() == Qt.LayoutDirection.LeftToRight  # its words are English
    finally:
        QLocale.setDefault(QLocale.c())


def test_a_language_without_a_file_leaves_the_words_english(desk_with: Callable[[Settings], Desk]) -> None:
    try:
        desk = desk_with(Settings(language="he"))
        assert desk.window.commands.quit.text() == "Quit"
        assert desk.window.status.research.text() == RESEARCH_USE
        assert not desk.window.isRightToLeft()
    finally:
        QLocale.setDefault(QLocale.c())


def test_only_languages_with_a_file_are_offered(folder: Path) -> None:
    assert language.available(folder) == ["en", "ar_XB", "en_XA"]
    assert language.available(folder / "absent") == ["en"]
    assert language.own_name("de") == "Deutsch"


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="{}%&<>[]"), min_size=1))
def test_pseudo_words_are_longer_and_keep_what_a_program_reads(script: ModuleType, words: str) -> None:
    text = f"{words} {{count}} &File %n <b>"
    made = script.pseudo(text)
    assert len(made) >= 1.4 * len(text)
    for kept in ("{count}", "&F", "%n", "<b>"):
        assert kept in made


def test_only_literal_words_can_be_collected() -> None:
    """`tr(f"…")` and `tr(name)` would show English for ever: the translator's file cannot know them."""
    wrong = []
    rooms = (ROOT / "leukdesk" / room for room in ("app", "analysis"))
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in {"tr", "translate"}:
                needed = 1 if _name(node.func) == "tr" else 2
                if not all(isinstance(one, ast.Constant) for one in node.args[:needed]) or not node.args:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.FunctionDef) and node.name in {"_tr", "tr"}:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def _name(function: ast.expr) -> str:
    """The function's name; geometry's own `rect.translate` is none of ours."""
    if isinstance(function, ast.Attribute):
        owner = getattr(function.value, "id", "")
        return function.attr if function.attr == "tr" or owner in {"QCoreApplication", "speech"} else ""
    return getattr(function, "id", "")


def test_what_ships_is_compiled_from_its_source(script: ModuleType, tmp_path: Path) -> None:
    for file in sorted(script.KEPT.glob("*.ts")):
        copy = tmp_path / file.name
        copy.write_bytes(file.read_bytes())
        script.collect(copy, file.stem.removeprefix("leukdesk_"))
        script.compile_words(copy)
        assert copy.with_suffix(".qm").read_bytes() == file.with_suffix(".qm").read_bytes(), "run `make translations`"
