"""The review of the case that is shown, its gallery and its dialogs, for the walk through all views."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QWidget
from window_desk import Desk

from leukdesk.app.viewmodels.review import ReviewState
from leukdesk.domain.case import CaseStatus


def review_scenes(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """From the first answer to signature and amendment; ends on the page of the case, which is open again."""
    window, commands = desk.window, desk.window.commands
    review, session = window.judging.review, window.judging.review.session
    commands.review_case.trigger()
    desk.until(lambda: session.state is ReviewState.JUDGING and review.review.pane.canvas.has_picture)
    yield "review", window
    session.press("1")
    session.back()
    session.blind = True
    session.skip()
    session.accept()
    yield "blind review with a hint", window
    session.blind = False
    review.review.gallery_wanted.emit()
    yield "gallery of a class", window
    review.gallery.left.emit()
    for one in session.items:
        session.correct(one, one.classes[0])
    session.look_again()
    yield "review is done", window
    signing = shown(desk, commands.sign_case)
    desk.until(lambda: desk.session.desk.judging.signing.content is not None)
    yield "sign off", signing
    signing.reject()
    desk.session.desk.judging.signing.sign(desk.session.desk.judging.signing.signers()[0], "")
    desk.until(lambda: commands.amend_case.isEnabled())
    desk.bot.wait(400)  # the page follows what was written a little later
    yield "a signed case", window
    for opener in (commands.amend_case, commands.case_versions, commands.agreement):
        yield opener.objectName(), (dialog := shown(desk, opener))
        dialog.reject()
    desk.session.desk.judging.signing.amend("again")
    page = desk.session.desk.page
    desk.until(lambda: page.case is not None and page.case.status is CaseStatus.AMENDING)


def shown(desk: Desk, opener: QAction) -> QDialog:
    """The dialog that an action opens, once the one before is gone."""
    dialogs = desk.window.findChildren
    desk.until(lambda: not any(one.isVisible() for one in dialogs(QDialog)))
    opener.trigger()
    desk.until(lambda: any(one.isVisible() for one in dialogs(QDialog)))
    desk.bot.wait(50)
    return next(one for one in dialogs(QDialog) if one.isVisible())
