"""Which shared libraries a package needs: what its modules and plugins lead to, less the system's and OpenCV's video.

Entries are PyInstaller's: (place in the package, file, kind).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from contents import OWN_LIBRARIES, STRIPPED

Entry = tuple[str, str, str]

# Only there because something may need them. All else (modules, plugins) is needed by being there.
_CARRIED = re.compile(r"[^/]+\.libs/.*|PySide6/Qt/lib/.*|lib(?!python)[^/]*\.so[^/]*")
_SYSTEM = ("/lib/*", "/lib64/*", "/usr/lib/*")
# OpenCV links FFmpeg and a second OpenBLAS; leukdesk reads no video and solves no large equations there.
_REPLACED = ("libavcodec", "libavformat", "libavutil", "libswscale", "libopenblasp")


def reached(entries: Sequence[Entry]) -> list[Entry]:
    """Entries without the libraries that nothing needs and those that the system has (`system_libraries`)."""
    if not sys.platform.startswith("linux"):
        return list(entries)
    ours = [one for one in entries if not _of_system(one)]
    carried = {place for place, _, _ in ours if _CARRIED.fullmatch(place)}
    by_name: dict[str, list[Entry]] = {}
    for one in ours:
        by_name.setdefault(Path(one[0]).name, []).append(one)
    kept = {one[0] for one in ours if one[0] not in carried}
    waiting = [one for one in ours if one[0] in kept]
    while waiting:
        _, file, _ = waiting.pop()
        for name in _replaceable(file):
            for one in by_name.get(name, ()):
                if one[0] not in kept:
                    kept.add(one[0])
                    waiting.append(one)
    return [one for one in ours if one[0] in kept]


def without_video(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """Entries with stand-ins, made in `folder`, for the libraries of OpenCV that leukdesk never calls."""
    if not sys.platform.startswith("linux") or shutil.which("gcc") is None:
        return list(entries)
    folder = folder / "stand-ins"
    folder.mkdir(parents=True, exist_ok=True)
    opencv = next(file for place, file, _ in entries if fnmatch(place, "cv2/cv2*.so"))
    made = []
    for name in needed(opencv):
        if name.startswith(_REPLACED):
            made.append((f"opencv_python_headless.libs/{name}", str(_stand_in(name, opencv, folder)), "BINARY"))
    places = {place for place, _, _ in made}
    return [*(one for one in entries if one[0] not in places), *made]


def whole(entries: Iterable[Entry], places: Iterable[str]) -> list[Entry]:
    """Entries less the links to what is not at any of these places."""
    there = set(places)
    return [one for one in entries if one[2] != "SYMLINK" or str(Path(one[0]).parent / one[1]) in there]


def stripped(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Entries with the names for debuggers taken out, in `folder`, of those libraries that carry many (`STRIPPED`)."""
    if not sys.platform.startswith("linux"):
        return list(entries)
    return [_stripped(one, folder / "stripped") if _has_many(one) else one for one in entries]


def _has_many(entry: Entry) -> bool:
    return entry[2] != "SYMLINK" and any(fnmatch(entry[0], one) for one in STRIPPED)


def _stripped(entry: Entry, folder: Path) -> Entry:
    place, file, kind = entry
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["strip", "--strip-unneeded", "-o", str(target), file], check=True)
    return place, str(target), kind


@cache
def needed(file: str) -> tuple[str, ...]:
    """Names of the libraries that a library or program states it needs."""
    text = subprocess.run(["objdump", "-p", file], capture_output=True, text=True, check=True).stdout
    return tuple(re.findall(r"^\s*NEEDED\s+(\S+)", text, re.MULTILINE))


def _replaceable(file: str) -> Iterator[str]:
    if not Path(file).is_file():  # a link within the package
        return
    for name in needed(file):
        if not (fnmatch(file, "*/cv2/cv2*.so") and name.startswith(_REPLACED)):
            yield name


def _of_system(entry: Entry) -> bool:
    place, file, _ = entry
    name = Path(place).name
    if not _CARRIED.fullmatch(place):  # a module: Debian's own Python has its modules beside the system's libraries
        return False
    return any(fnmatch(file, one) for one in _SYSTEM) and not any(fnmatch(name, one) for one in OWN_LIBRARIES)


def _stand_in(name: str, user: str, folder: Path) -> Path:
    """A library of this name whose functions, those `user` calls, end the process with a message."""
    symbols = list(_taken_from(name, user))
    source = folder / f"{name}.c"
    gone = "".join(f"void {one}(void) {{ gone(); }}\n" for one, _ in symbols)
    source.write_text(_SOURCE % name + gone + (_ASKED if name.startswith("libopenblas") else ""), "utf-8")
    versions = {version for _, version in symbols if version}
    script = folder / f"{name}.map"
    script.write_text("".join(_version(one, symbols) for one in sorted(versions)), "utf-8")
    target = folder / name
    wanted = [f"-Wl,--version-script={script}"] if versions else []
    command = ["gcc", "-shared", "-fPIC", "-Os", "-s", "-w", "-Wl,--build-id=none", f"-Wl,-soname,{name}", *wanted]
    subprocess.run([*command, "-o", str(target), str(source)], check=True)
    return target


_SOURCE = """#include <stdio.h>
#include <stdlib.h>
static void gone(void) { fputs("leukdesk: its package holds no %s\\n", stderr); abort(); }
"""

# Scikit-learn (threadpoolctl) asks every OpenBLAS that is loaded how many threads it has, and fails without an answer.
_ASKED = """int openblas_get_num_threads(void) { return 1; }
void openblas_set_num_threads(int number) { (void)number; }
int openblas_get_parallel(void) { return 0; }
char *openblas_get_config(void) { return "OpenBLAS 0.0.0 stand-in"; }
char *openblas_get_corename(void) { return "none"; }
"""


def _version(version: str, symbols: Iterable[tuple[str, str]]) -> str:
    return f"{version} {{ global: {' '.join(f'{one};' for one, of in symbols if of == version)} }};\n"


def _taken_from(name: str, user: str) -> Iterator[tuple[str, str]]:
    """Symbols, with their version, that `user` lacks and the real library of this name has."""
    real = next(Path(user).parent.parent.glob(f"*.libs/{name}"))
    has = {symbol for symbol, _ in _symbols(str(real), "--defined-only")}
    yield from (one for one in _symbols(user, "--undefined-only") if one[0] in has)


def _symbols(file: str, which: str) -> list[tuple[str, str]]:
    text = subprocess.run(["nm", "-D", which, file], capture_output=True, text=True, check=True).stdout
    names = [line.split()[-1] for line in text.splitlines()]
    return sorted({(name, version) for name, _, version in (one.replace("@@", "@").partition("@") for one in names)})
