"""Archives that somebody made to do harm, or by mistake, each from a bundle that is sound."""

from __future__ import annotations

import json
import shutil
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.bundle_factory import forge

NAME = "phantom-lab-1.0"
SHIPPED = Path(__file__).resolve().parents[1] / "models" / "phantom-demo-1.0"
Craft = Callable[[Path, Path], object]  # the sound bundle's folder, which may be changed; the archive to write


def sound(folder: Path, **entries: Any) -> Path:
    """A copy of the demonstration under another name, sealed anew; `entries` of its card are others."""
    target = folder / NAME
    shutil.copytree(SHIPPED, target)
    forge(target, name="phantom-lab", **entries)
    return target


def pack(bundle: Path, archive: Path, extra: dict[str, bytes] | None = None, *, compress: bool = False) -> None:
    """All files of a bundle as a zip, and more under any names."""
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(archive, "w", kind) as out:
        for path in sorted(bundle.rglob("*")):
            if path.is_file():
                out.write(path, f"{bundle.name}/{path.relative_to(bundle).as_posix()}")
        for name, data in (extra or {}).items():
            out.writestr(name, data)


def _with(name: str, data: bytes = b"{}") -> Craft:
    return lambda bundle, archive: pack(bundle, archive, {name: data})


def _forged(**entries: Any) -> Craft:
    def craft(bundle: Path, archive: Path) -> None:
        forge(bundle, **entries)
        pack(bundle, archive)

    return craft


def _changed(name: str, change: Callable[[bytes], bytes], *, sealed: bool = False) -> Craft:
    """A file changed, and where `sealed` all hashes made right again."""

    def craft(bundle: Path, archive: Path) -> None:
        (bundle / name).write_bytes(change((bundle / name).read_bytes()))
        if sealed:
            forge(bundle)
        pack(bundle, archive)

    return craft


def _entry(name: str, mode: int, data: bytes = b"/etc/passwd") -> Craft:
    """An entry of a kind of its own, such as a link."""

    def craft(bundle: Path, archive: Path) -> None:
        pack(bundle, archive)
        with zipfile.ZipFile(archive, "a") as out:
            one = zipfile.ZipInfo(name)
            one.create_system, one.external_attr = 3, mode << 16
            out.writestr(one, data)

    return craft


def _twice(bundle: Path, archive: Path) -> None:
    pack(bundle, archive)
    with zipfile.ZipFile(archive, "a") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of what is done here on purpose
        out.writestr(f"{NAME}/LICENSE", b"another")


def _without(name: str) -> Craft:
    def craft(bundle: Path, archive: Path) -> None:
        (bundle / name).unlink()
        pack(bundle, archive)

    return craft


def _bomb(bundle: Path, archive: Path) -> None:
    """Novelty arrays of 200 MB of zeros, in 0.2 MB."""
    (bundle / "novelty.safetensors").write_bytes(bytes(200 << 20))
    pack(bundle, archive, compress=True)


def _many(bundle: Path, archive: Path) -> None:
    pack(bundle, archive, {f"{NAME}/golden/{number:04}.png": b"" for number in range(600)})


def _says_small(bundle: Path, archive: Path) -> None:
    """An entry of 64 MB that calls itself 100 bytes long, in both of its headers."""
    size = 64 << 20
    pack(bundle, archive, {f"{NAME}/notes.txt": bytes(size)}, compress=True)
    data = archive.read_bytes()
    archive.write_bytes(data.replace(struct.pack("<I", size), struct.pack("<I", 100)))


def _cut(bundle: Path, archive: Path) -> None:
    pack(bundle, archive)
    archive.write_bytes(archive.read_bytes()[:-400])


def _flipped(bundle: Path, archive: Path) -> None:
    pack(bundle, archive)
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 255
    archive.write_bytes(data)


def _locked(bundle: Path, archive: Path) -> None:
    """Every entry says that it needs a password."""
    pack(bundle, archive)
    data = archive.read_bytes().replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    archive.write_bytes(data)


def _two(bundle: Path, archive: Path) -> None:
    pack(bundle, archive, {"phantom-more-1.0/bundle.json": b"{}"})


def _loose(bundle: Path, archive: Path) -> None:
    """Files without a folder."""
    pack(bundle, archive)
    buffer = BytesIO(archive.read_bytes())
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(archive, "w") as new:
        for one in old.namelist():
            new.writestr(one.partition("/")[2], old.read(one))


def _other_signature(**entries: str) -> bytes:
    whole = {"owner": "Nobody", "public_key": "0" * 64, "manifest_sha256": "0" * 64, "signature": "0" * 128}
    return json.dumps({"format": 1, "algorithm": "Ed25519", **whole, **entries}).encode()


def _sealed_with(name: str, data: bytes) -> Craft:
    """A file that the manifest lists as it should."""

    def craft(bundle: Path, archive: Path) -> None:
        (bundle / name).parent.mkdir(exist_ok=True)
        (bundle / name).write_bytes(data)
        forge(bundle)
        pack(bundle, archive)

    return craft


# What is crafted -> the reason why it is refused. None of them gets as far as to a network.
HOSTILE: dict[str, tuple[Craft, str]] = {
    "climbs out": (_with("../escaped.json"), "bad_archive"),
    "climbs out from within": (_with(f"{NAME}/golden/../../../escaped.json"), "bad_archive"),
    "climbs out with backslashes": (_with(f"{NAME}\\..\\..\\escaped.json"), "bad_archive"),
    "absolute": (_with("/tmp/leukdesk-escaped.json"), "bad_archive"),
    "a drive": (_with("C:/escaped.json"), "bad_archive"),
    "a folder that climbs out": (_with(f"{NAME}/../out/", b""), "bad_archive"),
    "a symbolic link": (_entry(f"{NAME}/notes.txt", stat.S_IFLNK | 0o777), "link"),
    "a device": (_entry(f"{NAME}/notes.txt", stat.S_IFCHR | 0o666), "link"),
    "a name twice": (_twice, "bad_archive"),
    "a name twice in other capitals": (_with(f"{NAME}/license"), "bad_archive"),
    "the manifest in capitals": (_with(f"{NAME}/BUNDLE.JSON"), "bad_archive"),
    "a program": (_with(f"{NAME}/setup.py", b"import os"), "bad_archive"),
    "a program that is listed": (_sealed_with("run.sh", b"true"), "bad_archive"),
    "a hidden file": (_with(f"{NAME}/.profile"), "bad_archive"),
    "a device of Windows": (_with(f"{NAME}/NUL.txt"), "bad_archive"),
    "too deep": (_with(f"{NAME}/a/b/notes.txt"), "bad_archive"),
    "two models": (_two, "bad_archive"),
    "no folder": (_loose, "bad_archive"),
    "a bomb": (_bomb, "too_large"),
    "600 entries": (_many, "too_many"),
    "an entry that lies about its size": (_says_small, "damaged"),
    "a licence of 32 MB": (_changed("LICENSE", lambda _: bytes(32 << 20)), "too_large"),
    "cut off": (_cut, "damaged"),
    "one byte flipped": (_flipped, "damaged"),
    "a password": (_locked, "encrypted"),
    "no zip": (lambda _, archive: archive.write_bytes(b"leukdesk" * 100), "damaged"),
    "empty": (lambda _, archive: zipfile.ZipFile(archive, "w").close(), "bad_archive"),
    "a surplus file": (_with(f"{NAME}/notes.txt"), "surplus_file"),
    "a missing file": (_without("weights.safetensors"), "missing_file"),
    "no manifest": (_without("bundle.json"), "missing_file"),
    "another name": (_forged(name="all-stage"), "wrong_name"),
    "a name that leads elsewhere": (_forged(name="../../x"), "bad_manifest"),
    "an unknown architecture": (_forged(architecture={"name": "os.system", "parameters": {}}), "unknown_architecture"),
    "unknown parameters": (
        _forged(architecture={"name": "compact_cnn", "parameters": {"code": "x"}}),
        "unknown_architecture",
    ),
    "a wrong hash": (_changed("card.md", lambda data: data + b" "), "wrong_hash"),
    "a card changed after sealing": (
        _changed("bundle.json", lambda data: data.replace(b"blast", b"BLAST")),
        "wrong_hash",
    ),
    "a temperature of NaN": (
        _changed("bundle.json", lambda d: d.replace(b'"temperature": ', b'"temperature": NaN, "x": ')),
        "bad_manifest",
    ),
    "a header of weights that claims 8 EB": (
        _changed("weights.safetensors", lambda data: b"\xff" * 7 + b"\x7f" + data[8:], sealed=True),
        "bad_weights",
    ),
    "a pickle for weights": (
        _changed("weights.safetensors", lambda _: b"cos\nsystem\n(S'true'\ntR.", sealed=True),
        "bad_weights",
    ),
    "a picture of another size": (
        _changed("golden/expected.json", lambda data: data.replace(b"00.png", b"09.png"), sealed=True),
        "bad_golden",
    ),
    "a signature of zeros": (_with(f"{NAME}/signature.json", _other_signature()), "bad_signature"),
    "a signature with an owner of 1 MB": (
        _with(f"{NAME}/signature.json", _other_signature(owner="x" * (1 << 20))),
        "too_large",
    ),
    "a signature that is no JSON": (_with(f"{NAME}/signature.json", b"\x00"), "bad_signature"),
    "nobody vouches for it, and nothing rebuilds it": (pack, "not_trusted"),
}
