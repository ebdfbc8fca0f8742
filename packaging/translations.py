"""Collect the window's words for translators, and compile their translations: `make translations [ARGS="de pt_BR"]`.

Brings each `resources/translations/leukdesk_<language>.ts` up to date with the sources and compiles it to `.qm` beside
it; a language that is named is begun. Always made, in `build/translations/`: two languages nobody speaks, for tests.
`en_XA` is English with accents, 40 % longer, in brackets; `ar_XB` is the same in a layout from right to left.
`LEUKDESK_TRANSLATIONS=build/translations leukdesk` offers them under Settings.
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parents[1]
KEPT, TRIED = ROOT / "resources" / "translations", ROOT / "build" / "translations"
ROOMS = ("app", "analysis")
PSEUDO = ("en_XA", "ar_XB")
TOOLS = Path(PySide6.__file__).parent
_PLAIN = "abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ"
_ACCENTED = "åƀçđéƒĝħîĵķļɱñöþǫŕšţûṽŵýžÅƁÇĐÉƑĜĦÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴÝŽ"
_ACCENTS = str.maketrans(_PLAIN, _ACCENTED)
_KEPT_WORDS = re.compile(r"(\{[^}]*\}|%n|%\d|&\w|<[^>]*>)")  # what a program reads, not a person
_FILLING = " öñé ţŵö ţħŕéé ƒöûŕ ƒîṽé šîẋ"


def pseudo(text: str) -> str:
    """`text` as a tester reads it: accents, brackets around it, 40 % longer; what a program reads in it stays."""
    parts = _KEPT_WORDS.split(text)
    accented = "".join(part if at % 2 else part.translate(_ACCENTS) for at, part in enumerate(parts))
    longer = -(-len(text) * 2 // 5)
    filling = (_FILLING * (longer // len(_FILLING) + 1))[:longer]
    return f"[{accented}{filling}]"


def collect(file: Path, language: str) -> None:
    """Write or update a file of words to translate."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sources = sorted(str(path) for room in ROOMS for path in (ROOT / "leukdesk" / room).rglob("*.py"))
    _run("lupdate", *sources, "-ts", str(file), "-locations", "none", "-no-obsolete", "-target-language", language)


def compile_words(file: Path) -> None:
    """Make the `.qm` beside a `.ts`; words without a translation stay English."""
    _run("lrelease", "-silent", str(file), "-qm", str(file.with_suffix(".qm")))


def make_pseudo(folder: Path) -> list[Path]:
    """Make the two languages that nobody speaks; returns their `.qm`."""
    made = []
    for language in PSEUDO:
        file = folder / f"leukdesk_{language}.ts"
        collect(file, language)
        tree = ET.parse(file)
        for message in tree.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            translation.attrib.pop("type", None)
            translation.text = pseudo(message.findtext("source", ""))
        tree.write(file, encoding="utf-8", xml_declaration=True)
        compile_words(file)
        made.append(file.with_suffix(".qm"))
    return made


def _run(tool: str, *arguments: str) -> None:
    tools = TOOLS / tool if (TOOLS / tool).exists() else TOOLS / f"{tool}.exe"
    done = subprocess.run([str(tools), *arguments], capture_output=True, text=True, check=False)
    if done.returncode or "warning" in done.stderr.lower():
        raise SystemExit(f"{tool}: {done.stdout}{done.stderr}")


def main(named: list[str]) -> int:
    """Bring everything up to date."""
    languages = {file.stem.removeprefix("leukdesk_") for file in KEPT.glob("leukdesk_*.ts")} | set(named)
    for language in sorted(languages):
        file = KEPT / f"leukdesk_{language}.ts"
        collect(file, language)
        compile_words(file)
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    for made in make_pseudo(TRIED):
        sys.stdout.write(f"{made.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
