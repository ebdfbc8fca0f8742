"""The third parties in a package: Python distributions and libraries of Debian, found from the files themselves."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

_LICENCE_NAMES = ("licen", "notice", "copying", "authors", "copyright", "third_party", "third-party")
_NOT_IN_A_PACKAGE = ("include", "test", "tests")
_OUR_NAMES = ("models", "resources", "guide", "leukdesk", "training", "start_leukdesk", "start_training")


@dataclass(frozen=True, slots=True)
class Component:
    """One third party: `kind` is "pypi", "deb" or "python"."""

    kind: str
    name: str
    version: str
    licence: str
    home: str
    texts: tuple[Path, ...]  # its licence and notices

    @property
    def purl(self) -> str:
        """Its name as SBOMs and databases of vulnerabilities have it."""
        if self.kind == "deb":
            return f"pkg:deb/debian/{self.name}@{self.version}"
        return f"pkg:{'generic' if self.kind == 'python' else 'pypi'}/{self.name.lower()}@{self.version}"


def components(places: Iterable[str], files: Iterable[str]) -> list[Component]:
    """Who made what lies at these places of a package, and the libraries copied from these files, by kind and name."""
    tops = {Path(place).parts[0].removesuffix(".pyc").removesuffix(".py").split(".")[0] for place in places}
    owners = {_owners()[top] for top in tops if top in _owners() and top not in _OUR_NAMES}
    found = [_distribution(name) for name in owners]
    found += [_debian(name) for name in _packages(files)]
    return sorted([*found, _python()], key=lambda one: (one.kind, one.name.lower()))


@cache
def _owners() -> dict[str, str]:
    """Which distribution owns the first part of a path in the environment: {"cv2": "opencv-python-headless", ...}."""
    owners: dict[str, str] = {}
    for one in metadata.distributions():
        for file in one.files or ():
            top = file.parts[0].split(".")[0]
            if top not in ("", "__pycache__", "bin") and not file.parts[0].endswith((".dist-info", ".egg-info")):
                owners.setdefault(top, one.name)
    return owners


def _distribution(name: str) -> Component:
    found = metadata.distribution(name)
    about = found.metadata
    texts = sorted(Path(str(found.locate_file(one))) for one in found.files or () if _is_text(one.parts))
    return Component("pypi", found.name, found.version, _licence(about), _home(about), tuple(texts))


def _is_text(parts: tuple[str, ...]) -> bool:
    name = parts[-1].lower()
    if set(parts[:-1]) & set(_NOT_IN_A_PACKAGE) or name.endswith((".py", ".pyc", ".pyi", ".so", ".h")):
        return False
    return "licenses" in parts or any(word in name for word in _LICENCE_NAMES)


def _licence(about: metadata.PackageMetadata) -> str:
    stated = about.get("License-Expression") or ""
    classes = [one.split(" :: ")[-1] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    short = (about.get("License") or "").strip().splitlines()
    return stated or "; ".join(classes) or (short[0][:80] if short else "")


def _home(about: metadata.PackageMetadata) -> str:
    links = [one.partition(", ")[2] for one in about.get_all("Project-URL") or ()]
    return about.get("Home-page") or (links[0] if links else "")


def _packages(files: Iterable[str]) -> list[str]:
    """Debian packages that these files come from."""
    if not sys.platform.startswith("linux"):
        return []
    system = {str(Path(file).resolve()) for file in files if file.startswith(("/lib", "/usr/lib"))}
    return sorted({package_of(file) for file in system})


@cache
def package_of(file: str) -> str:
    """The Debian package that a file of the system belongs to. Raises `SystemExit` for one of nobody's."""
    for path in (file, file.removeprefix("/usr"), f"/usr{file}"):
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    raise SystemExit(f"no Debian package owns {file}: its licence is not known")


def _debian(name: str) -> Component:
    form = "${Version}\t${Homepage}"
    text = subprocess.run(["dpkg-query", "-W", f"-f={form}", name], capture_output=True, text=True, check=True).stdout
    version, _, home = text.partition("\t")
    return Component("deb", name, version, "see copyright", home, (Path("/usr/share/doc", name, "copyright"),))


def _python() -> Component:
    version = ".".join(str(part) for part in sys.version_info[:3])
    text = Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
    return Component("python", "python", version, "PSF-2.0", "https://www.python.org", (text,))
