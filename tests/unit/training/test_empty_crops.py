"""Squares cut out of fields hold nothing that the annotations name."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.__main__ import main

PURPLE, PLASMA = (110, 60, 190), (240, 238, 235)
BOX = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"


def annotated(folder, *, count=4):
    """Fields 160x120 px with a white cell and a platelet, both purple, and their boxes."""
    (folder / "JPEGImages").mkdir(parents=True)
    (folder / "Annotations").mkdir()
    for index in range(count):
        field = np.full((120, 160, 3), PLASMA, np.uint8)
        field[20:70, 30:80] = PURPLE
        field[90:100, 120:130] = PURPLE
        cv2.imwrite(str(folder / "JPEGImages" / f"{index}.jpg"), field[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])
        boxes = BOX.format("WBC", 28, 18, 82, 72) + BOX.format("Platelets", 118, 88, 132, 102)
        (folder / "Annotations" / f"{index}.xml").write_text(f"<annotation>{boxes}</annotation>")
    return folder


def test_no_crop_of_annotated_fields_touches_a_cell(tmp_path, capsys):
    fields, out = annotated(tmp_path / "fields"), tmp_path / "crops"
    assert main(["crops", str(fields), "--out", str(out), "--each", "3"]) == 0
    crops = [cv2.imread(str(one)) for one in sorted(out.iterdir())]
    assert capsys.readouterr().out.startswith(f"{len(crops)} squares")
    assert 4 <= len(crops) <= 12
    for crop in crops:
        assert crop.shape[0] == crop.shape[1] >= 30
        assert crop.min() > 200


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_a_folder_without_fields_is_said(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    assert main(["crops", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    assert name in capsys.readouterr().err
