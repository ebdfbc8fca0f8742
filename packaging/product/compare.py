"""Whether two builds of one commit hold the same files: `python packaging/product/compare.py ONE TWO`.

ONE and TWO are built folders, `.deb` files or portable archives; each holds the hashes of its files. Prints what
differs; the exit status is 1 where something does.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from build import LIST


def main() -> int:
    """Compare two builds by their lists of hashes."""
    one, two = (hashes(Path(name)) for name in sys.argv[1:3])
    wrong = [f"only in the first: {place}" for place in sorted(one.keys() - two.keys())]
    wrong += [f"only in the second: {place}" for place in sorted(two.keys() - one.keys())]
    both = sorted(one.keys() & two.keys())
    wrong += [f"differs: {place}" for place in both if one[place] != two[place]]
    same = sum(one[place] == two[place] for place in both)
    sys.stdout.write("\n".join([*wrong, f"{same} of {len(one.keys() | two.keys())} files are the same", ""]))
    return 1 if wrong else 0


def hashes(build: Path) -> dict[str, str]:
    """{place: SHA-256} of the files in a build."""
    lines = (line.split("  ", 1) for line in _list_in(build).splitlines())
    return {place: sha256 for sha256, place in lines}


def _list_in(build: Path) -> str:
    if build.is_dir():
        return (build / "_internal" / LIST).read_text("utf-8")
    if build.suffix == ".deb":
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(build)], stdout=subprocess.PIPE) as unpacking:
            assert unpacking.stdout is not None  # for the type checker
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive:
                return _found(archive)
    with tarfile.open(build) as archive:
        return _found(archive)


def _found(archive: tarfile.TarFile) -> str:
    """The list, at once where it lies; the rest of the archive is read past."""
    text = ""
    for member in archive:
        if member.name.endswith(f"/_internal/{LIST}") and (stream := archive.extractfile(member)) is not None:
            text = stream.read().decode("utf-8")
    return text


if __name__ == "__main__":
    sys.exit(main())
