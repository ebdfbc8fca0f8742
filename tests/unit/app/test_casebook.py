"""The case history behind the window: opened once, written in groups, nothing recorded twice, errors told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeBench
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk import paths
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.recorder import Recorder
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.errors import KnownError
from leukdesk.domain.user import Role
from leukdesk.history.history import History
from leukdesk.history.opening import open_history


class Desk:
    """The Analyse place's view-model with a history behind it."""

    def __init__(self, lanes: Lanes, bot: QtBot) -> None:
        self.bench, self.bot = FakeBench(), bot
        self.casebook = Casebook(lanes.history, lambda: self.bench)
        self.engine = Engine(lanes.inference, lambda: self.bench)
        pictures = Pictures(4_000_000)
        self.model = AnalyseViewModel(lanes, self.engine, pictures)
        self.recorder = Recorder(self.casebook, self.model, pictures)
        self.told: list[KnownError] = []
        self.casebook.failed.connect(self.told.append)
        self.recorder.not_kept.connect(self.told.append)

    def until(self, condition: Callable[[], bool]) -> None:
        self.bot.waitUntil(condition, timeout=WAIT_MS)

    def analyse(self, images: list[Path], case: Case | None = None) -> None:
        """Open images and wait until all are analysed."""
        with self.bot.waitSignal(self.model.opened, timeout=WAIT_MS):
            self.model.open(images, None, case)
        self.until(lambda: self.model.images.counts()[0] == len(images))

    def ask(self, work: Callable[[History], object]) -> object:
        found: list[object] = []
        self.casebook.read(work, found.append)
        self.until(lambda: bool(found))
        return found[0]

    def case(self, accession: str = "24-0117") -> Case:
        user = self.ask(lambda history: history.users.local().id)
        made = self.ask(lambda history: history.cases.open(int(str(user)), CaseDetails(accession)))
        assert isinstance(made, Case)
        return made

    def kept(self, case: Case | None = None) -> int:
        """How many findings are in a case, or in none, once nothing waits."""
        self.until(lambda: not self.recorder.waiting)
        found = self.ask(lambda history: [
            one for image in history.findings.images(case.id if case else None)
            for one in history.findings.of_image(image.id)
        ])  # fmt: skip
        assert isinstance(found, list)
        return len(found)


@pytest.fixture
def desk(qtbot: QtBot, lanes: Lanes) -> Iterator[Desk]:
    made = Desk(lanes, qtbot)
    yield made
    made.bench.go.set()
    lanes.close()
    made.casebook.close()
    made.engine.close()


def test_every_finding_is_recorded_once_with_its_thumbnail(desk: Desk, smears: list[Path]) -> None:
    changed: list[int] = []
    desk.casebook.changed.connect(changed.append)
    desk.analyse(smears)
    assert desk.kept() == 6
    assert set(changed) == {0}
    assert len(changed) < 6  # in groups
    small = desk.ask(lambda history: [history.findings.thumbnail(one.id) for one in history.findings.images(None)])
    assert isinstance(small, list)
    assert all(one.startswith(b"\xff\xd8") for one in small)
    desk.analyse(smears[:3])
    desk.analyse(smears)
    assert desk.kept() == 6


def test_what_was_answered_before_is_not_recorded_again(qtbot: QtBot, smears: list[Path]) -> None:
    for _ in range(2):
        lanes_now = Lanes()
        desk = Desk(lanes_now, qtbot)
        desk.analyse(smears)
        assert desk.kept() == 6
        lanes_now.close()
        desk.casebook.close()
        desk.engine.close()


def test_findings_go_into_the_case_that_was_opened(desk: Desk, smears: list[Path]) -> None:
    case = desk.case()
    desk.analyse(smears[:2], case)
    assert desk.model.title == "case 24-0117"
    assert desk.kept(case) == 2
    desk.analyse(smears[2:3])  # another opening belongs to no case
    assert desk.model.case is None
    assert (desk.kept(case), desk.kept()) == (2, 1)
    desk.model.put_into(case)
    desk.recorder.keep_all()
    assert desk.kept(case) == 3


def test_a_case_in_question_gets_no_image_of_the_set_before(desk: Desk, smears: list[Path]) -> None:
    case = desk.case()
    desk.bench.go.clear()
    with desk.bot.waitSignal(desk.model.opened, timeout=WAIT_MS):
        desk.model.open(smears[:3])
    with desk.bot.waitSignal(desk.model.opened, timeout=WAIT_MS):
        desk.model.open(smears[3:4], None, case)
    desk.bench.go.set()
    desk.until(lambda: desk.model.images.counts()[0] == 1)
    assert desk.kept(case) == 1


def test_a_signed_case_says_so_and_the_rest_goes_on(desk: Desk, smears: list[Path]) -> None:
    case = desk.case()
    desk.ask(lambda history: history.reviews.sign(history.users.local().id, case.id))
    desk.analyse(smears[:2], case)
    desk.until(lambda: bool(desk.told))
    assert desk.told[0].reason == "signed"
    desk.until(lambda: not desk.recorder.waiting)
    desk.analyse(smears[2:3])
    assert desk.kept() == 1


def test_a_second_instance_is_told_and_nothing_is_lost(desk: Desk, smears: list[Path]) -> None:
    other = open_history(paths.history_folder())
    desk.analyse(smears[:2])
    desk.until(lambda: bool(desk.told))
    assert desk.told[0].reason == "in_use"
    assert desk.recorder.waiting == 2
    assert desk.recorder.stuck
    other.close()
    desk.recorder.try_again()
    assert desk.kept() == 2


def test_a_damaged_history_can_be_restored(desk: Desk, smears: list[Path]) -> None:
    first = desk.bench.history()
    case = first.cases.open(first.users.local().id, CaseDetails("24-0117"))
    first.backup()
    desk.bench.close()
    database = paths.history_folder() / "history.db"
    database.write_bytes(b"not a database at all" * 1000)
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.error is not None)
    assert desk.casebook.restorable
    plans: list[object] = []
    desk.casebook.plan_restore(plans.append, plans.append)
    desk.until(lambda: bool(plans))
    with desk.bot.waitSignal(desk.casebook.opened, timeout=WAIT_MS):
        desk.casebook.restore(plans[0], lambda _: None, plans.append)  # type: ignore[arg-type]
    found = desk.ask(lambda history: history.cases.get(case.id))
    assert isinstance(found, Case)
    assert found.details.accession == "24-0117"


def test_closing_finishes_what_was_to_be_written(qtbot: QtBot, smears: list[Path]) -> None:
    lanes = Lanes()
    desk = Desk(lanes, qtbot)
    desk.ask(lambda _: 1)
    desk.analyse(smears)
    desk.recorder.send_all()
    lanes.close()
    desk.casebook.close()
    desk.engine.close()
    again = open_history(paths.history_folder())
    assert len(again.findings.images(None)) == 6
    again.close()


def test_closing_keeps_findings_also_where_the_history_was_not_open_yet(qtbot: QtBot, smears: list[Path]) -> None:
    lanes = Lanes()
    desk = Desk(lanes, qtbot)
    with qtbot.waitSignal(desk.model.opened, timeout=WAIT_MS):
        desk.model.open(smears[:1])
    with qtbot.waitSignal(desk.model.batch.finished, timeout=WAIT_MS):
        desk.recorder.progressed.connect(desk.recorder.send_all)  # closed at once
    lanes.close()
    desk.casebook.close()
    desk.engine.close()
    again = open_history(paths.history_folder())
    assert len(again.findings.images(None)) == 1
    again.close()


def test_with_accounts_somebody_signs_in(desk: Desk, smears: list[Path]) -> None:
    history = desk.bench.history()
    boss = history.users.local().id
    history.users.change(boss, boss, password="of the laboratory")
    ann = history.users.add(boss, "ann", Role.TECHNICIAN, "a secret")
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.is_locked)
    desk.analyse(smears[:1])
    assert desk.recorder.waiting == 1
    failures: list[Exception] = []
    desk.casebook.sign_in("ann", "wrong", failures.append)
    desk.until(lambda: bool(failures))
    desk.casebook.sign_in("ann", "a secret", failures.append)
    desk.until(lambda: desk.casebook.user is not None)
    assert desk.casebook.user == ann
    assert desk.kept() == 1
    desk.casebook.lock()
    assert desk.casebook.is_locked
    desk.analyse(smears[1:2])
    assert desk.recorder.waiting == 1  # nobody is there to have made it
