"""Review, signature and agreement in their states: what `states.py` photographs of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

from camera import Camera, window
from guide_review import MODEL, a_case

from leukdesk import paths

_numbers = count(1)
Scene = Callable[[Path], AbstractContextManager[Camera]]


def _reviewing(then: Callable[[Camera], object]) -> Scene:
    """A review of the sample's images, then something more."""

    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light", paths.resources() / "sample", model=MODEL) as camera:
            camera.ready()
            a_case(camera, f"24-{next(_numbers):04}")
            then(camera)
            camera.rest()
            yield camera

    return scene


def _judge(camera: Camera) -> None:
    session = camera.session.window.judging.review.session
    camera.session.window.commands.review_case.trigger()
    camera.until(lambda: session.item is not None)
    camera.until(lambda: session.pictures.picture(session.items[0].image.path) is not None)


def _blind(camera: Camera) -> None:
    camera.session.window.judging.review.session.blind = True
    _judge(camera)
    camera.session.window.judging.review.session.accept()


def _useful(camera: Camera) -> None:
    """What is most useful to label, out of all cases."""
    window = camera.session.window
    session = window.judging.review.session
    window.cases.show_list()
    window.commands.most_useful.trigger()
    camera.until(lambda: session.item is not None)
    camera.until(lambda: session.pictures.picture(session.items[0].image.path) is not None)


def _useful_done(camera: Camera) -> None:
    _useful(camera)
    session = camera.session.window.judging.review.session
    for one in session.items:
        session.correct(one, one.finding.label)
    session.look_again()


def _gallery(camera: Camera) -> None:
    _judge(camera)
    camera.session.window.judging.review.review.gallery_wanted.emit()
    camera.rest(0.5)


def _done(camera: Camera) -> None:
    _judge(camera)
    session = camera.session.window.judging.review.session
    for one in session.items:
        session.correct(one, one.finding.label)
    session.look_again()


def _lost(camera: Camera) -> None:
    """The disk with the images is not connected."""
    _judge(camera)
    session, lost = camera.session.window.judging.review.session, Path("/media/disk/field 1.png")
    session.pictures.want(lost, [])
    camera.until(lambda: session.pictures.error(lost) is not None)
    kept = session.pictures
    kept._read[session.items[0].image.path] = kept._read[lost]
    session.pictured.emit()


def _sign(camera: Camera) -> None:
    _done(camera)
    camera.session.window.commands.sign_case.trigger()


REVIEW_SCENES: dict[str, Scene] = {
    "Review: full": _reviewing(_judge),
    "Most useful next: one": _reviewing(_useful),
    "Most useful next: done": _reviewing(_useful_done),
    "Review: blind": _reviewing(_blind),
    "Review: gallery of a class": _reviewing(_gallery),
    "Review: done": _reviewing(_done),
    "Review: error, image": _reviewing(_lost),
    "Review: sign off": _reviewing(_sign),
}
