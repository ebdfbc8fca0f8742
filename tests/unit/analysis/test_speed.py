"""The speed of a model is measured on this computer and kept by the model's hash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leukdesk import speeds
from leukdesk.analysis import speed
from leukdesk.bootstrap import Workbench
from leukdesk.settings import Settings
from tests.fakes import FakePredictor


def test_one_alone_and_many_together_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_SHARE_S", 0.01)
    predictor = FakePredictor()
    ms, per_second = speed.measure_speed(predictor, np.zeros((3, 64, 64, 3), np.uint8))
    assert ms > 0
    assert per_second > 0
    assert predictor.seen >= 6 * 1 + 6 * 8


def test_what_was_measured_is_kept_for_this_computer_and_this_model(
    monkeypatch: pytest.MonkeyPatch, user_folder: Path
) -> None:
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    monkeypatch.setattr(speed, "_SHARE_S", 0.01)
    bench = Workbench(Settings())
    assert speeds.known() == {}
    measured = speeds.measure(bench, "phantom-demo")
    assert speeds.known()[bench.load("phantom-demo").ref.sha256].ms == pytest.approx(measured.ms, abs=1e-3)
    assert measured.engine == "LiteRT CPU"
    monkeypatch.setattr(speeds, "machine", lambda: "another")
    assert speeds.known() == {}
