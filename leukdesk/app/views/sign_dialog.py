"""Sign-off: what is signed, what changed against the model, who signs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Vocabulary, research_use
from leukdesk.app.viewmodels.signing import Signing
from leukdesk.app.viewmodels.signing_words import content_rows, label_counts, what_is_missing
from leukdesk.app.views.difference_table import DifferenceTable
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.errors import KnownError
from leukdesk.domain.user import User

_WIDTH = 520  # px


class SignDialog(FormDialog):
    """Signs the case that a `Signing` was opened with. A second person may sign at the same desk."""

    def __init__(self, signing: Signing, vocabulary: Vocabulary, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Sign off"), _WIDTH, parent, subject=False)
        self._signing, self._vocabulary = signing, vocabulary
        self.awaited = Skeleton(theme, "lines", self.tr("The case is being read"))
        self.missing, self.turn = label("", wrap=True), label("", wrap=True)
        self.missing.setProperty("tone", "attention")
        self._grid, self.labels = QGridLayout(), label("", wrap=True)
        self._heading = label(self.tr("Where you said another class than the model"), "section")
        self.changed = DifferenceTable((self.tr("Image"), self.tr("Model"), self.tr("You")))
        self.signer, self.password = Picker(theme, self.tr("Signed by")), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAccessibleName(self.tr("Password"))
        self.password.setPlaceholderText(self.tr("Password"))
        self.sign = QPushButton(self.tr("Sign"))
        self._lay_out()
        self._connect()
        self._show()

    def _connect(self) -> None:
        self._signing.changed.connect(self._show)
        self._signing.refused.connect(self._refuse)
        self._signing.done.connect(self.accept)
        self.signer.activated.connect(lambda _at: self._ask_password())
        self.password.textChanged.connect(lambda _text: self._allow())
        self.sign.clicked.connect(self._sign)

    def _sign(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.sign.setEnabled(False)
            self.error.tell(None)
            self._signing.sign(chosen, self.password.text())

    def _refuse(self, error: KnownError) -> None:
        self.password.clear()
        self._allow()
        self.refuse(error)

    @property
    def _chosen(self) -> User | None:
        return next((one for one in self._signing.signers() if one.id == self.signer.currentData()), None)

    # -- what is shown

    def _show(self) -> None:
        content = self._signing.content
        self.awaited.setVisible(content is None)
        for one in (self.turn, self.labels, self.signer):
            one.setVisible(content is not None)
        if content is not None:
            for place, (name, count) in enumerate(content_rows(content)):
                self._grid.addWidget(label(name), place, 0)
                self._grid.addWidget(label(count, "strong"), place, 1, Qt.AlignmentFlag.AlignRight)
            self.labels.setText(label_counts(content, self._vocabulary))
            self.changed.show_differences(content.changed, self._vocabulary)
            self.missing.setText(what_is_missing(content))
            self.turn.setText(self._turn())
            self._fill_signers()
        self._heading.setVisible(content is not None and bool(content.changed))
        self.changed.setVisible(content is not None and bool(content.changed))
        self.missing.setVisible(bool(self.missing.text()))
        self._ask_password()
        self.fit()

    def _turn(self) -> str:
        first = self._signing.first_signer
        if first:
            words = self.tr("{name} has signed. You confirm it as the second person; after that the case is closed.")
            return words.format(name=first)
        if self._signing.required > 1:
            return self.tr("Two people sign here. You are the first: you say that you have reviewed the case.")
        return self.tr("You say that you have reviewed this case. After that it can be read, and changed by amendment.")

    def _fill_signers(self) -> None:
        self.signer.clear()
        for one in self._signing.signers():
            self.signer.addItem(one.name, one.id)
        self.signer.setEnabled(self.signer.count() > 1)
        self.signer.setPlaceholderText(self.tr("Nobody here may sign"))

    def _ask_password(self) -> None:
        chosen = self._chosen
        self.password.setVisible(chosen is not None and chosen.has_password)
        self._allow()
        (self.sign if self.password.isHidden() else self.password).setFocus()

    def _allow(self) -> None:
        content, chosen = self._signing.content, self._chosen
        proven = chosen is not None and (not chosen.has_password or bool(self.password.text()))
        self.sign.setEnabled(content is not None and content.ready and proven)

    def _lay_out(self) -> None:
        self._grid.setColumnStretch(0, 1)
        self._grid.setVerticalSpacing(tokens.SPACE_1)
        who = QHBoxLayout()
        name = label(self.signer.accessibleName())
        name.setBuddy(self.signer)
        for one in (name, self.signer):
            who.addWidget(one)
        who.addWidget(self.password, 1)
        who.addStretch(0)
        self.column.addWidget(self.awaited)
        self.column.addWidget(self.turn)
        self.column.addLayout(self._grid)
        for part in (self.labels, self._heading, self.changed, self.missing):
            self.column.addWidget(part)
        self.column.addLayout(who)
        self.say(research_use(), "research")
        self.end(self.sign, self.tr("Cancel"))
        self.sign.setDefault(True)
