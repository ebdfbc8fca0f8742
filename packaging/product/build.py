"""Build a flavour: one folder, a `.deb` (on Debian) and a portable archive, with their sizes and hashes.

Run: `make package`, or `python packaging/product/build.py viewer` in an environment made as the Makefile does.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import contents
import debian
import stamp

ROOT = Path(__file__).resolve().parents[2]
LIST = "files.sha256"


def main() -> int:
    """Build what was asked for; prints each thing made with its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flavours", nargs="*", metavar="viewer|full", default=list(contents.FLAVOURS))
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    for flavour in arguments.flavours:
        folder = freeze(flavour, arguments.work.resolve())
        made = [portable(folder, flavour, arguments.to.resolve())]
        if shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"):
            made.append(debian.build(folder, flavour, arguments.to.resolve()))
        _tell(folder, made)
    _write_sums(arguments.to)
    return 0


def freeze(flavour: str, work: Path) -> Path:
    """Run PyInstaller; returns the folder with the programs."""
    to = work / flavour
    environment = {
        **os.environ,
        "LEUKDESK_FLAVOUR": flavour,
        "SOURCE_DATE_EPOCH": str(stamp.epoch()),
        "PYTHONHASHSEED": "0",
        "PYINSTALLER_CONFIG_DIR": str(work / "pyinstaller"),
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(to), "--workpath", str(work / f"work-{flavour}"), "build.spec"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    folder = to / "leukdesk"
    list_files(folder)
    _start_each(folder)
    return folder


def _start_each(folder: Path) -> None:
    """A package whose programs do not even start is not worth packing."""
    for program in sorted(one for one in folder.iterdir() if one.is_file() and os.access(one, os.X_OK)):
        subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True, timeout=120)


def list_files(folder: Path) -> None:
    """Write the hash of every file into `files.sha256`, which `leukdesk doctor --self-test` checks."""
    inner = folder / "_internal"
    (inner / LIST).unlink(missing_ok=True)
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    places = sorted((os.path.relpath(file, inner).replace(os.sep, "/"), file) for file in files)
    lines = "".join(f"{_sha256(file)}  {place}\n" for place, file in places)
    (inner / LIST).write_text(lines, encoding="utf-8")


def portable(folder: Path, flavour: str, to: Path) -> Path:
    """A folder to unpack anywhere: `.tar.gz`, or `.zip` on Windows."""
    name = f"{debian.NAMES[flavour]}-{stamp.version()}-{platform.system().lower()}-{platform.machine().lower()}"
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(to / name), "zip", folder.parent, folder.name))
    target = to / f"{name}.tar.gz"

    def settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime, member.uid, member.gid, member.uname, member.gname = stamp.epoch(), 0, 0, "", ""
        return member

    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=stamp.epoch()) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            place = f"{name}/{path.relative_to(folder).as_posix()}".removesuffix("/.")
            archive.add(path, place, recursive=False, filter=settled)
    return target


def _tell(folder: Path, made: list[Path]) -> None:
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    size = sum(file.stat().st_size for file in files)
    sys.stdout.write(f"{folder}: {size / 1e6:.0f} MB in {len(files)} files\n")
    for file in made:
        sys.stdout.write(f"{file}: {file.stat().st_size / 1e6:.0f} MB\n")


def _write_sums(folder: Path) -> None:
    made = sorted(file for file in folder.iterdir() if file.suffix in (".deb", ".gz", ".zip"))
    (folder / "SHA256SUMS").write_text("".join(f"{_sha256(file)}  {file.name}\n" for file in made), encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
