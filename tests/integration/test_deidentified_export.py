"""What goes out without names holds none: 500 identifiers, planted wherever one can be, and none comes out."""

from __future__ import annotations

import io
import json
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from leukdesk import paths
from leukdesk.bootstrap import Workbench
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.recorded import NewFinding
from leukdesk.domain.user import Role
from leukdesk.history.history import History
from leukdesk.imaging.read import read_image
from leukdesk.settings import Settings
from tests.command_line import in_process
from tests.findings import make_finding

KINDS = (
    *("Accn", "Patn", "Stai", "Obje", "Fiel", "Valu", "Comm", "Reas", "Labl", "User", "Amen", "Corr"),
    *("Fold", "File", "Exif", "Arti", "Usrc", "Xmpx", "Iccp", "Jcom", "Text", "Itxt", "Ztxt", "Tdes", "Tart"),
)
EACH = 20


def planted(kind: str, number: int) -> str:
    """An identifier as a laboratory could have it, that nothing else is called."""
    assert kind in KINDS
    return f"{kind}{number:03d}qzj"


def smear(seed: int) -> NDArray[np.uint8]:
    """A pale picture without any edges, uint8 RGB (96, 128, 3)."""
    rng = np.random.default_rng(seed)
    base = np.linspace(180, 220, 128, dtype=np.float32)[None, :, None] + rng.normal(0, 2, (96, 128, 3))
    return np.clip(base, 0, 255).astype(np.uint8)


def jpeg(path: Path, number: int) -> None:
    photo = Image.fromarray(smear(number))
    exif = Image.Exif()
    exif[270], exif[315] = planted("Exif", number), planted("Arti", number)
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + planted("Usrc", number).encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo.save(
        path, "JPEG", quality=92, exif=exif, comment=planted("Jcom", number).encode(),
        icc_profile=profile + planted("Iccp", number).encode(), xmp=f"<x>{planted('Xmpx', number)}</x>".encode(),
    )  # fmt: skip


def png(path: Path, number: int) -> None:
    text = PngInfo()
    text.add_text("Patient", planted("Text", number))
    text.add_itxt("Name", planted("Itxt", number))
    text.add_text("Notes", planted("Ztxt", number), zip=True)
    Image.fromarray(smear(number)).save(path, "PNG", pnginfo=text)


def tiff(path: Path, number: int) -> None:
    tags = [(315, "s", 0, planted("Tart", number), True)]
    tifffile.imwrite(path, smear(number), photometric="rgb", description=planted("Tdes", number), extratags=tags)


WRITERS = {".jpg": jpeg, ".png": png, ".tif": tiff}


def record(history: History, user: int, case_id: int, path: Path) -> int:
    """Record an image as the program does; returns its id."""
    source = read_image(path, limit_px=10**8).source
    entries = {name: getattr(source, name) for name in ("sha256", "format", "width", "height", "bits", "pages")}
    found = make_finding(path, synthetic=False, **entries)
    return history.findings.record(user, case_id, [NewFinding(found)])[0]


def case_full_of_names(history: History, folder: Path, number: int) -> Case:
    local = history.users.local().id
    fields = {planted("Fiel", number): planted("Valu", number)}
    wrong = CaseDetails(planted("Corr", number))
    details = CaseDetails(
        planted("Accn", number), planted("Patn", number), stain=planted("Stai", number),
        objective=planted("Obje", number), received=date(2025, 11, 17), fields=fields,
    )  # fmt: skip
    case = history.cases.open(local, wrong)
    history.cases.correct(local, case.id, details, planted("Reas", number))
    user = history.users.add(local, planted("User", number), Role.REVIEWER).id
    for suffix, write in WRITERS.items():
        path = folder / planted("Fold", number) / f"{planted('File', number)}{suffix}"
        path.parent.mkdir(exist_ok=True)
        write(path, number)
        image = record(history, local, case.id, path)
        history.reviews.label(user, image, planted("Labl", number), why=planted("Reas", number))
    history.reviews.comment(user, case.id, planted("Comm", number))
    history.reviews.sign(local, case.id)
    history.reviews.amend(local, case.id, planted("Amen", number))
    return case


def everything(folder: Path) -> bytes:
    """All bytes of all files and names, and what is packed in pictures."""
    found = [str(path.relative_to(folder)).encode() for path in folder.rglob("*")]
    for path in (one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        found.append(data)
        if path.suffix == ".png":
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                found.append(repr(image.info).encode())
            for at in (one for one in range(len(data)) if data[one : one + 1] == b"\x78"):
                try:
                    found.append(zlib.decompress(data[at:]))
                except zlib.error:
                    continue
    return b"\n".join(found)


def test_500_planted_identifiers_and_none_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(KINDS) * EACH == 500
    bench = Workbench(Settings())
    for number in range(EACH):
        case_full_of_names(bench.history(), tmp_path, number)
    stored = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    for kind in ("Exif", "Arti", "Usrc", "Xmpx", "Iccp", "Jcom", "Text", "Itxt", "Tdes", "Tart"):
        assert planted(kind, 3).encode() in stored, f"{kind} was never planted"
    bench.close()
    names = [planted("Accn", number) for number in range(EACH)]
    answer = in_process(capsys, "history", "export", *names, "--deidentified", tmp_path / "out")
    assert answer.status == 0, answer.err
    assert "60 images written" in answer.err
    gone = everything(tmp_path / "out").lower()
    needles = [planted(kind, number).lower() for kind in KINDS for number in range(EACH)]
    for needle in needles:
        assert needle.encode() not in gone
        assert needle.encode("utf-16-le") not in gone
    assert b"qzj" not in gone
    assert b"2025-11-17" not in gone
    assert str(tmp_path).encode() not in gone
    cases = [json.loads(one.read_text()) for one in (tmp_path / "out").rglob("case.json")]
    assert len({one["patient"] for one in cases}) == EACH
    assert {one["left_out"]["comments"] for one in cases} == {1}
    assert all(label["label"] == "other" for one in cases for label in one["labels"])
    check_the_chain(names)


def check_the_chain(names: list[str]) -> None:
    bench = Workbench(Settings())
    case = bench.history().cases.by_accession(names[0])
    assert case is not None
    assert bench.history().trail.events(case.id)[-1].changes == {"as": ("", "deidentified")}
    bench.close()


def with_writing(path: Path) -> None:
    photo = Image.fromarray(smear(1)).resize((480, 360))
    font = ImageFont.truetype(str(paths.resources() / "fonts" / "DejaVuSans.ttf"), 20)
    ImageDraw.Draw(photo).text((40, 300), "Anna Schmidt 1961", fill=(0, 0, 0), font=font)
    photo.save(path)


def test_an_image_with_writing_is_held_back_or_painted_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = Workbench(Settings())
    history, path = bench.history(), tmp_path / "labelled.png"
    with_writing(path)
    clean, gone = tmp_path / "clean.png", tmp_path / "gone.png"
    png(clean, 2)
    png(gone, 3)
    case = history.cases.open(history.users.local().id, CaseDetails("24-1"))
    for one in (path, clean, gone):
        record(history, history.users.local().id, case.id, one)
    gone.unlink()
    bench.close()
    held = in_process(capsys, "history", "export", "24-1", "--deidentified", tmp_path / "a")
    assert held.status == 3
    assert "labelled.png: there is writing in the picture" in held.err
    assert "gone.png: the file does not exist" in held.err
    assert len(list((tmp_path / "a").rglob("*.png"))) == 1
    ledger = (tmp_path / "a" / "ledger.csv").read_text()
    assert "held back: there is writing in the picture" in ledger
    assert "labelled" not in ledger
    painted = in_process(capsys, "history", "export", "24-1", "--deidentified", tmp_path / "b", "--blank-writing")
    assert "2 images written" in painted.err
    image = sorted((tmp_path / "b").rglob("*.png"))[0]
    pixels = np.asarray(Image.open(image))
    assert (pixels[300:325, 45:220] == 128).all(), "the name is painted over"
    assert pixels.shape == (360, 480, 3)
    assert (pixels[:200] != 128).any()
    again = in_process(capsys, "history", "export", "24-1", "--deidentified", tmp_path / "b")
    assert again.status == 2
    assert "not empty" in again.err
