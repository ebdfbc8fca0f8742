"""A damaged case history: what restoring would bring back, in plain words, before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.labels import label

if TYPE_CHECKING:
    from leukdesk.history.recovery import Plan

_WIDTH = 520  # px


class RestoreDialog(FormDialog):
    """Asks before it restores; the damaged files are kept aside in any case."""

    def __init__(self, casebook: Casebook, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Restore the case history"), _WIDTH, parent)
        self._casebook = casebook
        self._plan: Plan | None = None
        self.account = label(self.tr("Looking at the backups…"), wrap=True)
        self.error.tell(casebook.error)
        self.restore = QPushButton(self.tr("Restore"))
        self.restore.setEnabled(False)
        self.restore.clicked.connect(self._restore)
        self.column.addWidget(self.account)
        self.end(self.restore, self.tr("Not now"))
        casebook.plan_restore(self._show, self._refuse)

    def _show(self, plan: Plan) -> None:
        self._plan = plan
        self.account.setText("\n\n".join(self._words(plan)))
        self.restore.setEnabled(True)
        self.fit()

    def _words(self, plan: Plan) -> list[str]:
        known = plan.known.seq if plan.known is not None else 0
        words = [self.tr("Events that were recorded, as far as is known: {count}.").format(count=number(known))]
        if plan.backup is None:
            words.append(self.tr("There is no good backup. What the database still holds and is sound is saved."))
        else:
            text = self.tr("The newest good backup is of {date} and holds {count} of them.")
            words.append(text.format(date=date_and_time(plan.backup.made), count=number(plan.backup.seq)))
            text = self.tr(
                "Events after it: {count}. They are taken from the damaged database as far as they are sound."
            )
            words.append(text.format(count=number(max(0, known - plan.backup.seq))))
        if plan.refused:
            words.append(self.tr("Newer backups that are damaged too: {count}.").format(count=len(plan.refused)))
        words.append(self.tr("The damaged files are kept aside in the history's folder; nothing is thrown away."))
        return words

    def _restore(self) -> None:
        if self._plan is not None:
            self.restore.setEnabled(False)
            self.restore.setText(self.tr("Restoring…"))
            self._casebook.restore(self._plan, lambda _: self.accept(), self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.restore.setText(self.tr("Restore"))
        self.restore.setEnabled(self._plan is not None)
        self.refuse(error)
