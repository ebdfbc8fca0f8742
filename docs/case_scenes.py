"""The Cases place in each of its states, and the locked window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

from camera import Camera, window

from leukdesk.app.viewmodels.case_list import ListState
from leukdesk.domain.case import CaseDetails, Specimen
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.optics import STAINS
from leukdesk.domain.user import Role
from leukdesk.history.history import History

DEMO = "phantom-demo-1.0"  # knows synthetic images
Scene = Callable[[Path], AbstractContextManager[Camera]]
_IN_USE = HistoryError(
    "another leukdesk is working with this history",
    reason=HistoryReason.IN_USE,
    advice="Close it first; looking things up works beside it.",
)
_GONE = HistoryError(
    "the history's database is damaged",
    reason=HistoryReason.DAMAGED,
    advice="`leukdesk history restore` brings back the newest good backup.",
)


def details(number: int) -> CaseDetails:
    """An invented case."""
    received = date(2026, 11, 20) - timedelta(days=number // 3)
    specimen = (Specimen.BLOOD, Specimen.MARROW)[number % 2]
    fields = {"WBC 10^9/L": "12.4", "Haemoglobin g/L": "92", "Immunophenotype CD34": "positive, 62 %"}
    return CaseDetails(
        f"24-{1000 - number:04}", f"P-{number % 17}", specimen, STAINS[0], "100x oil", 0.08, received, fields
    )


def fill(history: History, count: int) -> int:
    """Open so many invented cases; the last one's id."""
    user = history.users.local().id
    return [history.cases.open(user, details(number)).id for number in reversed(range(count))][-1]


def _go_to_cases(camera: Camera, state: ListState) -> None:
    camera.session.window.commands.go_cases.trigger()
    camera.until(lambda: camera.session.desk.cases.state is state)
    camera.rest()


def _list(count: int, state: ListState, text: str = "") -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light") as camera:
            if count:
                camera.session.casebook.write(lambda history: fill(history, count))
            _go_to_cases(camera, ListState.FULL if count else ListState.EMPTY)
            camera.session.window.cases.list.search.field.setText(text)
            camera.until(lambda: camera.session.desk.cases.state is state)
            yield camera

    return scene


def _refused(error: HistoryError) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light", hold=lambda bench, _: bench.answer("history", error)) as camera:
            camera.session.window.commands.go_cases.trigger()
            camera.until(lambda: camera.session.casebook.error is not None)
            yield camera

    return scene


def _page(*, images: bool) -> Scene:
    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        from scenes import phantoms

        with window("light", model=DEMO) as camera:
            session, shown = camera.session, camera.session.window
            made: list[int] = []
            session.casebook.write(lambda history: fill(history, 40), made.append)
            camera.until(lambda: bool(made))
            shown.commands.go_cases.trigger()
            shown.cases.show_case(made[0])
            camera.until(lambda: shown.cases.case is not None)
            if images:
                shown.open_paths([phantoms(folder)])
                camera.until(lambda: session.model.images.rowCount() > 0)
                camera.ready()
                camera.until(lambda: not session.recorder.waiting)
                session.casebook.write(_review(made[0]), case_id=made[0])
                shown.commands.go_cases.trigger()
                camera.rest(1.0)
            yield camera

    return scene


def _review(case: int) -> Callable[[History], None]:
    def work(history: History) -> None:
        user = history.users.local().id
        for answer in history.reviews.answers(case)[::2]:
            history.reviews.label(user, answer.image_id, answer.model_label)
        history.reviews.comment(user, case, "Please compare with the marrow of last week.")

    return work


@contextmanager
def locked(_folder: Path) -> Iterator[Camera]:
    """Nobody is signed in."""
    with window("light") as camera:

        def accounts(history: History) -> None:
            boss = history.users.local().id
            history.users.change(boss, boss, password="of an invented person")
            history.users.add(boss, "ann", Role.TECHNICIAN, "of an invented person")

        camera.session.casebook.write(accounts)
        camera.session.casebook.look_up_users()
        camera.until(lambda: camera.session.casebook.has_accounts)
        camera.session.casebook.lock()
        camera.rest()
        yield camera


CASE_SCENES: dict[str, Scene] = {
    "Cases: empty": _list(0, ListState.EMPTY),
    "Cases: full": _list(240, ListState.FULL),
    "Cases: none matches": _list(40, ListState.NONE, "99-0001"),
    "Cases: error, second window": _refused(_IN_USE),
    "Cases: error, damaged": _refused(_GONE),
    "Case: empty": _page(images=False),
    "Case: full": _page(images=True),
    "Locked": locked,
}
