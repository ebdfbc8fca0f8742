"""A case as it was signed beside how it stands: every version, by whom, why it was opened again, what differs."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.app.viewmodels.signing import Signing, Version
from leukdesk.app.viewmodels.signing_words import label_counts, meaning_word
from leukdesk.app.views.difference_table import DifferenceTable
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.sign_off import signed_content

_WIDTH = 600  # px


class VersionsDialog(FormDialog):
    """Reads only."""

    def __init__(self, signing: Signing, vocabulary: Vocabulary, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Signed versions"), _WIDTH, parent, subject=False)
        self._signing, self._vocabulary = signing, vocabulary
        self.version = Picker(theme, self.tr("Version"))
        self.then, self.now, self.why = (label("", wrap=True) for _ in range(3))
        self.seal = label("", "caption", wrap=True)
        self.differs = DifferenceTable((self.tr("Image"), self.tr("As signed"), self.tr("Now")))
        self.same = label("", "muted", wrap=True)
        for one in (self.version, self.then, self.now, self.why, self.differs, self.same, self.seal, self.error):
            self.column.addWidget(one)
        self.end_reading()
        self.version.activated.connect(lambda _at: self._show_version())
        signing.changed.connect(self._show)
        signing.refused.connect(self.refuse)
        self._show()

    def _show(self) -> None:
        self.version.clear()
        versions = self._signing.versions
        for place, one in enumerate(versions):
            words = self.tr("{place}: {meaning} {name}, {when}").format(
                place=number(len(versions) - place),
                meaning=meaning_word(one.sign_off),
                name=one.sign_off.signer,
                when=date_and_time(one.sign_off.at),
            )
            self.version.addItem(words, place)
        self._show_version()

    def _show_version(self) -> None:
        place, record = self.version.currentIndex(), self._signing.record
        versions = self._signing.versions
        if record is None or not versions:
            self.same.setText(self.tr("This case was never signed.") if record is not None else "")
            self.differs.hide()
            return
        chosen = versions[max(0, place)]
        self.then.setText(self.tr("As signed: {counts}").format(counts=label_counts(chosen.content, self._vocabulary)))
        counts = label_counts(signed_content(record), self._vocabulary)
        self.now.setText(self.tr("Now: {counts}").format(counts=counts))
        self.why.setText(self._reasons(chosen))
        self.why.setVisible(bool(self.why.text()))
        self.seal.setText(self.tr("Seal: {hash}").format(hash=" ".join(_groups(chosen.sign_off.record_sha256))))
        self.differs.show_differences(chosen.since, self._vocabulary)
        self.differs.setVisible(bool(chosen.since))
        self.same.setText("" if chosen.since else self.tr("Nothing was changed since."))
        self.same.setVisible(bool(self.same.text()))
        self.fit()

    def _reasons(self, version: Version) -> str:
        """Why it was opened again after this version."""
        record = self._signing.record
        amendments = record.amendments if record is not None else ()
        words = self.tr("Opened again by {name}, {when}: {why}")
        return "\n".join(
            words.format(name=one.author, when=date_and_time(one.at), why=one.why)
            for one in amendments
            if one.id > version.sign_off.id
        )


def _groups(text: str) -> list[str]:
    """A hash in groups that can be read, and broken where the line ends."""
    return [text[at : at + 8] for at in range(0, len(text), 8)]
