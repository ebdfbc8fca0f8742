"""From the page of a case through its review to signature, amendment, both versions and agreement; at the window."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from window_desk import Desk
from window_walk import shown_dialog

from leukdesk.app.viewmodels.review import ReviewState
from leukdesk.app.views.agreement_dialog import AgreementDialog
from leukdesk.app.views.amend_dialog import AmendDialog
from leukdesk.app.views.sign_dialog import SignDialog
from leukdesk.app.views.versions_dialog import VersionsDialog
from leukdesk.domain.case import Case, CaseStatus
from leukdesk.domain.user import Role
from leukdesk.history.history import History
from tests.review_cases import record_case

LEFT = Qt.MouseButton.LeftButton
Dialog = TypeVar("Dialog", bound=QDialog)


class Reviewer:
    """Somebody at the window with a case to review."""

    def __init__(self, desk: Desk, smears: list[Path], count: int = 12) -> None:
        self.desk, self.window, self.actions = desk, desk.window, desk.window.commands
        desk.start()
        desk.session.casebook.begin()
        desk.until(lambda: desk.session.casebook.is_open)
        self.case: Case = record_case(self.history, smears, count)
        self.actions.go_cases.trigger()
        self.window.cases.show_case(self.case.id)
        desk.until(self.actions.review_case.isEnabled)

    @property
    def history(self) -> History:
        return self.desk.bench.history()

    @property
    def status(self) -> CaseStatus:
        return self.history.cases.get(self.case.id).status

    def review(self, key: Qt.Key = Qt.Key.Key_1) -> None:
        self.actions.review_case.trigger()
        session, view = self.window.judging.review.session, self.window.judging.review.review
        self.desk.until(lambda: session.state is ReviewState.JUDGING)
        while session.item is not None:
            path = session.item.image.path
            self.desk.until(lambda path=path: session.pictures.picture(path) is not None)
            self.desk.bot.keyClick(view.pane.canvas, key)
        self.desk.until(lambda: all(one.human_label for one in self.history.reviews.answers(self.case.id)))

    def opened(self, kind: type[Dialog]) -> Dialog:
        dialog = shown_dialog(self.desk)
        assert isinstance(dialog, kind)
        return dialog

    def closed(self, dialog: QDialog) -> None:
        self.desk.until(lambda: not any(one.isVisible() for one in self.window.findChildren(QDialog)))


def test_review_sign_amend_and_read_both_versions(desk: Desk, smears: list[Path]) -> None:
    one = Reviewer(desk, smears)
    assert not one.actions.amend_case.isEnabled()
    assert not one.actions.case_versions.isEnabled()
    one.review()
    desk.bot.mouseClick(one.window.judging.review.review.pages.sign, LEFT)
    signing = one.opened(SignDialog)
    desk.until(signing.sign.isEnabled)
    assert signing.changed.topLevelItemCount() == 8
    assert signing.password.isHidden()
    desk.bot.mouseClick(signing.sign, LEFT)
    one.closed(signing)
    desk.until(lambda: one.status is CaseStatus.SIGNED)
    desk.until(one.actions.amend_case.isEnabled)
    assert one.window.cases.pages.currentWidget() is one.window.cases.page
    assert not one.actions.sign_case.isEnabled()

    one.actions.amend_case.trigger()
    amending = one.opened(AmendDialog)
    assert not amending.amend.isEnabled()
    desk.bot.keyClicks(amending.why, "second look")
    desk.until(amending.amend.isEnabled)
    desk.bot.mouseClick(amending.amend, LEFT)
    one.closed(amending)
    desk.until(lambda: one.status is CaseStatus.AMENDING)
    image = one.history.findings.images(one.case.id)[0]
    one.history.reviews.label(one.history.users.local().id, image.id, "neutrophils")

    one.actions.case_versions.trigger()
    versions = one.opened(VersionsDialog)
    desk.until(lambda: versions.differs.topLevelItemCount() == 1)
    row = versions.differs.topLevelItem(0)
    assert [row.text(column) for column in range(3)] == [image.path.name, "Blasts", "Neutrophils"]
    assert "second look" in versions.why.text()
    versions.reject()

    one.actions.agreement.trigger()
    agreement = one.opened(AgreementDialog)
    desk.until(agreement.plot.isVisible)
    assert "kappa" in agreement.case.text()
    assert "11" in agreement.plot.accessibleDescription()
    agreement.reject()


def test_what_is_open_is_named_and_not_signed(desk: Desk, smears: list[Path]) -> None:
    one = Reviewer(desk, smears, 10)
    one.actions.sign_case.trigger()
    signing = one.opened(SignDialog)
    desk.until(signing.missing.isVisible)
    assert "Not looked at yet: 10" in signing.missing.text()
    assert not signing.sign.isEnabled()
    signing.reject()
    one.review(Qt.Key.Key_U)
    view = one.window.judging.review.review
    assert not view.pages.sign.isVisible()
    desk.bot.mouseClick(view.pages.again, LEFT)
    assert view.pane.isVisible()
    assert one.window.judging.review.session.place == 0


def test_two_people_sign_at_one_desk_with_their_passwords(desk: Desk, smears: list[Path]) -> None:
    one = Reviewer(desk, smears, 4)
    me = one.history.users.local().id
    one.history.users.add(me, "Anna", Role.REVIEWER, "secret word")
    desk.session.casebook.look_up_users()
    desk.session.preferences.set_signatures(2)
    for image in one.history.findings.images(one.case.id):
        one.history.reviews.label(me, image.id, "blasts")
    desk.until(lambda: len(desk.session.casebook.users) == 2)
    for signer, status in (("local", CaseStatus.FIRST_SIGNED), ("Anna", CaseStatus.SIGNED)):
        one.actions.sign_case.trigger()
        signing = one.opened(SignDialog)
        desk.until(lambda: signing.signer.currentText() == signer)  # noqa: B023
        if signer == "Anna":
            assert signing.signer.count() == 1
            for word in ("wrong", "secret word"):
                assert not signing.sign.isEnabled()
                desk.bot.keyClicks(signing.password, word)
                desk.bot.mouseClick(signing.sign, LEFT)
                if word == "wrong":
                    desk.until(signing.error.isVisible)
        else:
            desk.until(signing.sign.isEnabled)
            desk.bot.mouseClick(signing.sign, LEFT)
        desk.until(lambda: one.status is status)  # noqa: B023
        one.closed(signing)
        desk.until(lambda: desk.session.desk.page.case.status is status)  # type: ignore[union-attr]  # noqa: B023
    assert [each.signer for each in one.history.trail.case(one.case.id).sign_offs] == ["local", "Anna"]


def test_escape_leads_back_to_the_case_which_shows_what_was_said(desk: Desk, smears: list[Path]) -> None:
    one = Reviewer(desk, smears, 4)
    one.actions.review_case.trigger()
    review = one.window.judging.review
    desk.until(lambda: review.review.pane.canvas.has_picture and review.session.item is not None)
    path = review.session.items[0].image.path
    desk.until(lambda: review.session.pictures.picture(path) is not None)
    desk.bot.keyClick(review.review.pane.canvas, Qt.Key.Key_2)
    desk.bot.keyClick(review.review.pane.canvas, Qt.Key.Key_Escape)
    assert one.window.cases.pages.currentWidget() is one.window.cases.page
    page = desk.session.desk.page
    desk.until(lambda: page.case is not None and page.case.status is CaseStatus.IN_REVIEW)
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, QPushButton) and each.isVisible()]
