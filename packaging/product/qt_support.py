"""PySide's own Python modules as compiled files in the package.

PySide carries them as sources in a library, and compiles them anew at every start. Where they lie in the folder
`files.dir` beside it (what its variable SBK_EMBED=0 does), it takes them from there.
"""

from __future__ import annotations

import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

Entry = tuple[str, str, str]

_PLACE = "shiboken6/files.dir"
# Writes PySide's stubs for type checkers, which a package never does; loading it takes as long as all others together.
_NOT_NEEDED = "shibokensupport/signature/lib/pyi_generator.py"
_STAND_IN = '"""In a package, in place of the module that writes stubs for type checkers."""\n'
_UNPACK = """
import sys
import PySide6.QtCore
from shibokensupport.signature import loader
archive = loader.__spec__.loader.zfile
archive.extractall(sys.argv[1], [one for one in archive.namelist() if one.startswith("shibokensupport/")])
"""


def entries(folder: Path) -> list[Entry]:
    """The compiled modules, made in `folder`, as entries of a package. `CalledProcessError` where PySide changed."""
    sources = folder / "qt-support"
    shutil.rmtree(sources, ignore_errors=True)
    subprocess.run([sys.executable, "-c", _UNPACK, str(sources)], check=True)
    (sources / _NOT_NEEDED).write_text(_STAND_IN, encoding="utf-8")
    return [_compiled(file, sources) for file in sorted(sources.rglob("*.py"))]


def _compiled(file: Path, sources: Path) -> Entry:
    place = file.relative_to(sources)
    made = py_compile.compile(
        str(file),
        str(file.with_suffix(".pyc")),
        str(place),
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    assert made is not None  # it raises instead
    return f"{_PLACE}/{place.with_suffix('.pyc').as_posix()}", made, "DATA"
