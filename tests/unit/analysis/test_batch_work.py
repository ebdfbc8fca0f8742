"""The tasks of a batch: each image is read for the models that have not seen it, and for no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from leukdesk.analysis.batch_work import ImageWork, KnownAlready, Task
from leukdesk.domain.recorded import NewFinding
from leukdesk.imaging.read import sha256_to_know
from tests.findings import CountingPredictor

LIMIT = 100_000


def test_an_image_known_to_one_model_alone_is_read_itself_for_the_other(tmp_path: Path) -> None:
    first, second = CountingPredictor(), CountingPredictor()
    second.bundle = replace(second.bundle, sha256="1" * 64)
    red, blue = tmp_path / "red.png", tmp_path / "blue.png"
    Image.new("RGB", (50, 40), (230, 60, 60)).save(red)
    Image.new("RGB", (50, 40), (60, 60, 230)).save(blue)
    of_blue = sha256_to_know(blue, LIMIT)

    def known(hashes: Sequence[str], bundle: str) -> Mapping[str, int]:
        return {of_blue: 7} if of_blue in hashes and bundle == first.bundle.sha256 else {}

    work = ImageWork([first, second], limit_px=LIMIT, known=known)
    done = work([Task(0, red, 0), Task(1, blue, 0), Task(2, blue, 1)])
    assert [type(one.outcome) for one in done] == [NewFinding, KnownAlready, NewFinding]
    last = done[2].outcome
    assert isinstance(last, NewFinding)
    assert (last.finding.source.path, last.finding.source.sha256) == (blue, of_blue)
    assert last.finding.prediction.label == "Pre"
