"""Many files: input order, one outcome each, and no bad file, engine or impatience stops or spoils the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from leukdesk.analysis.analyse import analyse_file
from leukdesk.analysis.batch import BATCH, analyse_files
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Failure, Finding, outcome_path
from tests.findings import CountingPredictor

LIMIT = 100_000
COLOURS = {"Benign": (230, 60, 60), "Early": (60, 230, 60), "Pre": (60, 60, 230)}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Images of each class, and bad ones, by name."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, colour in COLOURS.items():
        Image.new("RGB", (50, 40), colour).save(folder / f"{name}.png")
    whole = (folder / "Pre.png").read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("no image")
    Image.new("RGB", (500, 400)).save(folder / "large.png")
    return {path.stem: path for path in folder.iterdir()} | {"gone": folder / "gone.png"}


def run(paths: list[Path], predictor: CountingPredictor | None = None, workers: int = 2) -> list[Finding | Failure]:
    return list(analyse_files(paths, predictor or CountingPredictor(), limit_px=LIMIT, workers=workers))


def word(outcome: Finding | Failure) -> str:
    return outcome.prediction.label if isinstance(outcome, Finding) else outcome.error.reason


EXPECTED = {name: name for name in COLOURS} | {
    "truncated": ImageReason.TRUNCATED,
    "empty": ImageReason.EMPTY,
    "text": ImageReason.NOT_AN_IMAGE,
    "large": ImageReason.TOO_LARGE,
    "gone": ImageReason.VANISHED,
}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EXPECTED)), max_size=40), st.integers(1, 4))
def test_each_file_has_its_outcome_in_order(pictures: dict[str, Path], names: list[str], workers: int) -> None:
    outcomes = run([pictures[name] for name in names], workers=workers)
    assert [outcome_path(one) for one in outcomes] == [pictures[name] for name in names]
    assert [word(one) for one in outcomes] == [EXPECTED[name] for name in names]


def test_a_batch_says_the_same_as_one_by_one(pictures: dict[str, Path]) -> None:
    paths = [pictures[name] for name in COLOURS] * 7
    for path, found in zip(paths, run(paths), strict=True):
        alone = analyse_file(path, CountingPredictor(), limit_px=LIMIT)
        assert isinstance(found, Finding)
        assert (found.source, found.quality, found.decision) == (alone.source, alone.quality, alone.decision)
        assert found.prediction.probabilities == alone.prediction.probabilities
        assert found.prediction.heatmap is not None
        np.testing.assert_array_equal(found.prediction.heatmap.maps, alone.prediction.heatmap.maps)


def test_without_explaining_there_are_no_heatmaps(pictures: dict[str, Path]) -> None:
    (found,) = analyse_files([pictures["Pre"]], CountingPredictor(), limit_px=LIMIT, workers=1, explain=False)
    assert isinstance(found, Finding)
    assert found.prediction.heatmap is None


def test_engines_get_small_batches_and_few_files_are_shared_out(pictures: dict[str, Path]) -> None:
    many, few = CountingPredictor(), CountingPredictor()
    run([pictures["Pre"]] * (BATCH * 5 + 1), many)
    run([pictures["Pre"]] * 4, few)
    assert sorted(many.batches) == [BATCH // 2, BATCH // 2 + 1, *[BATCH] * 4]
    assert few.batches == [2, 2]


def test_an_engine_that_fails_once_costs_one_batch(pictures: dict[str, Path]) -> None:
    outcomes = run([pictures["Pre"]] * (BATCH * 3), CountingPredictor(broken=[1]), workers=1)
    failed = [number for number, one in enumerate(outcomes) if isinstance(one, Failure)]
    assert failed == list(range(BATCH, 2 * BATCH))
    assert {word(outcomes[number]) for number in failed} == {"out_of_memory"}


def test_a_bug_is_not_swallowed(pictures: dict[str, Path]) -> None:
    class Buggy(CountingPredictor):
        def predict(self, *args: object, **kwargs: object) -> list:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([pictures["Pre"]] * 50, Buggy())


def analysis_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("analysis")]


def test_no_more_than_a_few_batches_are_ahead_of_the_reader(pictures: dict[str, Path]) -> None:
    predictor, workers = CountingPredictor(), 2
    outcomes = analyse_files([pictures["Pre"]] * 400, predictor, limit_px=LIMIT, workers=workers)
    taken = list(islice(outcomes, BATCH + 1))
    assert len(taken) == BATCH + 1
    outcomes.close()
    assert sum(predictor.batches) <= BATCH * (3 * workers + 2)
    assert analysis_threads() == []


def test_cancelling_ends_after_what_is_ready(pictures: dict[str, Path]) -> None:
    seen: list[Finding | Failure] = []
    paths = [pictures["Pre"], pictures["Early"]] * 200
    for outcome in analyse_files(
        paths, CountingPredictor(), limit_px=LIMIT, workers=2, cancelled=lambda: len(seen) >= BATCH
    ):
        seen.append(outcome)
    assert BATCH <= len(seen) < len(paths)
    assert [outcome_path(one) for one in seen] == paths[: len(seen)]
    assert analysis_threads() == []


def test_an_interrupt_leaves_no_threads(pictures: dict[str, Path]) -> None:
    def interrupted() -> Iterator[None]:
        for _ in analyse_files([pictures["Pre"]] * 200, CountingPredictor(), limit_px=LIMIT, workers=2):
            yield
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(interrupted())
    assert analysis_threads() == []


def test_nothing_to_do_is_done_at_once() -> None:
    assert run([]) == []


def test_one_file_that_cannot_be_read_raises_when_it_is_the_only_one(pictures: dict[str, Path]) -> None:
    with pytest.raises(ImageError) as refused:
        analyse_file(pictures["large"], CountingPredictor(), limit_px=LIMIT)
    assert refused.value.reason == ImageReason.TOO_LARGE
    assert refused.value.subject == str(pictures["large"])
