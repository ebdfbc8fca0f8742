"""How much of a heatmap lies in nucleated cells: nothing but geometry, then a whole bundle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from leukdesk import paths
from leukdesk.domain.errors import DataError
from training.heat.energy import measure_energy, share_inside
from training.heat.scenes import Scene, annotated_fields, single_cells

SIDES = st.integers(20, 400)
NOTE = (
    "<annotation><object><name>{name}</name><bndbox><xmin>{left}</xmin><ymin>10</ymin>"
    "<xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>"
)


@given(SIDES, SIDES, st.data())
def test_an_even_map_has_as_much_energy_in_cells_as_they_have_area(height, width, data):
    box = data.draw(st.tuples(st.integers(0, width - 10), st.integers(0, height - 10)))
    cell = (*box, box[0] + 10, box[1] + 10)
    found = share_inside(np.ones((7, 7), np.float32), [cell], height, width, 224)
    assert found is not None
    assert found[0] == pytest.approx(found[1], abs=1e-6)
    assert found[1] == pytest.approx(100 / (height * width), abs=2e-3)


def test_a_map_on_the_cell_alone_lies_wholly_inside_and_one_beside_it_outside():
    heat = np.zeros((8, 8), np.float32)
    heat[1, 1] = 3.0
    inside, area = share_inside(heat, [(0, 0, 96, 96)], 224, 224, 224) or (0.0, 0.0)
    assert inside == pytest.approx(1.0)
    assert area == pytest.approx((96 / 224) ** 2)
    assert share_inside(heat, [(150, 150, 200, 200)], 224, 224, 224) == (0.0, pytest.approx((50 / 224) ** 2))


def test_energy_over_the_reflected_margin_does_not_count():
    heat = np.zeros((8, 8), np.float32)
    heat[0] = 9.0  # above a picture twice as wide as high
    heat[4, 4] = 1.0
    inside, _ = share_inside(heat, [(224, 0, 448, 224)], 224, 448, 224) or (0.0, 0.0)
    assert inside == pytest.approx(0.875)  # the map of one cell, enlarged, reaches over the edge of the box
    assert share_inside(np.zeros((8, 8), np.float32), [(0, 0, 9, 9)], 224, 224, 224) is None


def test_annotated_fields_are_those_with_a_nucleated_cell(tmp_path):
    for folder in ("Annotations", "JPEGImages"):
        (tmp_path / folder).mkdir()
    for name, cell in (("a", "WBC"), ("b", "RBC"), ("c", "WBC")):
        (tmp_path / "Annotations" / f"{name}.xml").write_text(NOTE.format(name=cell, left=5))
        Image.new("RGB", (64, 48), (230, 200, 200)).save(tmp_path / "JPEGImages" / f"{name}.jpg")
    found = list(annotated_fields(tmp_path))
    assert [one.group for one in found] == ["a", "c"]
    assert found[0].cells == ((5, 10, 30, 40),)
    assert found[0].pixels.shape == (48, 64, 3)
    (tmp_path / "Annotations" / "c.xml").write_text(NOTE.format(name="WBC", left="x"))
    with pytest.raises(DataError, match=r"c\.xml"):
        list(annotated_fields(tmp_path))
    with pytest.raises(DataError, match="no annotated fields"):
        list(annotated_fields(tmp_path / "JPEGImages"))


@given(st.integers(60, 200), st.integers(60, 200), st.data())
def test_a_crop_is_square_inside_the_picture_and_holds_its_cell(height, width, data):
    left, top = data.draw(st.integers(0, width - 20)), data.draw(st.integers(0, height - 20))
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[top : top + 20, left : left + 15] = 200
    (crop,) = single_cells(Scene("g", pixels, ((left, top, left + 15, top + 20),)))
    assert crop.pixels.shape == (50, 50, 3)
    ((x0, y0, x1, y1),) = crop.cells
    assert (x1 - x0, y1 - y0) == (15, 20)
    assert (crop.pixels[y0:y1, x0:x1] == 200).all()
    assert int((crop.pixels == 200).sum()) == 15 * 20 * 3


def test_a_whole_bundle_is_measured_on_phantoms():
    found = measure_energy(paths.shipped() / "models" / "phantom-demo-1.0", None, slides=2)
    (phantoms,) = found.sets
    assert found.bundle == "phantom-demo-1.0"
    assert (phantoms.n, phantoms.units, phantoms.blank) == (12, 2, 0)
    assert phantoms.more.value == pytest.approx(phantoms.inside.value - phantoms.area.value)
    assert phantoms.more.low > 0.2  # it was trained on phantoms, where nothing but the cells tells the class
