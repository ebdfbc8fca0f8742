"""What can be done on a case's page about what it says: review, sign off, amend, versions, agreement."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_desk import CaseDesk
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.agreement_dialog import AgreementDialog
from leukdesk.app.views.amend_dialog import AmendDialog
from leukdesk.app.views.cases_view import CasesView
from leukdesk.app.views.review_desk import ReviewDesk
from leukdesk.app.views.sign_dialog import SignDialog
from leukdesk.app.views.versions_dialog import VersionsDialog
from leukdesk.domain.case import CaseStatus
from leukdesk.domain.user import Right


class CaseJudging(QObject):
    """Puts the review into the Cases place, its buttons on the page of a case, and opens the dialogs."""

    def __init__(
        self, view: CasesView, desk: CaseDesk, engine: Engine, preferences: Preferences, theme: Theme, actions: Actions
    ) -> None:
        super().__init__(view)
        self._view, self._desk, self._models = view, desk, desk.judging
        self._preferences, self._theme, self._actions = preferences, theme, actions
        self.review = ReviewDesk(desk.judging, engine, theme)
        view.add_page(self.review)
        self._buttons = [
            view.page.add_action(one) for one in (actions.review_case, actions.sign_case, actions.amend_case)
        ]
        view.page.add_rare(actions.case_versions, actions.agreement)
        self._connect()
        self._follow_settings()
        self._allow()

    def _connect(self) -> None:
        one, review = self._actions, self.review
        one.review_case.triggered.connect(self.begin)
        one.most_useful.triggered.connect(self.begin_useful)
        one.sign_case.triggered.connect(self.ask_signature)
        one.amend_case.triggered.connect(self._ask_amendment)
        one.case_versions.triggered.connect(self._show_versions)
        one.agreement.triggered.connect(self._show_agreement)
        review.left.connect(self._back)
        review.sign_wanted.connect(self.ask_signature)
        self._models.signing.done.connect(self._back)
        self._desk.page.changed.connect(self._allow)
        self._desk.casebook.user_changed.connect(self._allow)
        self._preferences.changed.connect(self._follow_settings)

    def begin(self) -> None:
        """Review the case that is shown."""
        case = self._desk.page.case
        if case is not None:
            self._view.show_page(self.review)
            self.review.begin(case.id)

    def begin_useful(self) -> None:
        """Label what is most useful: out of the case that is shown, else out of all."""
        case = self._view.case if self._view.isVisible() else None
        self._actions.go_cases.trigger()
        if case is None:
            self._view.show_list()  # no case is shown, and none is what one comes back to
        self._view.show_page(self.review)
        self.review.begin_useful(case.id if case is not None else None)

    def ask_signature(self) -> None:
        """Show what would be signed, and ask who signs."""
        if self._read():
            SignDialog(self._models.signing, self._desk.page.vocabulary(), self._theme, self._view.window()).open()

    def _ask_amendment(self) -> None:
        if self._read():
            AmendDialog(self._models.signing, self._theme, self._view.window()).open()

    def _show_versions(self) -> None:
        if self._read():
            VersionsDialog(self._models.signing, self._desk.page.vocabulary(), self._theme, self._view.window()).open()

    def _show_agreement(self) -> None:
        case = self._view.case
        self._models.agreement.open(case.id if case is not None else None)
        vocabulary = self._desk.page.vocabulary()
        AgreementDialog(self._models.agreement, vocabulary, self._theme, self._view.window()).open()

    def _read(self) -> bool:
        """Read anew what there is to sign of the case that is shown."""
        case = self._desk.page.case
        if case is not None:
            self._models.signing.open(case.id)
        return case is not None

    def _back(self) -> None:
        case = self._desk.page.case
        if self._view.pages.currentWidget() is not self.review:
            return
        self._models.session.close()
        if case is not None:
            self._view.show_case(case.id)
        else:
            self._view.show_list()

    def _allow(self) -> None:
        """What can be done with the case that is shown, by whoever works here."""
        page, may, one = self._desk.page, self._desk.casebook.may, self._actions
        case = page.case
        signed = case is not None and case.status in (CaseStatus.SIGNED, CaseStatus.FIRST_SIGNED)
        ever = page.record is not None and bool(page.record.sign_offs)
        allowed: tuple[tuple[QAction, bool], ...] = (
            (one.most_useful, self._desk.casebook.user is not None),
            (one.review_case, case is not None and case.images > 0),
            (one.sign_case, case is not None and case.status is not CaseStatus.SIGNED and self._somebody_signs()),
            (one.amend_case, signed and may(Right.AMEND)),
            (one.case_versions, ever),
            (one.agreement, self._desk.casebook.user is not None),
        )
        for action, on in allowed:
            action.setEnabled(on)
        for button, shown in zip(self._buttons, (True, not signed or one.sign_case.isEnabled(), signed), strict=True):
            button.setVisible(shown)

    def _somebody_signs(self) -> bool:
        return self._desk.casebook.user is not None and bool(self._models.signing.signers())

    def _follow_settings(self) -> None:
        chosen = self._preferences.settings
        self._models.session.blind = chosen.blind_review
        self._models.signing.required = chosen.signatures
