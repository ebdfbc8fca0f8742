"""The view-models of the case history, together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.case_list import CaseList
from leukdesk.app.viewmodels.case_page import CasePage
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.judging import Judging, judging
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.recorder import Recorder
from leukdesk.app.viewmodels.report_desk import ReportDesk
from leukdesk.app.workers.lanes import Lanes

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """What the Cases place and the rest of the window share."""

    casebook: Casebook
    recorder: Recorder
    cases: CaseList
    page: CasePage
    report: ReportDesk
    judging: Judging


def case_desk(
    lanes: Lanes, make_bench: Callable[[], Bench], model: AnalyseViewModel, pictures: PictureSource
) -> CaseDesk:
    """Build them; nothing is opened before it is asked for."""
    casebook = Casebook(lanes.history, make_bench)
    recorder = Recorder(casebook, model, pictures)
    page = CasePage(casebook, model.engine, lanes, pictures)
    report = ReportDesk(casebook, lanes.reports, make_bench)
    said = judging(casebook, model.engine, lanes, pictures)
    return CaseDesk(casebook, recorder, CaseList(casebook), page, report, said)
