"""The gate's page: what was found is said plainly, and what is decided is kept, carried out, and can be taken back."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from gates import write_gate
from hostile_archives import NAME, sound
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from window_desk import Desk
from window_fixtures import WAIT_MS

from leukdesk import model_shelf
from leukdesk.app.main import Session, workbench
from leukdesk.app.views.gate_view import GateView
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.workers.pictures import Pictures
from leukdesk.bootstrap import Workbench
from leukdesk.bundles.load import load_bundle
from leukdesk.settings import Settings
from leukdesk.trainer import Trainer

LEFT = Qt.MouseButton.LeftButton
ORIGINAL = Path("/data/originals")
STAND_IN = """
import json, pathlib, shutil, sys
words = sys.argv[1:]
out = pathlib.Path(words[words.index("--out") + 1])
print(json.dumps({"event": "gate", "step": "compare"}), flush=True)
print(json.dumps({"event": "answered", "done": 3, "images": 4}), flush=True)
if "--no-audit" in words:
    print(json.dumps({"event": "failed", "reason": "data", "what": "the images are gone", "advice": "Plug it in."}))
    sys.exit(2)
shutil.copytree(out.parent / "prepared", out, dirs_exist_ok=True)
(out / "words.json").write_text(json.dumps(words))
print(json.dumps({"event": "gated"}))
"""


@pytest.fixture
def run(tmp_path: Path) -> SimpleNamespace:
    """A trained run."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "recipe.toml").write_text('name = "Mine_here"\nscope = "field"\n')
    return SimpleNamespace(folder=folder, title="Smears of spring")


def opened(desk: Desk, run: SimpleNamespace) -> GateView:
    desk.start()
    desk.window.commands.go_train.trigger()
    return show(desk, run)


def show(desk: Desk, run: SimpleNamespace) -> GateView:
    desk.window.gating.open(run)
    desk.until(lambda: not desk.session.gate.doing)
    return desk.window.gating.view


def chips(view: GateView) -> list[Chip]:
    return [one for one in view.result.findChildren(Chip) if one.isVisible()]


def texts(view: GateView) -> str:
    return "\n".join(one.text() for one in view.result.findChildren(QLabel) if one.isVisible())


VERDICTS = (
    ("better", (0.041, 0.012, 0.07), "The new model is better", True),
    ("no_worse", (0.004, -0.011, 0.02), "The new model is no worse", True),
    ("worse", (-0.05, -0.08, -0.02), "The new model is worse", False),
    ("too_few", (0.01, -0.05, 0.07), "These images cannot tell the two apart", False),
    ("not_comparable", None, "The two cannot be compared", False),
)


def test_every_verdict_is_said_and_proposes(desk: Desk, run: SimpleNamespace) -> None:
    desk.start()
    desk.window.commands.go_train.trigger()
    for verdict, difference, chip, proposes in VERDICTS:
        write_gate(run.folder / "gate", verdict=verdict, difference=difference, notes=("few_groups", "a later code"))
        view = show(desk, run)
        desk.until(lambda view=view, chip=chip: chip in [one.text() for one in chips(view)])
        desk.until(lambda view=view: "tend to be too narrow" in texts(view))
        assert [view.decision.use.property("kind"), view.decision.keep.property("kind")] == [
            ("primary" if one else "") for one in (proposes, not proposes)
        ]
        assert view.first_control() is (view.decision.use if proposes else view.decision.keep)
        if difference is not None:
            for words in ("31 patients", "▲ +6.0 (+2.5 … +10.0) better", "▼ −9.0 (−12.5 … −5.0) worse"):
                assert words in texts(view)


def test_a_worse_model_is_used_only_with_a_reason_and_keeping_is_on_record(
    desk: Desk, run: SimpleNamespace, user_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gate(run.folder / "gate", verdict="worse", difference=(-0.05, -0.08, -0.02), audit=True)
    view = opened(desk, run)
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile()))
    desk.bot.mouseClick(view.result.audit, LEFT)
    assert asked == [str(run.folder / "gate" / "audit" / "audit.html")]
    assert not view.decision.use.isEnabled()
    desk.bot.keyClicks(view.decision.why, "It reads our stain")
    assert view.decision.use.isEnabled()
    desk.bot.mouseClick(view.decision.keep, LEFT)
    desk.until(lambda: view.decision.said.isVisible())
    (line,) = (user_folder / "decisions.jsonl").read_text().splitlines()
    kept = json.loads(line)
    assert (kept["choice"], kept["new"], kept["verdict"]) == ("kept", "mine-1.1", "worse")
    assert (kept["why"], kept["active"]) == ("It reads our stain", "toy-1.0")
    assert "to keep the present model" in view.decision.said.text()
    assert "stays in use" in view.banner.accessibleName()
    assert not view.decision.back.isVisible()

    desk.window.gating.open(run)  # later: it is still known, and may be decided again
    desk.until(lambda: not desk.session.gate.doing and view.decision.said.isVisible())
    desk.bot.mouseClick(view.decision.again, LEFT)
    assert view.decision.keep.isVisible()


def test_a_run_is_judged_by_the_trainer_beside_the_model_in_use(
    desk: Desk, run: SimpleNamespace, tmp_path: Path
) -> None:
    write_gate(run.folder / "prepared", new="mine-here")
    trainer = tmp_path / "trainer.py"
    trainer.write_text(STAND_IN)
    desk.session.training.trainer = Trainer([sys.executable, str(trainer)])
    (run.folder / "gate").mkdir()
    (run.folder / "gate" / "gate.json").write_text("{")
    view = opened(desk, run)
    assert "cannot be read" in view.banner.accessibleName()
    (run.folder / "gate" / "gate.json").unlink()
    show(desk, run)
    assert (view.form.name.text(), view.form.release.text()) == ("mine-here", "1.0")
    view.form.name.setText("Not a name")
    assert not view.form.judge.isEnabled()
    view.form.name.setText("fake-stage")  # with this version it is installed
    assert not view.form.judge.isEnabled()
    view.form.name.setText("mine-here")
    view.form.audited.setChecked(False)
    assert not view.form.original.without.isVisible()
    view.form.original.take(ORIGINAL, None)
    desk.bot.mouseClick(view.form.judge, LEFT)
    desk.until(lambda: "the images are gone" in view.banner.accessibleName())
    view.form.audited.setChecked(True)
    desk.bot.mouseClick(view.form.judge, LEFT)
    desk.until(lambda: view.result.isVisible() and not desk.session.gate.doing)
    words = json.loads((run.folder / "gate" / "words.json").read_text())
    assert words[:6] == ["gate", str(run.folder), "--name", "mine-here", "--release", "1.0"]
    assert words[words.index("--against") + 1] == "fake-stage-1.0"
    assert words[words.index("--original") + 1] == str(ORIGINAL)
    assert "--original-split" not in words
    assert view.title.text() == "mine-here-1.1 beside toy-1.0"
    desk.bot.mouseClick(view.again, LEFT)
    assert view.form.isVisible()
    assert view.form.release.text() == "1.1"


@pytest.fixture
def real(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A window with the real workbench; the user's own key stands for the rebuilding, which other tests do."""
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    monkeypatch.setattr(model_shelf, "find_spec", lambda _: None)
    chosen = Settings(theme="light")
    session = Session(qapp, chosen, workbench(chosen), Pictures(4_000_000))
    yield session
    session.window.close()
    session.close()
    session.window.deleteLater()


@pytest.mark.slow
def test_the_new_model_is_used_and_left_again(
    real: Session, qtbot: QtBot, run: SimpleNamespace, user_folder: Path
) -> None:
    def until(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=WAIT_MS)

    Workbench(Settings()).shelf.keys.make("Lab A")
    sealed = run.folder / "gate" / "models" / NAME
    shutil.copytree(sound(run.folder / "elsewhere", synthetic=False), sealed)
    name, _, release = NAME.rpartition("-")
    said = write_gate(run.folder / "gate", new=name, active="all-stage", folder=sealed)
    said["new"] |= {"release": release, "sha256": load_bundle(sealed, ("compact_cnn",)).ref.sha256}
    (run.folder / "gate" / "gate.json").write_text(json.dumps(said))
    real.open([])
    until(lambda: real.engine.card is not None and not real.engine.loading and len(real.engine.installed) == 3)
    real.window.commands.go_train.trigger()
    real.window.gating.open(run)
    view = real.window.gating.view
    until(lambda: view.decision.use.isVisible() and not real.gate.doing)
    qtbot.mouseClick(view.decision.use, LEFT)
    until(lambda: real.engine.card is not None and real.engine.card.name == name and not real.engine.loading)
    until(lambda: view.decision.back.isVisible())
    assert "It is in use." in view.decision.said.text()
    assert (user_folder / "models" / NAME / "signature.json").is_file()
    qtbot.mouseClick(view.decision.back, LEFT)
    until(lambda: real.engine.card is not None and real.engine.card.name == "all-stage" and not real.engine.loading)
    until(lambda: "Another model is in use now." in view.decision.said.text())
    deeds = [json.loads(line)["deed"] for line in (user_folder / "activations.jsonl").read_text().splitlines()]
    assert deeds == ["activated", "rolled back"]
    assert json.loads((user_folder / "decisions.jsonl").read_text())["choice"] == "used"
