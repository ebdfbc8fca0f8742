"""Sizes of the packages beside those that PyInstaller makes of the same program when it is told nothing.

Run, after `make package`: `build/venv/bin/python packaging/product/sizes.py`. The plain package is
made of the same sources in the same environment: one folder, `--collect-all` for each library that opens files or
modules by name (without it the program does not start), nothing left out. Both are packed as a `.deb` is, with the
same compression. `--record` writes the table into docs/results/measurements/package-sizes.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import debian
import stamp

ROOT = Path(__file__).resolve().parents[2]

RECORD = ROOT / "docs" / "results" / "measurements" / "package-sizes.json"
WHOLE = ("leukdesk", "ai_edge_litert", "imagecodecs", "openslide_bin", "sqlalchemy", "alembic", "reportlab")
WHOLE_FULL = ("training", "tensorflow", "keras")
PROGRAMS = {"viewer": ("start_leukdesk",), "full": ("start_leukdesk", "start_training")}


def main() -> int:
    """Print a row a package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flavours", nargs="*", default=["viewer", "full"], metavar="viewer|full")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="where `make package` has built")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    rows, work = [], arguments.work.resolve()
    for flavour in arguments.flavours:
        for name, folder in (
            ("leukdesk", work / flavour / "leukdesk"),
            ("plain", plain(flavour, work / "plain")),
        ):
            rows.append({"flavour": flavour, "package": name, **measured(folder)})
            sys.stdout.write(row(rows[-1]))
            sys.stdout.flush()
    if arguments.record:
        told = {"commit": stamp.stamp("")["commit"], "python": platform.python_version(), "rows": rows}
        RECORD.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


def plain(flavour: str, work: Path) -> Path:
    """A package of the flavour's programs, in which nothing was chosen; returns its folder."""
    whole = [*WHOLE, *(WHOLE_FULL if flavour == "full" else ())]
    options = [word for one in whole for word in ("--collect-all", one)]
    options += [word for one in ("models", "resources") for word in ("--add-data", f"{ROOT / one}:{one}")]
    options += [f"--add-data={ROOT / 'docs/guide'}:guide", f"--paths={ROOT}", "--noconfirm", "--log-level=ERROR"]
    if flavour == "viewer":  # the environment holds it, and the program asks for it where it is there
        options += [word for one in WHOLE_FULL for word in ("--exclude-module", one)]
    for program in PROGRAMS[flavour][-1:]:  # the one that reaches more; the other would share its folder
        script = ROOT / "packaging" / "product" / f"{program}.py"
        places = [f"--distpath={work / flavour}", f"--workpath={work / 'work'}", f"--specpath={work}"]
        environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(work / "pyinstaller")}
        command = [sys.executable, "-m", "PyInstaller", *options, *places, "--name=leukdesk", str(script)]
        subprocess.run(command, cwd=work.parent, env=environment, check=True)
    return work / flavour / "leukdesk"


def measured(folder: Path) -> dict[str, float]:
    """Bytes on the disk, files, and bytes packed as a `.deb` packs them."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        root, target = Path(scratch, "root"), Path(scratch, "packed.deb")
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN/control").write_text(
            "Package: measured\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nDescription: x\n",
            encoding="utf-8",
        )
        subprocess.run(["cp", "--archive", "--link", str(folder), str(root)], check=True)
        command = ["dpkg-deb", "--root-owner-group", *debian.COMPRESSION, "--build", str(root), str(target)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        packed = target.stat().st_size
    return {"bytes": sum(file.stat().st_size for file in files), "files": len(files), "packed": packed}


def row(one: dict[str, object]) -> str:
    """A line of the table."""
    disk, packed = (int(str(one[key])) / 1e6 for key in ("bytes", "packed"))
    return f"{one['flavour']:8}{one['package']:10}{disk:8.0f} MB{one['files']:8} files{packed:8.0f} MB packed\n"


if __name__ == "__main__":
    sys.exit(main())
