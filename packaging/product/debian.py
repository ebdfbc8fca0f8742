"""A Debian package of a built folder: menu entry, icon, file types, manual, licences, and its exact dependencies.

It has no scripts: Debian's own triggers renew menus and file types, and nothing in a user's home is ever touched.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import manual
import stamp
from components import package_of
from contents import OWN_LIBRARIES
from libraries import needed

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"full": "leukdesk", "viewer": "leukdesk-viewer"}
# Not linked, but opened or read by Qt while it runs.
LOADED = ("fonts-dejavu-core", "libegl1", "libgl1", "xkb-data")
COMPRESSION = ("-Zzstd", "-z12", "--threads-max=2")  # unpacked in seconds; xz is 6 times slower to make


def build(folder: Path, flavour: str, to: Path) -> Path:
    """Pack a built folder; returns the `.deb` in `to`."""
    name = NAMES[flavour]
    with tempfile.TemporaryDirectory(prefix="leukdesk-deb-", dir=to) as scratch:
        root = Path(scratch) / "root"
        _lay_out(folder, root, flavour)
        _control(root, name, flavour, Path(scratch))
        target = to / f"{name}_{stamp.version()}_{_architecture()}.deb"
        _set_modes(root)
        command = ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", str(root), str(target)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(stamp.epoch())}
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return target


def _lay_out(folder: Path, root: Path, flavour: str) -> None:
    shutil.copytree(folder, root / "usr/lib/leukdesk", symlinks=True)
    (root / "usr/bin").mkdir(parents=True)
    doc = root / "usr/share/doc" / NAMES[flavour]
    for program in manual.programs(flavour):
        (root / "usr/bin" / program).symlink_to(f"../lib/leukdesk/{program}")
        _compressed(manual.page(program), root / "usr/share/man/man1" / f"{program}.1.gz")
    _copy(ROOT / "packaging/leukdesk.desktop", root / "usr/share/applications/leukdesk.desktop")
    _copy(ROOT / "packaging/leukdesk-mime.xml", root / "usr/share/mime/packages/leukdesk.xml")
    _copy(ROOT / "resources/icons/leukdesk.svg", root / "usr/share/icons/hicolor/scalable/apps/leukdesk.svg")
    _compressed((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), doc / "changelog.gz")
    (doc / "copyright").write_text(_copyright(), encoding="utf-8")


def _copyright() -> str:
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: leukdesk\n\n"
        "Files: *\nCopyright: the leukdesk authors\nLicense: Apache-2.0\n"
        " On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\nComment:\n"
        " The licences of everything packaged with it are in /usr/lib/leukdesk/_internal/licences,\n"
        " the list of it (CycloneDX) is /usr/lib/leukdesk/_internal/sbom.cdx.json.\n"
    )


def _control(root: Path, name: str, flavour: str, scratch: Path) -> None:
    other = next(one for one in NAMES.values() if one != name)
    size = sum(file.lstat().st_size for file in root.rglob("*") if not file.is_dir()) // 1024
    what = {
        "viewer": "predictions, review, history and batches on the CPU",
        "full": "with TensorFlow: training, and an NVIDIA GPU where its libraries are installed",
    }
    lines = [
        f"Package: {name}",
        f"Version: {stamp.version()}",
        f"Architecture: {_architecture()}",
        "Maintainer: the leukdesk authors <leukdesk@localhost>",
        f"Installed-Size: {size}",
        f"Depends: {', '.join(dependencies(root / 'usr/lib/leukdesk', scratch))}",
        "Recommends: desktop-file-utils, shared-mime-info, hicolor-icon-theme",
        f"Conflicts: {other}",
        f"Replaces: {other}",
        "Section: science",
        "Priority: optional",
        "Description: See what a leukaemia CNN sees in a blood smear",
        f" {what[flavour]}.",
        " .",
        " For Research Use Only - not for use in diagnostic procedures.",
    ]
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "DEBIAN/md5sums").write_text("".join(_sums(root)), encoding="utf-8")


def dependencies(folder: Path, scratch: Path) -> list[str]:
    """Debian packages, with their lowest versions, that the programs and libraries in `folder` are linked with."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink() and _is_elf(file)]
    (scratch / "debian").mkdir()
    control = "Source: leukdesk\n\nPackage: leukdesk\nArchitecture: any\n"  # it will not run without one
    (scratch / "debian/control").write_text(control, encoding="utf-8")
    own = sorted({f"-l{file.parent}" for file in files} | {f"-x{_owner(one)}" for one in files if _is_own(one)})
    read = _without_tensorflow(files)
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", *own, *(f"-e{file}" for file in sorted(read))]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"dpkg-shlibdeps: {done.stderr[-2000:]}")
    linked = re.sub(r"^shlibs:Depends=", "", done.stdout.strip()).split(", ")
    return sorted({*linked, *(one for one in LOADED if one not in {name.split()[0] for name in linked})})


def _without_tensorflow(files: list[Path]) -> list[Path]:
    """Files less TensorFlow's, which take dpkg-shlibdeps minutes and 3 GB to read.

    They are of a wheel that runs on an older glibc than the Python in the package; so they add nothing as long as
    others need the same libraries, which is checked.
    """
    others = [file for file in files if "tensorflow" not in file.parts]
    found = {name for file in others for name in needed(str(file))} | {file.name for file in files}
    more = {name for file in set(files) - set(others) for name in needed(str(file))} - found
    if more:
        raise SystemExit(f"only TensorFlow needs {', '.join(sorted(more))}: have it read in {__file__}")
    return others


def _is_own(file: Path) -> bool:
    return file.parent.name == "_internal" and any(file.match(one) for one in OWN_LIBRARIES if "python" not in one)


def _owner(file: Path) -> str:
    """The Debian package of a library that travels with us, which is therefore not needed."""
    return package_of(f"*/{file.name}")


def _sums(root: Path) -> Iterator[str]:
    for file in sorted(root.rglob("*")):
        place = file.relative_to(root)
        if file.is_file() and not file.is_symlink() and place.parts[0] != "DEBIAN":
            yield f"{hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()}  {place}\n"


def _is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _set_modes(root: Path) -> None:
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or (path.stat().st_mode & 0o100 and _is_elf(path)) else 0o644)
    root.chmod(0o755)


def _architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _compressed(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
