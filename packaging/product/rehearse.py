"""A package as a later version of itself, with one more step for the case history: to rehearse an upgrade.

Run: `python packaging/product/rehearse.py FILE.deb OUT.deb`, by the Python that the package was built with.
"""

from __future__ import annotations

import py_compile
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import build

ROOT = Path(__file__).resolve().parents[2]
LATER = "+rehearsal"  # sorts after the version it is put behind
_STEP = '''"""A step that only a rehearsal has."""

from alembic import op

revision = "rehearsal"
down_revision = "{before}"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("CREATE TABLE rehearsal (note TEXT)")
'''


def main() -> int:
    """Unpack, change and pack again, without compressing."""
    deb, target = (Path(one).resolve() for one in sys.argv[1:3])
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        root = Path(scratch)
        _run("dpkg-deb", "--raw-extract", deb, root)
        folder = root / "usr/lib/leukdesk"
        later(folder / "_internal" / "leukdesk")
        build.list_files(folder)
        control = root / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^(Version: .*)$", rf"\1{LATER}", control.read_text("utf-8")), "utf-8")
        (root / "DEBIAN/md5sums").unlink()
        _run("dpkg-deb", "--root-owner-group", "-Znone", "--build", root, target)
    return 0


def later(package: Path) -> None:
    """Give the packaged `leukdesk` another version and one more step."""
    schema = (ROOT / "leukdesk/history/schema.py").read_text("utf-8")
    before = re.search(r'^REVISIONS = \(.*"(\w+)",?\)$', schema, re.MULTILINE)
    if before is None:
        raise SystemExit("leukdesk/history/schema.py names no revisions")
    (package / "history/migrations/versions/rehearsal.py").write_text(_STEP.format(before=before[1]), "utf-8")
    more = re.sub(r'^(REVISIONS = \(.*"),?\)$', r'\1, "rehearsal")', schema, flags=re.MULTILINE)
    _compiled(more, package / "history/schema.pyc")
    init = (ROOT / "leukdesk/__init__.py").read_text("utf-8")
    _compiled(re.sub(r'^(__version__ = ".*)"$', rf'\1{LATER}"', init, flags=re.MULTILINE), package / "__init__.pyc")


def _compiled(source: str, target: Path) -> None:
    if not target.is_file():
        raise SystemExit(f"{target} is not in the package")
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(source)
        file.flush()
        py_compile.compile(file.name, str(target), doraise=True, dfile=target.stem)
    target.chmod(0o644)  # not as the temporary file


def _run(*words: object) -> None:
    subprocess.run([str(one) for one in words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
