"""Images come out of an archive; an archive that does not behave is refused whole, with the reason."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk.analysis.archive import is_archive, unpack
from leukdesk.analysis.archive_limits import Limits
from leukdesk.domain.errors import ArchiveError, ArchiveReason, Cancelled

PICTURE = b"any bytes: what they are is found out when they are opened"


def zipped(path: Path, entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def tarred(path: Path, entries: dict[str, bytes], mode: str = "w:gz", kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in entries.items():
            one = tarfile.TarInfo(name)
            one.size, one.type, one.linkname = len(data), kind, "/etc/passwd"
            archive.addfile(one, io.BytesIO(data))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "unpacked"
    made.mkdir()
    return made


GOOD = {
    "slide/field 1.png": PICTURE,
    "slide/Größe 2.JPG": PICTURE,
    "slide/notes.txt": b"text",
    "slide/.hidden.png": PICTURE,
    "__MACOSX/._field 1.png": PICTURE,
    "inner.zip": b"",
    "field:3?.tif": PICTURE,
}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.zip", zipped),
        ("A.ZIP", lambda path, entries: zipped(path, entries, method=zipfile.ZIP_STORED)),
        ("a.tar", lambda path, entries: tarred(path, entries, "w")),
        ("a.tgz", tarred),
        ("a.tar.bz2", lambda path, entries: tarred(path, entries, "w:bz2")),
        ("a.tar.xz", lambda path, entries: tarred(path, entries, "w:xz")),
    ],
)
def test_images_come_out_and_nothing_else(
    name: str, make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path, folder: Path
) -> None:
    done = unpack(make(tmp_path / name, GOOD), folder)
    assert [one.relative_to(folder).as_posix() for one in done.images] == [
        "slide/field 1.png",
        "slide/Größe 2.JPG",
        "field_3_.tif",
    ]
    assert done.skipped == 4
    assert {one.read_bytes() for one in done.images} == {PICTURE}
    assert {stat.S_IMODE(one.stat().st_mode) for one in done.images} == {0o600}
    assert sorted(one for one in folder.rglob("*") if one.is_file()) == sorted(done.images)


def test_which_files_are_archives() -> None:
    assert [is_archive(Path(one)) for one in ("a.zip", "b.TAR.GZ", "c.tgz", "d.png", "zip")] == [True] * 3 + [False] * 2


def bomb(path: Path) -> Path:
    return zipped(path, {"a.bmp": bytes(80 << 20)})


def lying(path: Path) -> Path:
    """It says 10 bytes and holds 80 million."""
    data = bytearray(bomb(path).read_bytes())
    for mark, at in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        struct.pack_into("<L", data, data.find(mark) + at, 10)
    path.write_bytes(data)
    return path


def locked(path: Path) -> Path:
    data = bytearray(zipped(path, {"a.png": PICTURE}).read_bytes())
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.find(mark) + at] |= 1
    path.write_bytes(data)
    return path


def linked(path: Path) -> Path:
    one = zipfile.ZipInfo("a.png")
    one.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(one, "/etc/passwd")
    return path


def cut(path: Path) -> Path:
    data = tarred(path, {"a.png": PICTURE * 1_000, "b.png": PICTURE * 1_000}, "w").read_bytes()
    path.write_bytes(data[: len(data) // 3])
    return path


def wrong_sum(path: Path) -> Path:
    data = bytearray(zipped(path, {"a.png": PICTURE}, method=zipfile.ZIP_STORED).read_bytes())
    data[data.find(PICTURE)] ^= 1
    path.write_bytes(data)
    return path


def gulping(path: Path) -> Path:
    """A header that claims two gigabytes of remarks."""
    header = tarfile.TarInfo("remarks")
    header.type, header.size = tarfile.XHDTYPE, 2 << 30
    path.write_bytes(header.tobuf() + bytes(10_240))
    return path


HOSTILE: list[tuple[str, Callable[[Path], Path], ArchiveReason]] = [
    ("up.zip", lambda path: zipped(path, {"../../a.png": PICTURE}), ArchiveReason.OUTSIDE),
    ("root.zip", lambda path: zipped(path, {"/a.png": PICTURE}), ArchiveReason.OUTSIDE),
    ("drive.zip", lambda path: zipped(path, {"C:\\a.png": PICTURE}), ArchiveReason.OUTSIDE),
    ("back.zip", lambda path: zipped(path, {"x\\..\\..\\a.png": PICTURE}), ArchiveReason.OUTSIDE),
    ("up.tar", lambda path: tarred(path, {"x/../../a.png": PICTURE}, "w"), ArchiveReason.OUTSIDE),
    ("link.zip", linked, ArchiveReason.LINK),
    ("soft.tar", lambda path: tarred(path, {"a.png": b""}, "w", tarfile.SYMTYPE), ArchiveReason.LINK),
    ("hard.tar", lambda path: tarred(path, {"a.png": b""}, "w", tarfile.LNKTYPE), ArchiveReason.LINK),
    ("pipe.tar", lambda path: tarred(path, {"a.png": b""}, "w", tarfile.FIFOTYPE), ArchiveReason.LINK),
    ("bomb.zip", bomb, ArchiveReason.BOMB),
    ("bomb.tgz", lambda path: tarred(path, {"a.bmp": bytes(80 << 20)}), ArchiveReason.BOMB),
    ("skipped.tgz", lambda path: tarred(path, {"a.txt": bytes(80 << 20)}), ArchiveReason.BOMB),
    ("gulp.tar", gulping, ArchiveReason.BOMB),
    ("lying.zip", lying, ArchiveReason.DAMAGED),
    ("many.zip", lambda path: zipped(path, {f"{n}.txt": b"" for n in range(60)}), ArchiveReason.TOO_MANY),
    ("many.tar", lambda path: tarred(path, {f"{n}.txt": b"" for n in range(60)}, "w"), ArchiveReason.TOO_MANY),
    ("locked.zip", locked, ArchiveReason.ENCRYPTED),
    ("cut.tar", cut, ArchiveReason.DAMAGED),
    ("sum.zip", wrong_sum, ArchiveReason.DAMAGED),
    ("none.zip", lambda path: zipped(path, {"a.txt": b""}), ArchiveReason.EMPTY),
    ("text.zip", lambda path: Path(path) if path.write_text("no archive") else path, ArchiveReason.DAMAGED),
    ("text.tar", lambda path: Path(path) if path.write_text("no archive" * 100) else path, ArchiveReason.DAMAGED),
]


@pytest.mark.parametrize(("name", "make", "reason"), HOSTILE, ids=[one[0] for one in HOSTILE])
def test_what_does_not_behave_is_refused_with_the_reason(
    name: str, make: Callable[[Path], Path], reason: ArchiveReason, tmp_path: Path, folder: Path
) -> None:
    path = make(tmp_path / name)
    with pytest.raises(ArchiveError) as caught:
        unpack(path, folder, limits=Limits(entries=50))
    assert caught.value.reason == reason
    assert caught.value.subject == str(path)
    assert caught.value.advice
    assert {one.name for one in tmp_path.iterdir()} == {name, "unpacked"}


def test_an_image_larger_than_any_and_a_wish_to_stop_end_it(tmp_path: Path, folder: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.png": PICTURE, "b.png": PICTURE})
    with pytest.raises(ArchiveError, match="larger than any"):
        unpack(path, folder, limits=Limits(one_bytes=10))
    with pytest.raises(Cancelled):
        unpack(path, folder, cancelled=lambda: True)


def test_one_name_twice_makes_two_files(tmp_path: Path, folder: Path) -> None:
    path = tarred(tmp_path / "a.tar", {"a?.png": b"1", "a*.png": b"2"}, "w")
    assert [one.name for one in unpack(path, folder).images] == ["a_.png", "a_ (2).png"]


@given(st.binary(max_size=2_000), st.sampled_from([".zip", ".tar", ".tgz", ".tar.bz2", ".tar.xz"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_or_unpacked(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder.with_suffix(suffix)
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        unpack(path, folder)
