"""A technician looks at the report of a case, turns its pages, saves and prints it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget
from window_desk import Desk

from leukdesk.app.views.report_dialog import Printing, ReportDialog
from leukdesk.domain.audit import Act
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.history import History
from tests.findings import make_finding

LEFT = Qt.MouseButton.LeftButton


class Reports:
    """A desk with a case of seventy findings, and the dialog of its report."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.casebook = desk, desk.session.casebook
        desk.start()
        self.case: Case = self.ask(with_findings)
        desk.until(lambda: self.casebook.user is not None)
        self.model = desk.session.desk.report
        window = desk.window
        assert not window.commands.report_case.isEnabled()
        window.commands.go_cases.trigger()
        window.cases.show_case(self.case.id)
        desk.until(window.commands.report_case.isEnabled)
        window.commands.report_case.trigger()
        self.dialog: ReportDialog = window.findChildren(ReportDialog)[0]

    def ask(self, work: Callable[[History], object]) -> object:
        found: list[object] = []
        self.casebook.read(work, found.append)
        self.desk.until(lambda: bool(found))
        return found[0]

    def click(self, button: QWidget) -> None:
        self.desk.bot.mouseClick(button, LEFT)

    def taken_out(self) -> int:
        events = self.ask(lambda history: history.trail.events(self.case.id))
        return sum(one.act is Act.EXPORTED for one in events)


def with_findings(history: History) -> Case:
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails("24-0117"))
    found = [NewFinding(make_finding(f"field {number}.png", sha256=f"{number:064x}")) for number in range(70)]
    history.findings.record(user, case.id, found)
    return history.cases.get(case.id)


@pytest.fixture
def reports(desk: Desk) -> Iterator[Reports]:
    made = Reports(desk)
    desk.until(lambda: not made.dialog.page.empty)
    yield made
    made.dialog.reject()


def test_pages_are_shown_and_turned_and_nothing_is_recorded(reports: Reports) -> None:
    dialog = reports.dialog
    assert dialog.unsigned.isVisible()
    assert "1" in dialog.place.text()
    assert not dialog.before.isEnabled()
    first = dialog.page.grab().toImage()
    reports.click(dialog.after)
    reports.desk.until(lambda: dialog.page.grab().toImage() != first)
    while dialog.after.isEnabled():
        reports.click(dialog.after)
    assert dialog.page.accessibleName()
    reports.click(dialog.before)
    reports.desk.until(dialog.after.isEnabled)
    assert reports.taken_out() == 0


@pytest.mark.parametrize("form", [0, 3])
def test_a_report_is_saved_in_the_form_that_was_chosen(reports: Reports, tmp_path: Path, form: int) -> None:
    dialog = reports.dialog
    dialog.form.setCurrentIndex(form)
    reports.click(dialog.save)
    reports.desk.until(lambda: bool(dialog.findChildren(QFileDialog)))
    asked = dialog.findChildren(QFileDialog)[0]
    kind = dialog.form.currentData()
    assert not any("24-0117" in name for name in asked.selectedFiles()), "no identifier in a file's name"
    asked.filesSelected.emit([str(tmp_path / f"case.{kind}")])
    asked.reject()
    reports.desk.until(lambda: (tmp_path / f"case.{kind}").exists() and not reports.model.busy)
    assert "case" in dialog.told.text()
    assert reports.taken_out() == 1
    if kind == "json":
        assert json.loads((tmp_path / "case.json").read_text())["timeline"][-1]["act"] == "case.exported"


def test_where_nothing_can_be_written_the_dialog_says_so(reports: Reports, tmp_path: Path) -> None:
    reports.model.save(tmp_path / "nowhere" / "case.pdf")
    reports.desk.until(reports.dialog.error.isVisible)
    assert reports.dialog.save.isEnabled()
    assert not reports.dialog.told.text()


def test_a_report_is_printed_page_by_page(reports: Reports, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    reports.model.print_pages(Printing(printer).page)
    reports.desk.until(lambda: not reports.model.busy)
    assert "printer" in reports.dialog.told.text()
    assert len(pypdfium2.PdfDocument(tmp_path / "paper.pdf")) == reports.model.pages > 1
    assert reports.taken_out() == 1
